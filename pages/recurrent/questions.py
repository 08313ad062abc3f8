"""What a room is asked about memory, and what was measured: by the stored study of single distances."""

from __future__ import annotations

from pages.recurrent.apart import alone, halfway
from pages.recurrent.shown import Shown
from pages.ui.numbers import percent
from pages.ui.pieces.questions import Found

DISTANCES = (3, 6, 12, 25)


def rnn_lost(now: Shown) -> Found:
    """The first distance at which an RNN that was trained at it alone is nearer to guessing than to always right."""
    shares = {distance: alone(distance)["rnn"] for distance in DISTANCES}
    lost = next(distance for distance, share in shares.items() if share < halfway(now.config))
    return Found(f"d{lost}", {f"d{distance}": percent(share) for distance, share in shares.items()})


QUESTIONS = {"rnn_lost": rnn_lost}
