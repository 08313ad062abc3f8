"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, sentences and steps for every cell. Each has a learning rate of its own in each setting: the best of `RATES`
by `TUNING`, whose seeds judge nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from engine.recurrent.config import CELLS, RecurrentConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.tuning import Tuning, tried, tuned
from engine.runs.studies.verdict import AT_LEAST_TOGETHER
from engine.tuned.recurrent import FOUND

SEEDS = tuple(range(AT_LEAST_TOGETHER))
TUNING = tuple(range(1_000, 1_008))
"""Seeds that choose the learning rates and judge nothing."""
RATES = (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)
"""The learning rates that are tried for each cell in each of `TUNED`; further ones where the best is the last of them."""


def _tuned(base: RecurrentConfig, *cells: str) -> RecurrentConfig:
    """A setting whose cells have the rates that were best there."""
    each = (tuned(FOUND, base, cell, base.rate(cell)) if cell in cells else base.rate(cell) for cell in CELLS)
    return replace(base, cells=cells, learning_rate=tuple(each))


_STUDY = RecurrentConfig(frames=2, steps=2_400, runs=len(SEEDS))
GROWING = _tuned(_STUDY, "rnn", "gru", "lstm", "peephole")
"""Trained on distances up to 40, the longest of which grows from 1 over the first half."""
LONG = replace(GROWING, steps=4_800, cells=("rnn", "lstm"))
"""Twice as long: whether a verdict is one about a training that had not ended."""
MIXED = _tuned(replace(_STUDY, distances="mixed"), "rnn", "lstm")
"""Trained on all distances from 1 to 40 from the beginning."""
SINGLE = {
    distance: _tuned(replace(_STUDY, distance=distance, distances="single"), *pair)
    for distance, pair in {
        3: ("rnn", "lstm"),
        6: ("rnn", "lstm"),
        12: ("rnn", "gru", "lstm"),
        25: ("rnn", "lstm"),
        40: ("rnn", "lstm"),
    }.items()
}
"""Trained at one distance each."""
LEAKY = _tuned(replace(_STUDY, forget_bias=-1.0), "lstm")
"""A belt that keeps little at first."""
COUNTING = _tuned(
    replace(_STUDY, task="counting", hidden=2, embedding=4, distance=10, steps=2_000), "rnn", "gru", "lstm", "peephole"
)
DELAYS = _tuned(replace(_STUDY, task="delays", hidden=8, distances="single", steps=3_000), "lstm", "peephole")
TUNED = (GROWING, MIXED, *SINGLE.values(), LEAKY, COUNTING, DELAYS)
"""What has rates of its own. `LONG` has those of half its steps, further forget biases those of the first."""
BIASES = {bias: replace(GROWING, forget_bias=bias, cells=("lstm",)) for bias in (0.0, 1.0, 3.0)}
REMEMBERED = 0.95
"""The accuracy from which on a word is called remembered."""
FAR = 160
"""Four times as far as any sentence of training."""
DECLARED_DISTANCE = 12
"""The distance of single training at which the cells are judged; the others are shown beside it."""
SHARE_THAT_MATTERS = 0.05
"""Of sentences or strings that are right."""
ERROR_THAT_MATTERS = 0.5 / 40**2
"""Squared error of delay ÷ 40: a standard error of .7 of a step."""


def cells(base: RecurrentConfig) -> tuple[RecurrentConfig, ...]:
    """One unit of work for each cell of a setting, each at its own rate."""
    return tuple(replace(base, cells=(cell,), learning_rate=(base.rate(cell),)) for cell in base.cells)


def _tuning(base: RecurrentConfig, cell: str) -> Tuning[RecurrentConfig]:
    """A cell's rate in a setting: the one with the lowest mean held-out loss at the longest distance of training; where
    strings are counted, over all lengths, as they are judged."""
    setting = replace(base, cells=(cell,), seed=TUNING[0], runs=len(TUNING))
    at = slice(None) if base.task == "counting" else base.test_distances.index(base.distance)
    return Tuning(
        setting,
        cell,
        tried(FOUND, setting, cell, RATES),
        lambda rate: (replace(setting, learning_rate=(rate,)),),
        lambda metrics: (float(metrics[0][f"{cell}.test_loss"][:, at].mean()),),
    )


TUNINGS = tuple(_tuning(base, cell) for base in TUNED for cell in base.cells)


class Seeds(Stored[RecurrentConfig]):
    """Results looked up by setting: one number for each of these seeds."""

    def __init__(self, results: Results, seeds: Sequence[int] = SEEDS) -> None:
        super().__init__(results)
        self._seeds = seeds

    def metric(self, base: RecurrentConfig, cell: str, name: str) -> Array:
        """(S, K) of "accuracy" or "test_loss" at `base.test_distances`. KeyError where a result is missing."""
        (one,) = cells(replace(base, cells=(cell,), seed=self._seeds[0], runs=len(self._seeds)))
        return self.metric_of(one, f"{cell}.{name}")

    def at(self, base: RecurrentConfig, cell: str, distance: int, name: str = "accuracy") -> Array:
        """(S,) at one of the test distances."""
        return self.metric(base, cell, name)[:, base.test_distances.index(distance)]


