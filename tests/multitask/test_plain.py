"""Plain models beside the structures: what trees find that a line does not, and that no label leaks into its own row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import roc_auc_score

from engine.multitask.own_data import plain
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Prepared, prepare
from engine.multitask.own_data.plain import PLAIN, predictions

ROWS = 6_000
CONFIG = TableConfig(labels=("bought", "spent"), features=("left", "right", "shop"), categories=("shop",))


def prepared(shops: int) -> Prepared:
    """bought is left xor right, spent their product; the shop says nothing."""
    source = np.random.default_rng(1)
    left, right = source.normal(size=(2, ROWS))
    bought = ((left > 0) ^ (right > 0)).astype(int)
    shop = [f"s{n}" for n in source.integers(shops, size=ROWS)]
    table = pd.DataFrame({"left": left, "right": right, "shop": shop, "bought": bought, "spent": left * right})
    return prepare(table, CONFIG)


@pytest.mark.parametrize("shops", [5, 400])
def test_trees_find_what_a_line_does_not(shops: int) -> None:
    data, ticks = prepared(shops), []
    found = predictions(data, lambda: ticks.append(1))
    assert tuple(found) == PLAIN and len(ticks) == len(PLAIN) * 2
    labels = data.labels.numpy()[data.test]
    shares = {name: roc_auc_score(labels[:, 0], one[0, :, 0]) for name, one in found.items()}
    assert shares["linear"] < 0.6 and shares["trees"] > 0.97
    residual = {name: ((labels[:, 1] - one[0, :, 1]) ** 2).mean() for name, one in found.items()}
    assert residual["trees"] < 0.2 < 0.8 < residual["linear"]


def test_a_column_of_many_categories_does_not_tell_the_label_of_its_own_row() -> None:
    """Of 400 shops that say nothing, encoded by labels, nothing is learnt: the labels are drawn anew."""
    data = prepared(400)
    assert max(data.sizes) > plain.NATIVE
    labels = np.random.default_rng(2).permutation(data.labels.numpy())
    data = replace(data, labels=type(data.labels)(labels))
    found = predictions(data)["trees"][0, :, 0]
    assert abs(roc_auc_score(labels[data.test, 0], found) - 0.5) < 0.06


def test_the_rate_is_the_best_by_the_validation_rows() -> None:
    """Once more with scikit-learn alone."""
    data = prepared(5)
    rows = np.hstack([data.numbers.numpy(), data.ids.numpy()])
    spent = data.labels.numpy()[:, 1]
    models = [
        HistGradientBoostingRegressor(
            learning_rate=rate, max_iter=300, n_iter_no_change=10, early_stopping=True, categorical_features=[2],
            random_state=0,
        ).fit(rows[data.train], spent[data.train], X_val=rows[data.validation], y_val=spent[data.validation])
        for rate in (0.03, 0.1, 0.3)
    ]  # fmt: skip
    errors = [min(((spent[data.validation] - p) ** 2).mean() for p in m.staged_predict(rows[data.validation])) for m in models]  # fmt: skip
    best = models[int(np.argmin(errors))]
    np.testing.assert_allclose(predictions(data)["trees"][0, :, 1], best.predict(rows[data.test]))
