"""Plain models on a user's rows, each task by itself: a linear one, and gradient-boosted trees.

N rows · T tasks
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.multitask.own_data.features import Prepared
from engine.runs.frame import Array

PLAIN = ("linear", "trees")
"""By their names in the metrics."""
RATES, ROUNDS, PATIENCE = (0.03, 0.1, 0.3), 300, 10
"""Learning rates of the trees, the best by the validation rows; at most so many rounds, and as many without a gain that end
them."""
NATIVE = 254
"""Categories that a column of the trees may have; one with more is encoded by the mean label of each."""


def predictions(data: Prepared, done: Callable[[], None] = lambda: None) -> dict[str, Array]:
    """For each of `PLAIN` (1, N, T) on the test rows: log-odds where a task is binary, else the label. `done` is called
    after each model of a task, where a worker may pause or stop."""
    found: dict[str, list[Array]] = {name: [] for name in PLAIN}
    one_hot = _one_hot(data)
    for task in range(len(data.binary)):
        for name, model in (("linear", _linear(data, task, one_hot)), ("trees", _trees(data, task))):
            found[name].append(model)
            done()
    return {name: np.stack(columns, 1)[None] for name, columns in found.items()}


def _one_hot(data: Prepared) -> dict[str, Any]:
    """The features of training and test rows, categories one-hot."""
    from scipy import sparse  # these take a second to import, and only a comparison needs them
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore")
    ids, numbers = data.ids.numpy(), sparse.csr_matrix(data.numbers.numpy())
    if ids.shape[1]:
        encoder.fit(ids[data.train])
    return {
        part: sparse.hstack([numbers[rows], encoder.transform(ids[rows])]).tocsr() if ids.shape[1] else numbers[rows]
        for part, rows in (("train", data.train), ("test", data.test))
    }


def _linear(data: Prepared, task: int, at: dict[str, Any]) -> Array:
    """(N,) of a logistic or ridge regression."""
    from sklearn.linear_model import LogisticRegression, Ridge

    labels = data.labels.numpy()[data.train, task]
    known = ~np.isnan(labels)
    train, labels = (at["train"], labels) if known.all() else (at["train"][known], labels[known])
    weights = _weights(data, task, data.train[known])
    if data.binary[task]:
        model = LogisticRegression(max_iter=200).fit(train, labels, weights)
        return np.asarray(model.decision_function(at["test"]) - data.shift[task])
    return np.asarray(Ridge(solver="lsqr").fit(train, labels, weights).predict(at["test"]))


def _weights(data: Prepared, task: int, rows: Array) -> Array | None:
    """How much each of some rows (N,) counts in training; None where all count the same."""
    if data.weights is None and not data.shift[task]:
        return None
    own = np.ones(len(rows)) if data.weights is None else data.weights[rows]
    positive = data.labels.numpy()[rows, task] > 0.5
    return np.where(positive, own * np.exp(data.shift[task]), own)


def _trees(data: Prepared, task: int) -> Array:
    """(N,) of histogram gradient boosting (Ke et al. 2017, as scikit-learn has it)."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    labels, binary = data.labels.numpy()[:, task], data.binary[task]
    known = ~np.isnan(labels)
    data = replace(data, train=data.train[known[data.train]], validation=data.validation[known[data.validation]])
    kind = HistGradientBoostingClassifier if binary else HistGradientBoostingRegressor
    train, validation, test, categories = _columns(data, labels, binary)
    best, score = None, -np.inf
    for rate in RATES:
        model = kind(
            learning_rate=rate, max_iter=ROUNDS, n_iter_no_change=PATIENCE, early_stopping=True,
            categorical_features=categories, random_state=0,
        ).fit(
            train, labels[data.train], _weights(data, task, data.train), X_val=validation, y_val=labels[data.validation],
            sample_weight_val=_weights(data, task, data.validation),
        )  # fmt: skip
        if max(model.validation_score_) > score:
            best, score = model, max(model.validation_score_)
    assert best is not None
    return np.asarray(best.decision_function(test) - data.shift[task] if binary else best.predict(test))


def _columns(data: Prepared, labels: Array, binary: bool) -> tuple[Array, Array, Array, list[int]]:
    """Features of the training, validation and test rows, and which columns are categories; of those that are too many the
    training rows are encoded by the labels of other rows than themselves."""
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    ids, numbers = data.ids.numpy(), data.numbers.numpy()
    few = [column for column, size in enumerate(data.sizes) if size <= NATIVE]
    many = [column for column, size in enumerate(data.sizes) if size > NATIVE]
    parts = [np.hstack([numbers[rows], ids[rows][:, few]]) for rows in (data.train, data.validation, data.test)]
    if many:
        folds = KFold(5, shuffle=True, random_state=0)
        encoder = TargetEncoder(target_type="binary" if binary else "continuous", cv=folds)
        encoded = [encoder.fit_transform(ids[data.train][:, many], labels[data.train])]
        encoded += [encoder.transform(ids[rows][:, many]) for rows in (data.validation, data.test)]
        parts = [np.hstack([part, more]) for part, more in zip(parts, encoded, strict=True)]
    width = numbers.shape[1]
    train, validation, test = parts
    return train, validation, test, list(range(width, width + len(few)))
