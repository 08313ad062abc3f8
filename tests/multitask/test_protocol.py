"""Training, validation and test of a table: who is on which side, what chooses, and that the test is read once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics import log_loss as nats

from engine.errors import UserError
from engine.multitask import TableConfig, compare
from engine.multitask.own_data.answer import answer
from engine.multitask.own_data.compared_model import ComparedModel, batch
from engine.multitask.own_data.comparison import FIRST, _blocks
from engine.multitask.own_data.features import prepare
from engine.multitask.own_data.judging.calibration import calibration_error, given_over_observed, reliability
from engine.multitask.own_data.judging.judge import Judge
from engine.multitask.own_data.parts import parts
from engine.multitask.taken.table import OpenedTable, predicted
from engine.runs.frame import Array, Frame
from engine.tables.beside import apart, joined, read_both

ROWS = 1_500
CONFIG = TableConfig(
    labels=("click", "buy"), features=("x", "noise"), structures=("shared_bottom", "mmoe"), runs=2, epochs=6, resamples=50,
    learning_rate=(0.01,),
)  # fmt: skip


@cache
def table(rows: int = ROWS) -> pd.DataFrame:
    """x tells click and buy; a user has some rows; time goes on; half of the rows have another weight."""
    source = np.random.default_rng(4)
    x = source.normal(size=rows)
    return pd.DataFrame({
        "x": x,
        "noise": source.normal(size=rows),
        "click": (x + source.normal(size=rows) > 0).astype(int),
        "buy": (x + source.normal(size=rows) > 2.4).astype(int),
        "user": [f"u{n}" for n in source.integers(0, 90, rows)],
        "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(source.integers(0, 60, rows), unit="D"),
        "weight": source.integers(1, 4, rows),
        "score": 1 / (1 + np.exp(-x)),
    })  # fmt: skip


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def last(config: TableConfig, frame: pd.DataFrame | None = None) -> Frame:
    return list(compare(config, csv(table() if frame is None else frame)))[-1]


# — who is on which side —


def test_no_group_is_on_two_sides() -> None:
    each = parts(table(), replace(CONFIG, split="group", group="user"))
    users = [set(table().user.iloc[rows]) for rows in each]
    assert not users[0] & users[1] and not users[0] & users[2] and not users[1] & users[2]
    assert len(each.test) == pytest.approx(0.3 * ROWS, abs=60) and sum(map(len, each)) == ROWS


def test_every_test_row_is_later_than_what_was_trained_on_and_no_moment_is_torn_apart() -> None:
    frame = table().copy()
    frame.loc[[3, 9], "day"] = pd.NaT
    config = replace(CONFIG, split="time", time="day")
    train, validation, test = (frame.day.iloc[rows] for rows in parts(frame, config))
    assert train.max() < validation.min() and validation.max() < test.min()
    assert len(train) + len(validation) + len(test) == ROWS - 2, "rows without a time are of no part"
    assert int(last(replace(config, epochs=1), frame).metrics["unused_rows"]) == 2


def test_the_test_is_the_second_file_and_its_columns_are_found_by_name() -> None:
    first, second = table()[:1_000], table()[1_000:]
    data = joined(csv(first), csv(second[list(reversed(second.columns))]).replace(b",", b";"))
    assert apart(data)[0] == csv(first)
    read = read_both(data)
    assert read.first == 1_000 and len(read.frame) == ROWS
    pd.testing.assert_series_equal(read.frame.x[1_000:], second.x, check_names=False)
    config = replace(CONFIG, split="second file")
    each = parts(read.frame, config, read.first)
    assert each.test.tolist() == list(range(1_000, ROWS)) and max(each.train.max(), each.validation.max()) < 1_000
    found = list(compare(config, data))[-1]
    assert int(found.metrics["test_rows"]) == 500
    assert predicted(OpenedTable(config, found))["row"].tolist() == list(range(1_001, ROWS + 1))


@pytest.mark.parametrize(("second", "words"), [
    (b"x,noise,click\n1,2,0\n", "no column buy"),
    (b"", "no second file|and there is none"),
])  # fmt: skip
def test_a_second_file_that_does_not_fit_is_told(second: bytes, words: str) -> None:
    data = joined(csv(table()), second) if second else csv(table())
    with pytest.raises(UserError, match=words):
        list(compare(replace(CONFIG, split="second file"), data))


def test_adults_second_file_writes_its_labels_with_a_full_stop() -> None:
    first = "".join(f"{n % 60}, Private, {'>50K' if n % 3 else '<=50K'}\n" for n in range(400)).encode()
    second = b"".join(line.rstrip() + b".\n" for line in first.splitlines()[:90])
    read = read_both(joined(first, second))
    assert len(read.frame) == 490 and list(read.labels.labels) == ["column_3"]
    assert read.labels.labels["column_3"].positives == sum(bool(n % 3) for n in range(400)) + sum(bool(n % 3) for n in range(90))  # fmt: skip


@pytest.mark.parametrize(("change", "words"), [
    ({"split": "group", "group": "click"}, "2 groups; 20 are needed"),
    ({"split": "time", "time": "user"}, "holds no times"),
    ({"group": "nobody"}, "no column nobody"),
    ({"weight": "user"}, "not a column of numbers"),
    ({"weight": "noise", "features": ("x",)}, "below 0 in row"),
    ({"scores": ("user", "")}, "not a column of numbers"),
])  # fmt: skip
def test_a_role_that_cannot_be_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        prepare(table(), replace(CONFIG, **change))


@pytest.mark.parametrize(("change", "words"), [
    ({"split": "time"}, "Choose the column"), ({"weight": "x"}, "weight or a score"), ({"scores": ("x", "")}, "weight or a score"),
    ({"scores": ("score",)}, "one value for each of the 2 labels"), ({"weight": "click"}, "both a label and a feature"),
])  # fmt: skip
def test_settings_that_cannot_be_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        replace(CONFIG, **change)


# — what chooses —


def test_the_test_rows_change_nothing_but_what_is_said_of_them() -> None:
    """Other labels on the test rows: the same epochs, rates and parameters."""
    config = replace(CONFIG, learning_rate=(0.001, 0.01))
    other = table().copy()
    rows = prepare(other, config).test
    other.loc[rows, "click"] = 1 - other.loc[rows, "click"]
    one, two = last(config), last(config, other)
    for name in config.structures:
        assert one.metrics[f"{name}.rate"] == two.metrics[f"{name}.rate"] > 0.001
        assert np.array_equal(one.metrics[f"{name}.epochs"], two.metrics[f"{name}.epochs"])
        np.testing.assert_allclose(
            one.metrics[f"{name}.error"][:, 0], 1 - two.metrics[f"{name}.error"][:, 0], atol=1e-9
        )
    kept = [name for name in one.parameters if name.startswith("mmoe.")]
    assert kept and all(np.array_equal(one.parameters[name], two.parameters[name]) for name in kept)


def test_the_test_is_read_once_after_training(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = ComparedModel._predict

    def counted(self: ComparedModel, rows: Array) -> Any:
        read.append(len(rows) if len(rows) == len(self._data.test) else 0)
        return real(self, rows)

    monkeypatch.setattr(ComparedModel, "_predict", counted)
    last(CONFIG)
    assert sum(map(bool, read)) == len(CONFIG.structures) and all(read[-2:]) and not any(read[:-2])


def test_a_structure_that_gains_no_more_is_trained_no_further() -> None:
    """Labels that nothing tells: the first epochs are the best."""
    frame = table().assign(
        click=np.random.default_rng(0).integers(0, 2, ROWS), buy=np.random.default_rng(1).integers(0, 2, ROWS)
    )
    frames = list(compare(replace(CONFIG, epochs=40, learning_rate=(0.03,), batch_size=32), csv(frame)))
    assert len(frames) - 2 < 40 and frames[-1].metrics["mmoe.epochs"].max() < len(frames) - 2


def test_seeds_come_in_blocks_and_each_has_an_answer() -> None:
    assert _blocks(range(8)) == [(0, 1), (2, 3, 4, 5, 6, 7)] and _blocks(range(2)) == [(0, 1)]
    assert [len(block) for block in _blocks(range(16))] == [2, 7, 7]
    frames = list(compare(replace(CONFIG, runs=3, epochs=2), csv(table())))
    results = [frame for frame in frames if "test_rows" in frame.metrics]
    assert [int(frame.metrics["seeds"]) for frame in results] == [FIRST, 3, 3]
    assert "linear.error" not in results[0].metrics and answer(results[0].metrics, CONFIG.structures).plainest is None
    for measure in ("error", "epochs"):
        first, whole = (frame.metrics[f"mmoe.{measure}"] for frame in (results[0], results[-1]))
        assert np.array_equal(first, whole[:FIRST]), "seeds that are judged stay so"
    two = last(replace(CONFIG, runs=2, epochs=2))
    assert np.array_equal(two.metrics["mmoe.error"], results[0].metrics["mmoe.error"]), "other seeds change nothing"


# — weights —


def test_a_row_of_weight_two_is_two_rows() -> None:
    """In the loss, and in the judgement."""
    data = prepare(table(), replace(CONFIG, weight="weight"))
    model = ComparedModel(CONFIG, data, "mmoe", (0,), (0.01,))
    import torch

    rows = torch.from_numpy(data.train[:200])[None]
    taken = batch(data, rows)
    assert taken.weights is not None
    often = rows[0].repeat_interleave(torch.from_numpy(table().weight.to_numpy()[data.train[:200]]))[None]
    predictions, again = (model._forward(b.numbers, b.ids).predictions for b in (taken, batch(data, often)))
    weighted = model.loss(predictions, taken) / taken.weights.sum()
    plain = ComparedModel(CONFIG, prepare(table(), CONFIG), "mmoe", (0,), (0.01,))
    torch.testing.assert_close(weighted * 200, plain.loss(again, batch(plain._data, often)), rtol=1e-5, atol=1e-6)


def test_rows_without_weight_count_nothing() -> None:
    """Half of the rows are turned round, and weigh nothing."""
    frame = table().copy()
    wrong = np.random.default_rng(0).random(ROWS) < 0.5
    frame.loc[wrong, "click"] = 1 - frame.loc[wrong, "click"]
    frame["weight"] = np.where(wrong, 0.0, 1.0)
    config = replace(CONFIG, epochs=20)
    found, lost = last(replace(config, weight="weight"), frame).metrics, last(config, frame).metrics
    for name in (*CONFIG.structures, "linear", "trees"):
        assert found[f"{name}.error"][:, 0].max() < 0.3 < lost[f"{name}.error"][:, 0].min(), name


def test_a_part_that_weighs_nothing_is_refused() -> None:
    frame = table().assign(weight=np.r_[np.ones(1_050), np.zeros(450)])
    with pytest.raises(UserError, match="0 in every training, validation or test row"):
        prepare(frame, replace(CONFIG, weight="weight", split="last rows"))


def test_positive_rows_that_count_more_leave_chances_as_they_are() -> None:
    config = replace(CONFIG, epochs=30, positive_weights=(1.0, 12.0))
    for metrics in (last(replace(CONFIG, epochs=30)).metrics, last(config).metrics):
        for name in (*CONFIG.structures, "linear"):
            assert metrics[f"{name}.given_over_observed"][:, 1].mean() == pytest.approx(1, abs=0.4), name
            assert metrics[f"{name}.log_loss"][:, 1].max() < 0.2


def test_a_task_of_more_weight_decides_the_whole_answer() -> None:
    metrics = dict(last(CONFIG).metrics)
    one, two = (metrics[f"{name}.error"].mean(0) for name in CONFIG.structures)
    ratio = np.log(two / one)
    for weights in ((1.0, 1.0), (9.0, 1.0), (1.0, 9.0)):
        metrics["task_weights"] = np.array(weights)
        found = answer(metrics, CONFIG.structures)
        assert found.best == CONFIG.structures[int(ratio @ np.array(weights) < 0)]


# — what is told —


def test_measures_are_sklearns_on_the_predictions_that_are_handed_out() -> None:
    config = replace(CONFIG, group="user", scores=("score", ""), weight="weight")
    frame = last(config)
    found = predicted(OpenedTable(config, frame))
    own = table().iloc[found["row"] - 1]
    weights = own.weight.to_numpy()
    for k, label in enumerate(config.labels):
        truth, chance = own[label].to_numpy(), found[f"{label}: MMoE"].to_numpy()
        want = {
            "error": 1 - roc_auc_score(truth, chance, sample_weight=weights),
            "log_loss": nats(truth, chance, sample_weight=weights),
            "given_over_observed": (chance @ weights) / (truth @ weights),
        }
        for name, value in want.items():
            assert frame.metrics[f"mmoe.{name}"][0, k] == pytest.approx(value, rel=1e-5), name
        gauc = [
            (rows.weight.sum(), roc_auc_score(rows[label], rows.chance, sample_weight=rows.weight))
            for _, rows in own.assign(chance=chance).groupby("user")
            if rows[label].nunique() == 2
        ]
        size, each = np.array(gauc).T
        assert frame.metrics["mmoe.gauc"][0, k] == pytest.approx(size @ each / size.sum(), rel=1e-6)
    rare = average_precision_score(own.buy, found["buy: MMoE"], sample_weight=weights)
    assert frame.metrics["rare"].tolist() == [0, 1]
    assert frame.metrics["mmoe.pr_auc"][0, 1] == pytest.approx(rare, rel=1e-5) and np.isnan(
        frame.metrics["mmoe.pr_auc"][0, 0]
    )
    present = 1 - roc_auc_score(own.click, own.score, sample_weight=weights)
    assert frame.metrics["present.error"][0, 0] == pytest.approx(present) and np.isnan(
        frame.metrics["present.error"][0, 1]
    )
    assert answer(frame.metrics, config.structures, 0).present is not None
    assert answer(frame.metrics, config.structures, 1).present is None
    assert "click: score" in found and int(frame.metrics["test_groups"]) == own.user.nunique()


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_intervals_of_what_lies_between_0_and_1_stay_there(seeds: int) -> None:
    source = np.random.default_rng(seeds)
    labels = np.zeros((300, 1))
    labels[::30] = 1.0
    judge = Judge(labels, (True,), np.ones(1), 100, np.random.default_rng(0), groups=source.integers(0, 40, 300))
    judge.add("a", source.normal(size=(seeds, 300, 1)) + labels * source.normal(size=(seeds, 1, 1)) * 3)
    found = judge.metrics()
    for name in ("a.resampled", "a.pr_auc.resampled", "a.gauc.resampled"):
        assert np.nanmin(found[name]) >= 0 and np.nanmax(found[name]) <= 1


def test_rows_of_one_group_are_resampled_together() -> None:
    """Ten copies of each row tell no more than one: as groups the interval is as wide as that of one."""
    source = np.random.default_rng(0)
    labels = (source.random((200, 1)) < 0.5).astype(float)
    predictions = labels + source.normal(size=(200, 1)) * 2

    def spread(rows: Array, groups: Array | None) -> float:
        judge = Judge(labels[rows], (True,), np.ones(1), 400, np.random.default_rng(1), groups=groups)
        judge.add("a", predictions[rows][None])
        return float(judge.metrics()["a.resampled"].std())

    once, copies = np.arange(200), np.repeat(np.arange(200), 10)
    assert spread(copies, copies) == pytest.approx(spread(once, None), rel=0.2)
    assert spread(copies, None) < 0.5 * spread(once, None)


def test_bins_hold_what_was_promised_and_what_came() -> None:
    source = np.random.default_rng(0)
    chance = source.random(60_000)
    came = (source.random(60_000) < chance).astype(float)
    bins = reliability(chance, came, np.ones(60_000))
    assert np.allclose(bins[:, 2], 0.1, atol=1e-3) and calibration_error(bins) < 0.01
    wrong = reliability(chance**2, came, np.ones(60_000))
    assert calibration_error(wrong) == pytest.approx(1 / 6, abs=0.01)  # ∫ p - p² dp
    assert given_over_observed(wrong) == pytest.approx(2 / 3, abs=0.02)
    tied = reliability(np.full(100, 0.25), np.tile([0.0, 0.0, 0.0, 1.0], 25), np.ones(100))
    assert calibration_error(tied) < 1e-12 and np.nansum(tied[:, 2]) == pytest.approx(1)


def test_of_structures_that_are_alike_the_smallest_is_chosen() -> None:
    metrics = dict(last(CONFIG).metrics)
    metrics["mmoe.error"], metrics["mmoe.resampled"] = (
        metrics["shared_bottom.error"],
        metrics["shared_bottom.resampled"],
    )
    for size, chosen in ((1, "mmoe"), (10**9, "shared_bottom")):
        metrics["mmoe.parameters"] = np.array(size)
        assert answer(metrics, CONFIG.structures).choice == chosen


def test_the_smallest_difference_shrinks_with_the_rows() -> None:
    few, many = (answer(last(CONFIG, table(rows)).metrics, CONFIG.structures, 0).shown for rows in (600, 6_000))
    assert 0 < many < few
