"""The comparison on a table, and the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import roc_auc_score

from engine.errors import UserError
from engine.multitask import MultitaskConfig, TableConfig, compare
from engine.multitask.own_data import comparison
from engine.multitask.own_data.answer import Answer, answer, constant, difference
from engine.multitask.own_data.compared_model import ComparedModel, batch
from engine.multitask.own_data.comparison import Progress, Result
from engine.multitask.own_data.features import prepare
from engine.multitask.own_data.judging.judge import Judge
from engine.multitask.own_data.judging.measures import Ranked
from engine.multitask.own_data.networks import network
from engine.multitask.own_data.plain import PLAIN
from engine.multitask.own_data.sample import sample_table
from engine.multitask.training import losses
from engine.runs.recording import Recording
from engine.runs.studies.verdict import judge

KUAIRAND = Path(__file__).resolve().parents[3] / "shared" / "data" / "kuairand-pure" / "val.parquet"
FEATURES = tuple(f"feature_{i + 1}" for i in range(11)) + ("device",)
SHAPE_OF_SAMPLE = MultitaskConfig(input_dim=15, tasks=("binary", "regression"))
"""11 numbers, the mark of a gap, and 3 for the device."""
CONFIG = TableConfig(
    labels=("click", "watch_time"), features=FEATURES, runs=2, epochs=15, resamples=50, learning_rate=(0.003,)
)


def judged_on(
    everyone: dict[str, np.ndarray], labels: np.ndarray, binary: tuple[bool, ...], scale: np.ndarray, count: int, seed: int,
    **how: np.ndarray,
) -> dict[str, np.ndarray]:  # fmt: skip
    """What a judge finds of predictions (S, N, T)."""
    judge = Judge(labels, binary, scale, count, np.random.default_rng(seed), **how)
    for name, predictions in everyone.items():
        judge.add(name, predictions)
    return judge.metrics()


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def test_weighted_auc_is_sklearns() -> None:
    source = np.random.default_rng(0)
    labels, weights = source.integers(0, 2, 500).astype(float), source.integers(0, 4, 500).astype(float)
    for scores in (source.normal(size=500), source.integers(0, 5, 500).astype(float)):  # the second is full of ties
        assert Ranked(scores, labels).error(weights) == pytest.approx(
            1 - roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12
        )


def test_a_planted_signal_is_found_and_frames_stream() -> None:
    frames = list(compare(CONFIG, csv(sample_table(2_500))))
    assert len(frames) <= CONFIG.epochs + 2 and frames[0].metrics["mmoe.validation_loss"].shape == (2, 2)
    last = frames[-1].metrics
    for structure in CONFIG.structures:
        assert last[f"{structure}.error"][:, 0].max() < 0.2  # AUC above .8
        assert last[f"{structure}.resampled"].shape == (50, 2)
        low, high = np.quantile(last[f"{structure}.resampled"][:, 0], (0.01, 0.99))
        assert low < last[f"{structure}.error"][:, 0].mean() < high
    assert last["label_pearson"][0, 1] > 0.5


def test_the_same_table_and_config_give_the_same_numbers() -> None:
    quick = replace(CONFIG, epochs=2, structures=("shared_bottom", "mmoe"))
    first, second = (list(compare(quick, csv(sample_table(600))))[-1].metrics for _ in range(2))
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


def test_a_comparison_survives_a_file(tmp_path: Path) -> None:
    quick = replace(CONFIG, epochs=2, structures=("shared_bottom", "mmoe"))
    whole = Recording(quick, tuple(compare(quick, csv(sample_table(600)))))
    whole.save(tmp_path / "comparison.npz")
    again = Recording.load(tmp_path / "comparison.npz", TableConfig)
    assert again.digest == whole.digest and again.config == quick
    assert answer(again.frames[-1].metrics, quick.structures) == answer(whole.frames[-1].metrics, quick.structures)


def test_only_the_table_that_the_config_names_is_compared() -> None:
    table, other = csv(sample_table(600)), csv(sample_table(600, seed=1))
    named = replace(CONFIG, epochs=1, structures=("shared_bottom", "mmoe"), table=hashlib.sha256(table).hexdigest())
    assert next(compare(named, table)).step
    with pytest.raises(UserError, match="not the one that these settings were made for"):
        next(compare(named, other))


def model_of(config: TableConfig, frame: pd.DataFrame, structure: str) -> ComparedModel:
    return ComparedModel(config, prepare(frame, config), structure, config.seeds, config.learning_rate)


def test_a_seed_whose_tower_is_dead_is_counted_and_no_other() -> None:
    two = replace(CONFIG, structures=("shared_bottom", "mmoe"))
    data = prepare(sample_table(600), two)
    one = ComparedModel(two, data, "shared_bottom", two.seeds, two.learning_rate)
    with torch.no_grad():
        one._stack.parameters["structure.towers.hidden.bias"][
            0, 1
        ] = -1e6  # of the first seed, in the second task's tower
    one.validate()
    found = Result(two, data, {"shared_bottom": 0.003})
    found.add(one, Progress(None, 1))
    metrics = found.metrics()
    assert metrics["shared_bottom.constant"].tolist() == [[False, True], [False, False]]
    assert [constant(metrics, "shared_bottom", task) for task in (0, 1)] == [0, 1]
    assert constant({}, "shared_bottom", 0) == 0  # a comparison of an older version


@pytest.mark.parametrize(
    ("best", "tried", "taken"),
    [
        (0.003, [0.001, 0.003, 0.01], 0.003),
        (0.03, [0.001, 0.003, 0.01, 0.03, 0.09], 0.03),
        (0.5, [0.001, 0.003, 0.01, 0.03, 0.09], 0.09),
        (1e-5, [0.001, 0.003, 0.01, 0.0003, 0.0001], 0.0001),
    ],
)
def test_further_rates_are_tried_while_the_last_one_is_the_best(
    monkeypatch: pytest.MonkeyPatch, best: float, tried: list[float], taken: float
) -> None:
    """And one that cannot learn at all is passed by."""
    asked: list[float] = []

    def lowest(config: object, data: object, structure: str, rates: Sequence[float], progress: object) -> list[float]:
        asked.extend(rates)
        if rates == (0.09,) and best < 0.09:
            raise UserError("Training diverged on this table. Lower the learning rate.")
        return [abs(np.log(rate / best)) for rate in rates]

    monkeypatch.setattr(comparison, "_lowest", lowest)
    config = replace(CONFIG, learning_rate=TableConfig().learning_rate)
    data = prepare(sample_table(600), config)
    assert comparison._rate(config, data, "mmoe", Progress(None, 1)) == taken and asked == tried


def test_the_mixtures_gates_are_those_of_the_test_rows() -> None:
    """From its own networks, one seed and row after another."""
    quick = replace(CONFIG, epochs=1)
    data = prepare(sample_table(600), quick)
    one = model_of(quick, sample_table(600), "mmoe")
    one.validate()
    predictions, gates = one.finish()
    for seed in range(quick.runs):
        model = network(SHAPE_OF_SAMPLE, data.sizes, "mmoe", seed)
        forward = model(data.numbers[data.test], data.ids[data.test])
        np.testing.assert_allclose(gates[seed], forward.gates.detach().mean(0), atol=1e-6)
        np.testing.assert_allclose(predictions[seed], forward.predictions.detach(), atol=1e-5)
    last = list(compare(quick, csv(sample_table(600))))[-1].metrics
    assert {name for name in last if name.endswith("gates")} == {"omoe.gates", "mmoe.gates", "ple.gates"}
    np.testing.assert_allclose(last["mmoe.gates"].sum(-1), 1, rtol=1e-5)
    np.testing.assert_allclose(last["ple.gates"].sum(-1), 1, rtol=1e-5)
    assert last["ple.gates"].shape[-1] == 7 and not last["ple.gates"][:, 1, :2].any()
    assert np.array_equal(last["omoe.gates"][:, 0], last["omoe.gates"][:, 1])


def test_single_task_shares_not_even_embeddings() -> None:
    """One task's loss leaves no trace in the other's networks, tables of categories included."""
    model = network(SHAPE_OF_SAMPLE, (4, 9), "single_task", seed=0)
    forward = model(torch.ones(5, 7), torch.zeros(5, 2, dtype=torch.long))
    assert forward.predictions.shape == (5, 2)
    forward.predictions[:, 0].sum().backward()
    touched = {name: bool(parameter.grad.any()) for name, parameter in model.named_parameters()}
    assert all(touched[name] == name.startswith("networks.0") for name in touched)
    assert sum("tables" in name for name in touched) == 4
    first, second = model.networks
    assert not torch.equal(first.tables[0].weight, second.tables[0].weight)


def test_single_task_keeps_each_tasks_own_best_epoch() -> None:
    one = model_of(CONFIG, sample_table(600), "single_task")
    rows = torch.from_numpy(one._data.train)[:64].expand(2, -1)
    before = one.parameters()
    one.learn(batch(one._data, rows))
    one.best[:] = (np.inf, 0.0)  # the first task can only gain, the second only lose
    one.validate()
    one.finish()
    for name, tensor in one.parameters().items():
        assert np.array_equal(tensor, before[name]) == name.startswith("networks.1"), name


def drawn(shift: float | tuple[float, float], source: np.random.Generator) -> np.ndarray:
    """Predictions of 4 seeds whose errors are `shift` larger, on both tasks or on each."""
    return np.asarray(LABELS[None] + source.normal(0, 0.5 + np.asarray(shift), (4, *LABELS.shape)))


LABELS = np.random.default_rng(5).normal(size=(800, 2))


def measured(**shifts: float | tuple[float, float]) -> dict[str, np.ndarray]:
    source = np.random.default_rng(1)
    everyone = {name: drawn(shift, source) for name, shift in shifts.items()}
    everyone["linear"] = everyone["linear"][:1]
    return judged_on(everyone, LABELS, (False, False), np.ones(2), 100, 1)


def judged(task: int | None = None, **shifts: float | tuple[float, float]) -> Answer:
    return answer(measured(**shifts), [name for name in shifts if name != "linear"], task)


def test_each_task_has_its_own_answer() -> None:
    shifts = {"shared_bottom": (0.0, 0.4), "mmoe": (0.4, 0.0), "linear": 0.9}
    for task, best, other in ((0, "shared_bottom", "mmoe"), (1, "mmoe", "shared_bottom")):
        found = judged(task, **shifts)
        assert found.best == best and found.clear and found.rivals[0].name == other
        assert found.rivals[0].mean == pytest.approx(0.8, abs=0.1)  # 0.9 against 0.5
    assert not judged(**shifts).clear  # what one gains on its task the other gains on its own


def test_a_difference_is_paired_and_of_the_tasks_asked_for() -> None:
    metrics = measured(shared_bottom=(0.0, 0.4), mmoe=(0.4, 0.0), linear=0.9)
    both = [difference(metrics, "mmoe", "shared_bottom", task) for task in (None, 0, 1)]
    assert 1 + both[0].mean == pytest.approx(((1 + both[1].mean) * (1 + both[2].mean)) ** 0.5)
    back = difference(metrics, "shared_bottom", "mmoe")
    assert (1 + both[0].mean) * (1 + back.mean) == pytest.approx(1)  # whichever of the two it is set against
    assert both[1].low > 0 > both[2].high and all(d.low < d.mean < d.high for d in both)
    same = difference(
        metrics | {"omoe.error": metrics["mmoe.error"], "omoe.resampled": metrics["mmoe.resampled"]}, "omoe", "mmoe"
    )
    assert (same.mean, same.low, same.high) == (0, 0, 0)  # the same models on the same resamples


def test_a_clear_winner_is_clear() -> None:
    found = judged(shared_bottom=0.3, omoe=0.3, mmoe=0.0, linear=0.6)
    assert found.best == "mmoe" and found.clear and found.plainest is not None and found.plainest.low > 0


def test_no_difference_is_said() -> None:
    found = judged(shared_bottom=0.0, omoe=0.0, mmoe=0.0, linear=0.6)
    assert not found.clear and len(found.tied) >= 1


def test_a_better_baseline_is_reported() -> None:
    found = judged(shared_bottom=0.3, mmoe=0.3, linear=0.0)
    assert found.plainest is not None and found.plainest.high < 0


@pytest.mark.parametrize("seeds", [3, 8])
def test_where_rows_do_not_matter_the_interval_is_students(seeds: int) -> None:
    """Each seed is wrong by its own constant on every row: only seeds vary, so `judge` is the oracle."""
    wrong = np.random.default_rng(seeds).normal(10.0, 1.0, seeds)
    predictions = np.broadcast_to(wrong[:, None, None], (seeds, 50, 1))
    drawn = judged_on({"mmoe": predictions}, np.zeros((50, 1)), (False,), np.ones(1), 4_000, 0)["mmoe.resampled"]
    expected = judge(wrong)
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert high - low == pytest.approx(expected.high - expected.low, rel=0.15)  # resampled means are not quite normal


def test_resampled_errors_are_those_of_resampled_rows() -> None:
    source = np.random.default_rng(3)
    scores, labels = source.normal(size=(1, 300, 2)), np.stack([source.integers(0, 2, 300), source.normal(size=300)], 1)
    drawn = judged_on({"linear": scores}, labels, (True, False), np.array([1.0, 2.0]), 5, 7)
    again = np.random.default_rng(7)
    for row in drawn["linear.resampled"]:
        rows = again.integers(300, size=300)
        auc_error = 1 - roc_auc_score(labels[rows, 0], scores[0, rows, 0])
        rmse = 2.0 * np.sqrt(((scores[0, rows, 1] - labels[rows, 1]) ** 2).mean())
        np.testing.assert_allclose(row, (auc_error, rmse), rtol=0, atol=1e-12)


def test_progress_goes_on_to_its_end() -> None:
    ticks: list[tuple[int, int]] = []
    quick = replace(CONFIG, epochs=3, structures=("shared_bottom", "mmoe"), learning_rate=(0.001, 0.01), patience=1)
    frames = list(compare(quick, csv(sample_table(600)), lambda step, steps: ticks.append((step, steps))))
    assert all(one[0] < other[0] for one, other in zip(ticks, ticks[1:], strict=False))
    assert ticks[-1][0] == ticks[-1][1] == frames[-1].step, "also where a structure is trained no further"


@pytest.mark.skipif(not KUAIRAND.exists(), reason="the KuaiRand logs are not part of the project")
def test_kuairand_click_and_long_view() -> None:
    log = (
        pd.read_parquet(KUAIRAND).drop_duplicates(["user_id", "video_id", "time_ms"]).sort_values("time_ms").head(6_000)
    )
    config = TableConfig(
        labels=("is_click", "long_view"), features=("duration_ms", "tab", "author_id", "hourmin"), categories=("tab", "author_id"),
        split="last rows", runs=2, epochs=3, resamples=50,
    )  # fmt: skip
    last = list(compare(config, csv(log)))[-1].metrics
    assert last["label_pearson"][0, 1] == pytest.approx(0.75, abs=0.08)
    assert (last["shared_bottom.error"].mean(0) < 0.45).all()


def test_rows_that_differ_by_rounding_are_ties() -> None:
    source = np.random.default_rng(0)
    word, coin = source.integers(0, 3, 300), np.tile([0.0, 1.0], 150)
    scores = np.array([-1.3, 0.2, 2.5], np.float32)[word]
    noisy = scores * (1 + source.normal(0, 2e-7, 300).astype(np.float32))
    weights = np.ones(300)
    assert Ranked(noisy, coin).error(weights) == Ranked(scores, coin).error(weights)
    spread = source.normal(size=5_000)
    truth = (source.random(5_000) > 0.5).astype(float)
    assert Ranked(spread, truth).error(np.ones(5_000)) == pytest.approx(1 - roc_auc_score(truth, spread), abs=1e-6)


def test_an_error_of_a_binary_task_stays_within_0_and_1() -> None:
    source = np.random.default_rng(0)
    labels = source.integers(0, 2, (90, 1)).astype(float)
    predictions = np.stack([np.where(labels > 0.5, 1.0, -1.0), source.normal(size=(90, 1))])
    drawn = judged_on({"a": predictions}, labels, (True,), np.ones(1), 200, 1)["a.resampled"]
    assert drawn.min() >= 0.0 and drawn.max() <= 1.0


def test_a_label_known_only_where_another_is_true_is_learnt_and_judged_there() -> None:
    source = np.random.default_rng(0)
    x = source.normal(size=900)
    click = (x + source.normal(size=900) * 0.3 > -0.3).astype(float)
    buy = np.where(click > 0, (x + source.normal(size=900) * 0.3 > 0.8).astype(float), np.nan)
    frame = pd.DataFrame({"x": x, "click": click, "buy": buy})
    config = TableConfig(
        labels=("click", "buy"), features=("x",), structures=("shared_bottom", "single_task"), runs=2, epochs=20,
        learning_rate=(0.003,),
    )  # fmt: skip
    data = prepare(frame, config)
    assert bool(data.labels[:, 1].isnan().any()) and not bool(data.labels[:, 0].isnan().any())
    last = list(compare(config, frame.to_csv(index=False).encode()))[-1].metrics
    for name in (*config.structures, *PLAIN):
        assert np.isfinite(last[f"{name}.resampled"]).all() and (last[f"{name}.error"] < 0.15).all()
    with pytest.raises(UserError, match="Label buy is missing"):
        prepare(frame.assign(other=1 - click), replace(config, labels=("other", "buy")))


def test_a_gap_teaches_nothing() -> None:
    """The same gradient as of the known rows, scaled by their share."""
    frame = pd.DataFrame({"x": np.random.default_rng(1).normal(size=400)})
    frame["click"] = (frame.x > 0).astype(float)
    frame["buy"] = np.where(frame.click > 0, (frame.x > 0.7).astype(float), np.nan)
    config = TableConfig(labels=("click", "buy"), features=("x",), structures=("shared_bottom", "single_task"), runs=2)
    model = model_of(config, frame, "single_task")
    rows = torch.from_numpy(model._data.train)[:64].expand(2, -1)
    taken = batch(model._data, rows)
    predictions, labels = model._forward(taken.numbers, taken.ids).predictions.detach().requires_grad_(), taken.labels
    model.loss(predictions, taken).sum().backward()
    assert predictions.grad is not None
    gone = predictions.grad[labels.isnan()]
    assert len(gone) and not gone.any() and predictions.grad[~labels.isnan()].abs().min() > 1e-9
    click = losses(predictions[..., :1], labels[..., :1], torch.tensor([True]))
    torch.testing.assert_close(model.loss(predictions, taken)[:, :1], click)
