"""What the stored study of single distances says of the distance at the slider, as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from engine.recurrent.claims import DECLARED_DISTANCE
from engine.recurrent.ladder import TITLES
from engine.recurrent.shipped import SHIPPED
from pages.recurrent.apart import alone, chance, halfway, measured
from pages.recurrent.shown import Shown
from pages.ui.language import N_, after_stop, language, listed, t, together
from pages.ui.marked import Marked
from pages.ui.numbers import percent
from pages.ui.pieces.verdict import STORED, Judged
from pages.ui.run.live import RECORDED

IN_ENGLISH = N_("stored study, English sentences")


def by_the_study(now: Shown) -> bool:
    """Whether the study speaks of what is on stage: of the recorded sentences, at the end of their training."""
    return now.source == RECORDED and now.config.task == "language" and now.frame.step == now.config.steps


def sentence(now: Shown) -> str:
    """What each cell learnt of the distance at the slider, or of the nearest that was measured."""
    asked, distance = now.hero, _measured(now)
    shares, least = alone(distance), halfway(now.config)
    known = {cell: share for cell, share in shares.items() if share >= least}
    lost = {cell: share for cell, share in shares.items() if share < least}
    apart = t("{distance} words apart", distance=distance)
    if distance != asked:
        sought = (
            N_("1 word apart (measured at {distance})")
            if asked == 1
            else N_("{asked} words apart (measured at {distance})")
        )
        apart = t(sought, asked=f"{asked:g}", distance=distance)
    said = {
        "apart": apart,
        "country": now.probe.written[now.probe.told],
        "known": together(_each(cell, share) for cell, share in known.items()),
    }
    if not lost:
        return t("{apart}, trained on that alone, all can tell that it was “{country}”: {known}.", **said)
    guessing = percent(chance(now.config))
    told = t(
        "{apart}, trained on that alone, {lost} cannot tell that it was “{country}”; {known} can.",
        lost=together(_each(cell, share, guessing) for cell, share in lost.items()),
        **said,
    )
    return Marked(after_stop()).join((told, _led(now, lost)))


EACH = {"en": "the {cell} (**{share}**{more})", "zh": "{cell}（**{share}**{more}）"}
"""A cell with its share."""


def _each(cell: str, share: float, guessing: str = "") -> str:
    more = t(", guessing {guessing}", guessing=guessing) if guessing else ""
    return Marked(EACH[language()]).format(cell=t(TITLES[cell]), share=percent(share), more=more)


def _led(now: Shown, lost: Mapping[str, float]) -> str:
    """What the cells that learnt nothing there reach where they were led from near to far, over all distances of training."""
    tested = [n for n, d in enumerate(now.config.test_distances) if d <= now.config.distance]

    def span(cell: str) -> tuple[float, float]:
        means = now.frame.metrics[f"{cell}.accuracy"].mean(0)[tested]
        return float(means.min()), float(means.max())

    said = (
        t("the {cell} reaches {low} to {high}", cell=t(TITLES[cell]), low=_number(low), high=percent(high))
        for cell, (low, high) in ((cell, span(cell)) for cell in lost)
    )
    return t("Led from near to far, {said} at every distance.", said=listed(said))


def _number(share: float) -> str:
    return f"{100 * share:.0f}"


def judged(now: Shown) -> Judged | None:
    """Whether the RNN is below the LSTM at that distance: a verdict where the cells are judged, elsewhere in how many runs."""
    distance = _measured(now)
    verdict = SHIPPED.verdicts.get(f"rnn_below_lstm_single@{distance}")
    if verdict is None:  # older than the claims; a test fails on that
        return None
    return Judged(N_("RNN below LSTM: {verdict}"), verdict, _source(now), distance == DECLARED_DISTANCE)


def _measured(now: Shown) -> int:
    return min(measured(now.config), key=lambda one: abs(one - now.hero))


def _source(now: Shown) -> str:
    return STORED if now.config.sentences == "en" else IN_ENGLISH