CellClaim: TypeAlias = Claim[RecurrentConfig, Seeds]


def _claim(
    id_: str,
    needs: Iterable[RecurrentConfig],
    differences: Callable[[Seeds], Array],
    smallest: float = SHARE_THAT_MATTERS,
    *,
    beside: bool = False,
) -> CellClaim:
    return Claim(id_, tuple(needs), differences, smallest, enough=len(SEEDS), beside=beside)


def _below(
    id_: str, base: RecurrentConfig, distance: int, pair: tuple[str, str] = ("rnn", "lstm"), *, beside: bool = False
) -> CellClaim:
    """The first of two cells is right less often than the second."""
    lower, higher = pair
    return _claim(
        id_,
        cells(replace(base, cells=pair)),
        lambda at: at.at(base, higher, distance) - at.at(base, lower, distance),
        beside=beside,
    )


def _remembers(cell: str) -> CellClaim:
    """Right in more than `REMEMBERED` at 40."""
    return _claim(
        f"{cell}_remembers@40",
        cells(replace(GROWING, cells=(cell,))),
        lambda at: at.at(GROWING, cell, 40) - REMEMBERED,
        0.0,
    )


def _forgets(cell: str) -> CellClaim:
    """Right more often at 1 than far beyond the longest sentence of training."""
    return _claim(
        f"{cell}_forgets@{FAR}",
        cells(replace(GROWING, cells=(cell,))),
        lambda at: at.at(GROWING, cell, 1) - at.at(GROWING, cell, FAR),
    )


def _from_near_helps(cell: str, otherwise: RecurrentConfig, name: str, *, beside: bool = False) -> CellClaim:
    """Right more often at 40 for having begun with short distances."""
    return _claim(
        f"from_near_helps_{cell}@{name}",
        (one for base in (GROWING, otherwise) for one in cells(replace(base, cells=(cell,)))),
        lambda at: at.at(GROWING, cell, 40) - at.at(otherwise, cell, 40),
        beside=beside,
    )


def _counted(at: Seeds, cell: str) -> Array:
    return at.metric(COUNTING, cell, "accuracy").mean(1)


CLAIMS: tuple[CellClaim, ...] = (
    _remembers("lstm"),
    _remembers("gru"),
    _below("rnn_below_lstm@40", GROWING, 40),
    _below(f"rnn_below_lstm@{FAR}", GROWING, FAR, beside=True),
    _below("rnn_below_lstm@long", LONG, 40, beside=True),
    _below("rnn_below_gru@40", GROWING, 40, ("rnn", "gru"), beside=True),
    _below(f"gru_below_lstm@{FAR}", GROWING, FAR, ("gru", "lstm")),
    _forgets("rnn"),
    _forgets("lstm"),
    *(
        _below(f"rnn_below_lstm_single@{distance}", base, distance, beside=distance != DECLARED_DISTANCE)
        for distance, base in SINGLE.items()
    ),
    *(
        _below(f"rnn_below_gru_single@{distance}", base, distance, ("rnn", "gru"), beside=distance != DECLARED_DISTANCE)
        for distance, base in SINGLE.items()
        if "gru" in base.cells
    ),
    _from_near_helps("rnn", MIXED, "mixed"),
    _from_near_helps("lstm", MIXED, "mixed", beside=True),
    _from_near_helps("rnn", SINGLE[40], "single", beside=True),
    _from_near_helps("lstm", SINGLE[40], "single"),
    _claim(
        "bias_1_beats_minus_1",
        (*cells(BIASES[1.0]), *cells(LEAKY)),
        lambda at: at.at(BIASES[1.0], "lstm", 40) - at.at(LEAKY, "lstm", 40),
    ),
    _claim(
        "peephole_counts_further",
        cells(replace(COUNTING, cells=("lstm", "peephole"))),
        lambda at: _counted(at, "peephole") - _counted(at, "lstm"),
    ),
    _claim(
        "gru_counts_less_far",
        cells(replace(COUNTING, cells=("gru", "lstm"))),
        lambda at: _counted(at, "lstm") - _counted(at, "gru"),
    ),
    _claim(
        "peephole_times_better",
        cells(DELAYS),
        lambda at: at.at(DELAYS, "lstm", 40, "test_loss") - at.at(DELAYS, "peephole", 40, "test_loss"),
        ERROR_THAT_MATTERS,
    ),
)
