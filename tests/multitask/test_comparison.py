"""The comparison on a table, and the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from engine.multitask import TableConfig, compare
from engine.multitask.answer import answer, auc, errors, resample
from engine.multitask.sample import sample_table
from engine.runs.verdict import judge

KUAIRAND = Path(__file__).resolve().parents[3] / "shared" / "data" / "kuairand-pure" / "val.parquet"
FEATURES = tuple(f"feature_{i + 1}" for i in range(11)) + ("device",)
CONFIG = TableConfig(labels=("click", "watch_time"), features=FEATURES, runs=2, epochs=15, resamples=50)


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def test_weighted_auc_is_sklearns() -> None:
    source = np.random.default_rng(0)
    labels, weights = source.integers(0, 2, 500).astype(float), source.integers(0, 4, 500).astype(float)
    for scores in (source.normal(size=500), source.integers(0, 5, 500).astype(float)):  # the second is full of ties
        assert auc(scores, labels, weights) == pytest.approx(
            roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12
        )


def test_a_planted_signal_is_found_and_frames_stream() -> None:
    frames = list(compare(CONFIG, csv(sample_table(2_500))))
    assert len(frames) == CONFIG.epochs + 1 and frames[0].metrics["mmoe.validation_loss"].shape == (2, 2)
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


def drawn(shift: float, source: np.random.Generator) -> np.ndarray:
    """Predictions of 4 seeds whose errors are `shift` larger."""
    return np.asarray(LABELS[None] + source.normal(0, 0.5 + shift, (4, *LABELS.shape)))


LABELS = np.random.default_rng(5).normal(size=(800, 2))


def judged(**shifts: float) -> object:
    source = np.random.default_rng(1)
    everyone = {name: drawn(shift, source) for name, shift in shifts.items()}
    everyone["linear"] = everyone["linear"][:1]
    scale = np.ones(2)
    resampled = resample(everyone, LABELS, (False, False), scale, 100, source)
    metrics = {f"{n}.error": errors(p, LABELS, (False, False), scale) for n, p in everyone.items()} | {
        f"{n}.resampled": r for n, r in resampled.items()
    }
    return answer(metrics, [name for name in shifts if name != "linear"])


def test_a_clear_winner_is_clear() -> None:
    found = judged(shared_bottom=0.3, omoe=0.3, mmoe=0.0, linear=0.6)
    assert found.best == "mmoe" and found.clear and found.linear.low > 0


def test_no_difference_is_said() -> None:
    found = judged(shared_bottom=0.0, omoe=0.0, mmoe=0.0, linear=0.6)
    assert not found.clear and len(found.tied) >= 1


def test_a_better_baseline_is_reported() -> None:
    found = judged(shared_bottom=0.3, mmoe=0.3, linear=0.0)
    assert found.linear.high < 0


@pytest.mark.parametrize("seeds", [3, 8])
def test_where_rows_do_not_matter_the_interval_is_students(seeds: int) -> None:
    """Each seed is wrong by its own constant on every row: only seeds vary, so `judge` is the oracle."""
    wrong = np.random.default_rng(seeds).normal(10.0, 1.0, seeds)
    predictions = np.broadcast_to(wrong[:, None, None], (seeds, 50, 1))
    drawn = resample({"mmoe": predictions}, np.zeros((50, 1)), (False,), np.ones(1), 4_000, np.random.default_rng(0))[
        "mmoe"
    ]
    expected = judge(wrong)
    low, high = np.quantile(drawn, (0.025, 0.975))
    assert high - low == pytest.approx(expected.high - expected.low, rel=0.15)  # resampled means are not quite normal


def test_resampled_errors_are_those_of_resampled_rows() -> None:
    source = np.random.default_rng(3)
    scores, labels = source.normal(size=(1, 300, 2)), np.stack([source.integers(0, 2, 300), source.normal(size=300)], 1)
    drawn = resample({"linear": scores}, labels, (True, False), np.array([1.0, 2.0]), 5, np.random.default_rng(7))
    again = np.random.default_rng(7)
    for row in drawn["linear"]:
        rows = again.integers(300, size=300)
        auc_error = 1 - roc_auc_score(labels[rows, 0], scores[0, rows, 0])
        rmse = 2.0 * np.sqrt(((scores[0, rows, 1] - labels[rows, 1]) ** 2).mean())
        np.testing.assert_allclose(row, (auc_error, rmse), rtol=0, atol=1e-12)


def test_progress_goes_on_while_resampling() -> None:
    ticks: list[tuple[int, int]] = []
    quick = replace(CONFIG, epochs=1, structures=("shared_bottom", "mmoe"))
    frames = list(compare(quick, csv(sample_table(600)), lambda step, steps: ticks.append((step, steps))))
    assert [step for step, _ in ticks] == list(range(1, ticks[-1][1] + 1))
    assert len(ticks) == frames[-1].step + 2 * CONFIG.runs + 1  # each model's seed, and the baseline


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
