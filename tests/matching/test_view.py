"""What the stage shows: shapes, and that every number is one of the trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.matching import MODELS
from engine.matching.opened.scene import CANDIDATES, Scene
from engine.matching.opened.trace import filter_gains, trace, word_gains
from engine.matching.opened.view import SHOWN, SIDES, read_at, strongest, views, width
from tests.matching.conftest import Trained

Run = Callable[..., Trained]
CLOSE = {"rtol": 0, "atol": 2e-6}
SETTINGS = pytest.mark.parametrize("setting", [
    {"language": language, "pooling": pooling} for language in ("en", "zh") for pooling in ("masked", "unmasked")
], ids=lambda setting: "-".join(setting.values()))  # fmt: skip


def scenes(run: Trained) -> list[Scene]:
    return [run.hand.held_out(n) for n in run.hand.picks()]


@pytest.mark.parametrize(("length", "first", "frames"), [
    (7, 7, 7), (7, 7, 12), (3, 9, 9), (9, 3, 5), (1, 8, 8), (8, 1, 4), (0, 5, 5), (5, 0, 5),
])  # fmt: skip
def test_documents_end_together(length: int, first: int, frames: int) -> None:
    at = read_at(length, first, frames)
    begin = frames - first
    assert at.shape == (frames,) and (np.diff(at) >= 0).all()
    assert (at[:begin] == -1).all() and (at[begin:] >= 0).all()
    if first:
        assert at[-1] == max(length, 1) - 1
    if length == first:
        assert at[begin:].tolist() == list(range(first))  # one word a frame
    elif length and first:
        shares = (np.arange(first) + 1) / first
        assert at[begin:].tolist() == [int(np.ceil(share * length - 1e-9)) - 1 for share in shares]


@SETTINGS
def test_shapes(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    on_stage = scenes(run)
    count, frames = len(on_stage), width(on_stage)
    assert frames == max(len(row) for scene in on_stage for row in scene.rows[:2])
    words = max(len(scene.query) + len(scene.rows[0]) for scene in on_stage)
    found = views(run.opened, on_stage)
    shapes = {
        "cos": (count, frames, CANDIDATES), "p": (count, frames, CANDIDATES), "heat": (count, 1, SHOWN, frames),
        **dict.fromkeys(("vector", "inner", "now"), (count, frames, SIDES, SHOWN)),
        "rows": (count, 1, SHOWN), "lit": (count, 1, words), "links": (count, 1, SHOWN, 3),
    }  # fmt: skip
    assert {name: array.shape for name, array in found.items()} == {
        f"{model}.{name}": shape for model in MODELS for name, shape in shapes.items()
    }
    assert all(array.dtype == np.float32 for array in found.values())


@SETTINGS
@pytest.mark.parametrize("model", MODELS)
def test_the_last_frame_is_the_whole(model: str, setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    on_stage = scenes(run)
    found = {name.partition(".")[2]: a for name, a in views(run.opened, on_stage).items() if name.startswith(model)}
    for s, scene in enumerate(on_stage):
        traced = trace(run.opened[model], scene.query, scene.rows)
        units = strongest(traced)
        np.testing.assert_allclose(found["cos"][s, -1], traced["cosine"], **CLOSE)
        np.testing.assert_allclose(found["p"][s, -1], traced["p"], rtol=0, atol=1e-5)
        sides = np.stack([traced["query"], *traced["documents"][:2]])[:, units]
        np.testing.assert_allclose(found["vector"][s, -1, :, : len(units)], sides, **CLOSE)
        if model == "clsm":
            best = found["rows"][s, 0].astype(int)
            whole = np.concatenate((traced["pooled_query"], traced["pooled_documents"][:2]))[:, best]
            np.testing.assert_allclose(found["inner"][s, -1], whole, **CLOSE)
        elif model == "lstm":
            ends = [traced["c_query"][0][-1]] + [traced["c_documents"][n][len(scene.rows[n]) - 1] for n in (0, 1)]
            np.testing.assert_allclose(found["inner"][s, -1, :, : len(units)], np.stack(ends)[:, units], **CLOSE)


@SETTINGS
@pytest.mark.parametrize("model", MODELS)
def test_every_frame_is_as_far_as_read(model: str, setting: dict[str, str], trained: Run) -> None:
    """Before a document begins there is nothing; then its cosine and vector at that word, and p over all."""
    run = trained(**setting)
    on_stage = scenes(run)
    frames = width(on_stage)
    found = views(run.opened, on_stage)
    for s, scene in enumerate(on_stage):
        traced = trace(run.opened[model], scene.query, scene.rows)
        first = len(scene.rows[0])
        begin, units = frames - first, strongest(traced)
        cos, p, vector = (found[f"{model}.{name}"][s] for name in ("cos", "p", "vector"))
        assert np.isnan(cos[:begin]).all() and np.isnan(vector[:begin, 1:]).all()
        assert not np.isnan(cos[begin:]).any() and not np.isnan(vector[:, 0, : len(units)]).any()
        np.testing.assert_allclose(p[begin:].sum(1), 1.0, rtol=0, atol=1e-5)
        np.testing.assert_allclose(cos[begin:-1, 0], traced["cosine_read"][0, : first - 1], **CLOSE)
        np.testing.assert_allclose(vector[begin:-1, 1, : len(units)], traced["read"][0, : first - 1][:, units], **CLOSE)
        at = read_at(len(scene.rows[2]), first, frames)[begin:-1]
        np.testing.assert_allclose(cos[begin:-1, 2], traced["cosine_read"][2, at], **CLOSE)


@SETTINGS
def test_words_light_up_by_what_they_give(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    on_stage = scenes(run)
    found = views(run.opened, on_stage)
    for s, scene in enumerate(on_stage):
        words = len(scene.query) + len(scene.rows[0])
        for model in ("dssm", "lstm"):
            lit = found[f"{model}.lit"][s, 0]
            np.testing.assert_allclose(
                lit[:words], np.concatenate(word_gains(run.opened[model], scene.query, scene.rows[0])), **CLOSE
            )
            assert np.isnan(lit[words:]).all() and np.isnan(found[f"{model}.links"][s]).all()
        at = run.opened["clsm"]
        gains, traced = filter_gains(at, scene.query, scene.rows[0]), trace(at, scene.query, scene.rows)
        expected = np.zeros(words)
        for start, row, name in ((0, scene.query, "query"), (len(scene.query), scene.rows[0], "documents")):
            for gain, won in zip(gains, traced[f"winners_{name}"][0], strict=True):
                if won < len(row):  # what padding won is nobody's
                    expected[start + won] += gain
        np.testing.assert_allclose(found["clsm.lit"][s, 0, :words], expected, **CLOSE)


@SETTINGS
def test_links_join_the_windows_that_won_the_same_filter(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    scene = run.hand.held_out(0)
    found = views(run.opened, [scene])
    traced = trace(run.opened["clsm"], scene.query, scene.rows)
    gains = filter_gains(run.opened["clsm"], scene.query, scene.rows[0])
    best = found["clsm.rows"][0, 0].astype(int)
    np.testing.assert_array_equal(np.sort(gains[best]), np.sort(gains)[-SHOWN:])
    links = found["clsm.links"][0, 0]
    np.testing.assert_array_equal(links[:, 0], traced["winners_query"][0][best])
    np.testing.assert_array_equal(links[:, 1], traced["winners_documents"][0][best])
    np.testing.assert_allclose(links[:, 2], gains[best], **CLOSE)
    heat = found["clsm.heat"][0, 0]
    length = len(scene.rows[0])
    np.testing.assert_allclose(heat[:, -length:], traced["maps_documents"][0][:length, best].T, **CLOSE)


def test_the_strongest_units_make_most_of_the_cosine(trained: Run) -> None:
    run = trained()
    scene = run.hand.held_out(0)
    traced = trace(run.opened["lstm"], scene.query, scene.rows)
    share = np.abs(traced["query"] * traced["documents"][0])
    assert strongest(traced).tolist() == sorted(range(7), key=lambda n: -share[n])  # of seven units, all


@SETTINGS
@pytest.mark.parametrize("gone", ["query", "candidates", "document"])
def test_a_scene_with_less_still_has_a_view(gone: str, setting: dict[str, str], trained: Run) -> None:
    """All words of a text deleted, or a pool of one document."""
    run = trained(**setting)
    scene = run.hand.held_out(0)
    less = {
        "query": replace(scene, query=()),
        "document": replace(scene, rows=((), *scene.rows[1:])),
        "candidates": replace(scene, documents=scene.documents[:1], rows=scene.rows[:1]),
    }[gone]
    found = views(run.opened, [less])
    for model, at in run.opened.items():
        cosine = trace(at, less.query, less.rows)["cosine"]
        np.testing.assert_allclose(found[f"{model}.cos"][0, -1, : len(cosine)], cosine, **CLOSE)
        assert np.isnan(found[f"{model}.cos"][0, -1, len(cosine) :]).all()
