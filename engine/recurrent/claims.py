"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, sentences and steps for every cell. Where a cell fails at the shared learning rate its own best of
`RATES` is compared too, so that nobody is beaten by a setting.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from engine.recurrent.config import RecurrentConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.verdict import ENOUGH_COSTLY_SEEDS

SEEDS = tuple(range(ENOUGH_COSTLY_SEEDS))
MIXED = RecurrentConfig(frames=2, steps=1_200, runs=len(SEEDS))
"""Trained on all distances from 1 to 40."""
PATIENT = replace(MIXED, cells=("rnn",), learning_rate=0.001, steps=6_000)
"""The RNN's own: a tenth of the rate and five times the steps."""
SINGLE = {distance: replace(MIXED, distance=distance, distances="single") for distance in (3, 6, 12, 25, 40)}
"""Trained at one distance each."""
REMEMBERED = 0.95
"""The accuracy from which on a word is called remembered."""
DECLARED_DISTANCE = 12
"""The distance of single training at which the cells are judged; the others are shown beside it."""
SHARE_THAT_MATTERS = 0.05
"""Of sentences or strings that are right."""
ERROR_THAT_MATTERS = 0.5 / 40**2
"""Squared error of delay ÷ 40: a standard error of .7 of a step."""
BIASES = (-1.0, 0.0, 1.0, 3.0)
COUNTING = replace(MIXED, task="counting", hidden=2, embedding=4, distance=10, steps=2_000, cells=("lstm", "peephole"))
DELAYS = replace(
    MIXED, task="delays", hidden=8, distance=40, distances="single", steps=3_000, cells=("lstm", "peephole")
)


def cells(base: RecurrentConfig) -> tuple[RecurrentConfig, ...]:
    """One unit of work for each cell of a setting."""
    return tuple(replace(base, cells=(cell,)) for cell in base.cells)


class Seeds(Stored[RecurrentConfig]):
    """Results looked up by setting: one number per seed."""

    def metric(self, base: RecurrentConfig, cell: str, name: str) -> Array:
        """(S, K) of "accuracy" or "test_loss" at `base.test_distances`. KeyError where a result is missing."""
        return self.metric_of(replace(base, cells=(cell,)), f"{cell}.{name}")

    def at(self, base: RecurrentConfig, cell: str, distance: int, name: str = "accuracy") -> Array:
        """(S,) at one of the test distances."""
        return self.metric(base, cell, name)[:, base.test_distances.index(distance)]


CellClaim: TypeAlias = Claim[RecurrentConfig, Seeds]


def biased(bias: float) -> RecurrentConfig:
    """Mixed distances with another forget bias."""
    return replace(MIXED, forget_bias=bias, cells=("lstm",))


def _single(distance: int) -> CellClaim:
    base = SINGLE[distance]
    return Claim(
        f"rnn_below_lstm_single@{distance}",
        cells(base),
        lambda at: at.at(base, "lstm", distance) - at.at(base, "rnn", distance),
        SHARE_THAT_MATTERS,
        beside=distance != DECLARED_DISTANCE,
    )


CLAIMS: tuple[CellClaim, ...] = (
    Claim("lstm_remembers@40", cells(MIXED), lambda at: at.at(MIXED, "lstm", 40) - REMEMBERED),
    Claim(
        "rnn_below_lstm@40",
        cells(MIXED),
        lambda at: at.at(MIXED, "lstm", 40) - at.at(MIXED, "rnn", 40),
        SHARE_THAT_MATTERS,
    ),
    Claim(
        "patient_rnn_below_lstm@40",
        (*cells(MIXED), PATIENT),
        lambda at: at.at(MIXED, "lstm", 40) - at.at(PATIENT, "rnn", 40),
        SHARE_THAT_MATTERS,
    ),
    *(_single(distance) for distance in SINGLE),
    Claim(
        "mixed_helps_lstm@40",
        (*cells(MIXED), *cells(SINGLE[40])),
        lambda at: at.at(MIXED, "lstm", 40) - at.at(SINGLE[40], "lstm", 40),
        SHARE_THAT_MATTERS,
    ),
    Claim(
        "bias_1_beats_minus_1",
        (biased(1.0), biased(-1.0)),
        lambda at: at.at(biased(1.0), "lstm", 40) - at.at(biased(-1.0), "lstm", 40),
        SHARE_THAT_MATTERS,
    ),
    Claim(
        "peephole_counts_further",
        cells(COUNTING),
        lambda at: (
            at.metric(COUNTING, "peephole", "accuracy").mean(1) - at.metric(COUNTING, "lstm", "accuracy").mean(1)
        ),
        SHARE_THAT_MATTERS,
    ),
    Claim(
        "peephole_times_better",
        cells(DELAYS),
        lambda at: at.at(DELAYS, "lstm", 40, "test_loss") - at.at(DELAYS, "peephole", 40, "test_loss"),
        ERROR_THAT_MATTERS,
    ),
)
