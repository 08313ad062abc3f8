"""train(config): deterministic, each model for itself, and honest when it fails."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.errors import UserError
from engine.matching import MODELS, MatchingConfig, PairsConfig, train
from engine.matching.data.log import Query, generated
from engine.matching.models import cosines
from engine.matching.training import Batch, Library, Trainee, loss_of, score
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.runs.seeds import generator


def test_the_loss_is_cross_entropy_of_gamma_times_cosine() -> None:
    source = torch.Generator().manual_seed(0)
    queries, documents = (torch.randn(n, 6, dtype=torch.float64, generator=source) for n in (4, 9))
    candidates = torch.stack([torch.randperm(9, generator=source)[:5] for _ in range(4)])
    for gamma in (0.01, 10.0, 1e4):
        found = loss_of(cosines(queries, documents), candidates, gamma)
        cosine = functional.cosine_similarity(queries[:, None], documents[candidates], dim=-1)
        expected = functional.cross_entropy(gamma * cosine, torch.zeros(4, dtype=torch.long))
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
        scaled = gamma * cosine.numpy()
        by_hand = (np.logaddexp.reduce(scaled, 1) - scaled[:, 0]).mean()
        assert float(found) == pytest.approx(by_hand, rel=1e-12, abs=1e-12)


def test_candidates_are_the_clicked_its_twin_and_others_of_the_batch(small: MatchingConfig) -> None:
    log = generated(small)
    queries = list(log.train[:8])
    batch = Batch(queries, list(range(8)), 4, generator(0, "test"))
    assert len(set(batch.documents)) == len(batch.documents) and batch.candidates.shape == (8, 5)
    for query, row in zip(queries, batch.candidates.tolist(), strict=True):
        chosen = [batch.documents[n] for n in row]
        assert chosen[:2] == [query.clicked, query.shown[0]] and len(set(chosen)) == 5


def test_a_batch_with_too_few_documents_repeats_the_last() -> None:
    queries = [Query("a", 3, {3: 1}), Query("b", 7, {7: 1})]
    batch = Batch(queries, [0, 1], 4, generator(0, "test"))
    assert batch.documents == [3, 7] and batch.candidates.tolist() == [[0, 1, 1, 1, 1], [1, 0, 0, 0, 0]]


def test_the_same_config_twice_is_the_same_recording(small: MatchingConfig) -> None:
    first, again, other = (Recording(small, tuple(train(replace(small, seed=seed)))) for seed in (0, 0, 1))
    assert first.digest == again.digest != other.digest


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_frame_holds(language: str, small: MatchingConfig) -> None:
    config = replace(small, language=language)
    frames = list(train(config))
    assert [frame.step for frame in frames] == [0, 1, 5, 12]
    shapes = {"ndcg": (3,), "mrr": (), "recall": (2,), "pairs": (4,), "train_loss": ()}
    for model in MODELS:
        for frame in frames:
            for name, shape in shapes.items():
                value = frame.metrics[f"{model}.{name}"]
                assert value.shape == shape and np.isfinite(value).all()
            assert frame.metrics[f"{model}.space"].shape[0] == 8 + 8  # eight mirrored queries, their eight documents
        assert frames[0].metrics[f"{model}.train_loss"] == pytest.approx(np.log(5))
        before, after = (frame.parameters[f"{model}.query.words.weight"] for frame in (frames[0], frames[-1]))
        assert not np.array_equal(before, after)


def test_metrics_are_those_of_the_models_scores(small: MatchingConfig) -> None:
    """The cosines of a frame's parameters, encoded one text at a time: the same share of pairs."""
    config = replace(small, models=("clsm",))
    log = generated(config)
    library = Library(config, log)
    trainee = Trainee(config, "clsm", library)
    found = score(trainee.matcher, library.lexicon, library.test, library.pool)
    one = trainee.matcher.query
    with torch.no_grad():
        left, right = (
            torch.cat([one(library.lexicon.read([row], boundaries=True)).vector for row in rows])
            for rows in (library.test, library.pool)
        )
    np.testing.assert_allclose(found, functional.cosine_similarity(left[:, None], right[None], dim=-1), atol=2e-6)
    first = next(train(config)).metrics["clsm.recall"][1]
    place = {index: n for n, index in enumerate(log.pool)}
    hits = [
        any(place[index] in np.argsort(-row)[:10] for index in query.grades)
        for row, query in zip(found, log.test, strict=True)
    ]
    assert float(first) == pytest.approx(np.mean(hits), abs=1 / len(hits))  # one tie may fall either way


def test_a_model_does_not_depend_on_which_others_are_trained(small: MatchingConfig) -> None:
    together = list(train(small))[-1]
    for model in MODELS:
        alone = list(train(replace(small, models=(model,))))[-1]
        for part in ("metrics", "parameters"):
            for name, value in getattr(alone, part).items():
                np.testing.assert_array_equal(value, getattr(together, part)[name])


