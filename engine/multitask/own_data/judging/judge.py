"""Judge: the test rows, asked once for each model that is trained to its end.

R resamples · S seeds · N test rows · T tasks · B bins
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit

from engine.multitask.own_data.judging.calibration import (
    BINS,
    calibration_error,
    given_over_observed,
    reliability,
)
from engine.multitask.own_data.judging.measures import Measure, OfSome, PerGroup, Precision, Ranked, Squared, log_loss
from engine.multitask.own_data.judging.resampling import counts_of, over_seeds
from engine.runs.frame import Array

RARE = 0.05
"""The share of the rarer class from which on down PR-AUC is told too."""
MEASURES = ("error", "log_loss", "pr_auc", "gauc")
"""error is 1 - AUC of a binary task, RMSE in the label's units of another; the others are of binary tasks, nan elsewhere."""
PLAIN = ("calibration_error", "given_over_observed")
"""Without an interval."""


class Judge:
    """Labels (N, T), nan where one is not known; `scale` (T,) turns errors into the labels' units; weights and groups (N,)."""

    def __init__(
        self,
        labels: Array,
        binary: Sequence[bool],
        scale: Array,
        count: int,
        source: np.random.Generator,
        weights: Array | None = None,
        groups: Array | None = None,
    ) -> None:
        self._labels, self._binary, self._scale = labels, tuple(binary), scale
        self.weights = np.ones(len(labels)) if weights is None else weights
        self._weighted, self._groups = weights is not None, groups
        self._counts = counts_of(len(labels), groups, count, source)
        self._picks = source.integers(2**31)
        self.rare = np.array([self._rarer(task) for task in range(len(self._binary))])
        self._found: dict[str, list[dict[str, Array]]] = {}

    def _rarer(self, task: int) -> int:
        """1 where the positives are rare, -1 where the negatives are, else 0."""
        if not self._binary[task]:
            return 0
        known = ~np.isnan(self._labels[:, task])
        share = float(np.average(self._labels[known, task] > 0.5, weights=self.weights[known] + 1e-300))
        return int(0 < share < RARE) - int(1 - RARE < share < 1)

    def add(self, name: str, predictions: Array, done: Callable[[], None] = lambda: None) -> None:
        """Judge further seeds of a model by what it predicts (S, N, T): logits where a task is binary. `done` is called after
        each of its seeds, where a worker may pause or stop."""
        for seed in predictions:
            chances = expit(seed.astype(np.float64))
            self._found.setdefault(name, []).append(self._judged(seed, chances))
            done()

    def add_scores(self, name: str, scores: Array) -> None:
        """Judge another model by scores (N, T) in any order-keeping form; those from 0 to 1 are taken for chances. A task that
        has none is nan."""
        inside = ((scores >= 0) & (scores <= 1)).all(0)
        self._found[name] = [self._judged(scores / self._units(), np.where(inside, scores, np.nan))]

    def _units(self) -> Array:
        return np.where(self._binary, 1.0, self._scale)

    def _judged(self, predicted: Array, chances: Array) -> dict[str, Array]:
        tasks, resamples = len(self._binary), len(self._counts)
        found = {name: np.full(tasks, np.nan) for name in (*MEASURES, *PLAIN)}
        found |= {f"{name}.resampled": np.full((resamples, tasks), np.nan) for name in MEASURES}
        found["reliability"] = np.full((tasks, BINS, 3), np.nan)
        for task in range(tasks):
            if np.isnan(predicted[:, task]).any():
                continue
            for name, measure in self._measures(predicted[:, task], chances[:, task], task).items():
                found[name][task] = measure.error(self.weights)
                rows = (row * self.weights for row in self._counts) if self._weighted else self._counts
                found[f"{name}.resampled"][:, task] = [measure.error(row) for row in rows]
            known = ~np.isnan(self._labels[:, task])
            if self._binary[task] and not np.isnan(chances[:, task]).any():
                bins = reliability(chances[known, task], self._labels[known, task], self.weights[known])
                found["reliability"][task] = bins
                found["calibration_error"][task] = calibration_error(bins)
                found["given_over_observed"][task] = given_over_observed(bins)
        return found

    def _measures(self, predicted: Array, chances: Array, task: int) -> dict[str, Measure]:
        """Those that a task has, over the rows that have its label."""
        known = ~np.isnan(self._labels[:, task])
        labels, predicted, chances = self._labels[known, task], predicted[known], chances[known]
        found: dict[str, Measure] = {}
        if not self._binary[task]:
            found["error"] = Squared(predicted, labels, self._scale[task])
        else:
            found["error"] = Ranked(predicted, labels)
            if not np.isnan(chances).any():
                found["log_loss"] = log_loss(np.clip(chances, 1e-15, 1 - 1e-15), labels)
            if self.rare[task]:
                rising = self.rare[task] > 0
                found["pr_auc"] = Precision(predicted, labels) if rising else Precision(-predicted, 1 - labels)
            if self._groups is not None:
                found["gauc"] = PerGroup(predicted, labels, self._groups[known], self.weights[known])
        return found if known.all() else {name: OfSome(known, one) for name, one in found.items()}

    def metrics(self) -> dict[str, Array]:
        """The measures of every model so far, by "name.measure" (S, T) and, over rows and seeds together, "name.measure.resampled" (R, T);
        of the error that one is "name.resampled"."""
        found: dict[str, Array] = {}
        bounded = {"error": np.array(self._binary), "log_loss": np.array(False)}
        least = np.where(self._binary, 0.5 / len(self._labels), 1e-12)
        for name, seeds in self._found.items():
            source = np.random.default_rng((int(self._picks), len(seeds)))
            picked = source.integers(len(seeds), size=(len(self._counts), len(seeds)))
            for measure in (*MEASURES, *PLAIN):
                found[f"{name}.{measure}"] = np.stack([one[measure] for one in seeds])
            for measure in MEASURES:
                each = np.stack([one[f"{measure}.resampled"] for one in seeds], 1)
                place = f"{name}.resampled" if measure == "error" else f"{name}.{measure}.resampled"
                found[place] = over_seeds(each, picked, least, bounded.get(measure, np.array(True)))
            found[f"{name}.reliability"] = np.stack([one["reliability"] for one in seeds]).mean(0)
        return found
