"""The ladder of cells, as a stage and a report show it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.cells import GRU, LSTM, RNN, Cell, PeepholeLSTM
from engine.runs.ladder import Rung, titles


@dataclass(frozen=True, slots=True)
class CellRung(Rung[Cell]):
    """A kind of cell.

    numbers  of one unit at one step that its diagram shows, in this order
    """

    numbers: tuple[str, ...]


_OUTPUT = ("before_h", "h")
_MIXTURE = ("z", "r", "m", "g", "reset", "fresh", "kept", "written")
_BELT = ("before_c", "c", "f", "i", "g", "o", "kept", "written", "tanh_c")
_PEEPHOLES = ("peep_i", "peep_f", "peep_o")

LADDER: dict[str, CellRung] = {
    "rnn": CellRung("RNN", 5, "6 3", (*RNN.sums, "answer"), RNN, _OUTPUT),
    "gru": CellRung("GRU", 4, "8 3 2 3", (*GRU.sums, "answer"), GRU, (*_OUTPUT, *_MIXTURE)),
    "lstm": CellRung("LSTM", 2, None, (*LSTM.sums, "answer"), LSTM, (*_OUTPUT, *_BELT)),
    "peephole": CellRung(
        "LSTM with peepholes", 3, "2 3", (*PeepholeLSTM.sums, "answer"), PeepholeLSTM, (*_OUTPUT, *_BELT, *_PEEPHOLES)
    ),
}
TITLES = titles(LADDER)