def test_a_stopped_run_is_a_prefix(small: MatchingConfig) -> None:
    whole = tuple(train(small))
    part = tuple(itertools.islice(train(small), 3))
    assert Recording(small, part).digest == Recording(small, whole[:3]).digest


def test_the_loss_stays_bounded_at_any_rate(small: MatchingConfig) -> None:
    """A cosine bounds it by 2 γ + log(1 + J): nothing diverges, a rate that is too large learns nothing."""
    for frame in train(replace(small, learning_rate=(1e9,), clip=1e6, gamma=100.0)):
        for model in small.models:
            assert 0 <= frame.metrics[f"{model}.train_loss"] <= 200 + np.log(1 + small.unclicked)


def test_the_tick_counts_every_step(small: MatchingConfig) -> None:
    ticks: list[tuple[int, int]] = []
    list(train(small, lambda step, steps: ticks.append((step, steps))))
    assert ticks == [(n, 12) for n in range(13)]


def test_heavy_frames_keep_parameters_now_and_then(small: MatchingConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of nine moments, first and last among them; the numbers stay."""
    config = replace(small, models=("dssm",), steps=64, frames=9)
    whole = list(train(config))
    monkeypatch.setattr("engine.runs.frame.PARAMETER_BYTES", 1_000)
    thin = list(train(config))
    assert [bool(frame.parameters) for frame in thin] == [True, False, False, False] * 2 + [True]
    assert all(frame.parameters for frame in whole)
    for one, other in zip(thin, whole, strict=True):
        assert _bytes(one.metrics) == _bytes(other.metrics)
        assert not one.parameters or _bytes(one.parameters) == _bytes(other.parameters)


def _bytes(arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in arrays.items()}


OTHERS: dict[str, Any] = {
    "language": "zh", "skills": ("order", "beyond"), "queries": 60, "distance": 3, "models": ("dssm",),
    "input": "words", "dimensions": 256, "towers": "separate", "hidden": 11, "window": 2, "filters": 13,
    "semantic": 9, "embedding": 7, "units": 6, "longest": 8, "pooling": "unmasked", "gamma": 2.0, "unclicked": 2,
    "learning_rate": (0.01,), "decay": "none", "clip": 0.1, "batch_size": 6, "steps": 11, "frames": 3, "seed": 1,
}  # fmt: skip
TOUCHED = {
    **dict.fromkeys(("hidden",), {"dssm"}),
    **dict.fromkeys(("window", "filters", "pooling"), {"clsm"}),
    **dict.fromkeys(("embedding", "units"), {"lstm"}),
    "semantic": {"dssm", "clsm"},
    "models": set(),
    "frames": {"frames"},
}


def test_every_setting_is_tried() -> None:
    assert set(OTHERS) == {field.name for field in dataclasses.fields(MatchingConfig)}


@pytest.fixture(scope="module")
def frames(small: MatchingConfig) -> list[Frame]:
    return list(train(small))


@pytest.mark.parametrize("name", OTHERS)
def test_every_setting_has_an_effect_and_only_where_it_belongs(
    name: str, small: MatchingConfig, frames: list[Frame]
) -> None:
    """Models that a setting does not name come out bit for bit the same."""
    changed = replace(small, **{name: OTHERS[name]})
    others = list(train(changed))
    moved = {model for model in changed.models if _differ(frames[-1].parameters, others[-1].parameters, model)}
    if [frame.step for frame in frames] != [frame.step for frame in others] and name == "frames":
        moved |= {"frames"}
    assert moved == TOUCHED.get(name, set(MODELS))


def _differ(one: Any, other: Any, model: str) -> bool:
    names = {name for name in {*one, *other} if name.startswith(f"{model}.")}
    return any(name not in one or name not in other or not np.array_equal(one[name], other[name]) for name in names)


@pytest.mark.parametrize("change", [
    {"language": "fr"}, {"language": "zh", "input": "words"}, {"skills": ()}, {"skills": ("order", "order")},
    {"models": ()}, {"dimensions": 63}, {"window": 6}, {"longest": 7}, {"longest": 303}, {"gamma": 0.0},
    {"gamma": float("nan")}, {"unclicked": 0}, {"batch_size": 3}, {"pooling": "mean"}, {"towers": "three"},
    {"seed": -1}, {"steps": 10_001}, {"nonsense": 1},
])  # fmt: skip
def test_what_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        MatchingConfig.from_dict(change)


def test_a_config_travels_as_text() -> None:
    for config in (MatchingConfig(language="zh", skills=("beyond",)), PairsConfig(table="ab")):
        assert type(config).from_json(config.to_json()) == config


def test_windows_learn_order_and_bags_do_not() -> None:
    """A small slice of the claim: two hundred steps on order alone."""
    config = MatchingConfig(skills=("order",), models=("dssm", "clsm"), queries=400, steps=200, frames=2)
    found = list(train(config))[-1].metrics
    assert found["dssm.pairs"][0] == 0.5 and found["clsm.pairs"][0] >= 0.9
