"""A model taken away is the model: its weights come back to the bit, and ONNX Runtime answers what torch answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx as onnx_format
import pytest
import torch

from engine.carried import Carried, Graph
from engine.errors import UserError
from engine.runs.playground import engines
from engine.runs.recording import Recording
from engine.taken.onnx import Session, farthest, onnx, written
from engine.taken.weights import Origin, load, weights
from tests.test_engines import RUNGS, frames, opened, small


def origin(name: str, rung: str) -> Origin:
    recording = Recording(small(name), frames(name))
    return Origin(name, small(name), rung, frames(name)[-1].step, recording.digest)


def taken(name: str, rung: str) -> bytes:
    return weights(carried(name, rung), origin(name, rung))


def exported(name: str, rung: str) -> bytes:
    return onnx(carried(name, rung), origin(name, rung))


def carried(name: str, rung: str) -> Carried:
    return engines()[name].leaving.carry(opened(name), rung)


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_weights_come_back_to_the_bit(name: str, rung: str) -> None:
    """From the file alone: every parameter, the answers, and where they come from."""
    back, own = load(taken(name, rung)), carried(name, rung)
    assert back.origin == origin(name, rung)
    wanted = dict(own.module.named_parameters())
    found = dict(back.module.named_parameters())
    assert list(found) == list(wanted) and type(back.module) is type(own.module)
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)
    kept = {key: value for frame in frames(name) for key, value in frame.parameters.items()}
    assert all(
        np.array_equal(found[key].numpy(), kept[f"{ {'rank': 'ranking'}.get(rung, rung) }.{key}"]) for key in found
    )
    assert {key: value.tolist() for key, value in back.beside.items()} == {
        key: value.tolist() for key, value in own.beside.items()
    }
    assert back.notes == own.notes


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_onnx_runtime_answers_what_torch_answers(name: str, rung: str) -> None:
    """For other numbers of rows than it was exported with: the model that came back from its weights answers too."""
    file = exported(name, rung)
    proto = onnx_format.load_from_string(file)
    onnx_format.checker.check_model(proto, full_check=True)
    graph = carried(name, rung).graph()
    for port, axes in zip(proto.graph.input, graph.inputs.values(), strict=True):
        sizes = port.type.tensor_type.shape.dim
        assert [bool(size.dim_param) for size in sizes] == [bool(axis) for axis in axes], port.name
    assert [port.name for port in proto.graph.output] == list(graph.outputs)
    session = Session(file)
    assert max(farthest(session, graph, example) for example in graph.examples) < 1e-5
    said = session.metadata
    assert (
        said["rung"] == rung
        and said["config"] == small(name).to_json()
        and said["recording"] == origin(name, rung).recording
    )
    assert engines()[name].ladder[rung].title in session.about
    assert all(port in session.about for port in (*graph.inputs, *graph.outputs))


def test_a_file_that_answers_otherwise_is_not_handed_out() -> None:
    rung = next(iter(engines()["multitask"].ladder))
    own = carried("multitask", rung)
    graph = own.graph()
    off = replace(graph, model=lambda x: tuple(one * 1.001 for one in graph.model(x)))
    with pytest.raises(UserError, match="not handed out"):
        onnx(replace(own, graph=lambda: off), origin("multitask", rung))


def test_a_difference_is_seen_where_it_is_one() -> None:
    graph = carried("multitask", next(iter(engines()["multitask"].ladder))).graph()
    session = Session(written(graph, "", {}))

    def off(by: float) -> Graph:
        return replace(graph, model=lambda x: tuple(one + by for one in graph.model(x)))

    assert farthest(session, graph, graph.examples[0]) < 1e-6 < 1e-3 < farthest(session, off(0.1), graph.examples[0])
    assert farthest(session, replace(graph, model=lambda x: graph.model(x[:1])), graph.examples[0]) == np.inf


@pytest.mark.parametrize("name", engines())
def test_a_moment_without_parameters_gives_nothing(name: str) -> None:
    engine = engines()[name]
    empty = [replace(frame, parameters={}) for frame in frames(name)]
    with pytest.raises(UserError, match="keeps no parameters"):
        engine.leaving.carry(engine.open(small(name), empty), next(iter(engine.ladder)))


def test_what_is_no_model_is_refused() -> None:
    whole = taken("recurrent", next(iter(engines()["recurrent"].ladder)))
    size = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + size])

    def said(**changed: str) -> bytes:
        other = json.dumps({**header, "__metadata__": {**header["__metadata__"], **changed}}).encode()
        return len(other).to_bytes(8, "little") + other + whole[8 + size :]

    assert load(said()).origin.playground == "recurrent"
    broken = (
        b"", b"\xff" * 64, whole[:-4], whole[:40], said(playground="os"), said(format="gatescope model 2"),
        said(config='{"hidden": 7}'), said(config="{}}"), said(rung="mmoe"), said(work="own"), said(step="x"),
    )  # fmt: skip
    for data in broken:
        with pytest.raises(UserError, match="no model of Gatescope"):
            load(data)


def fed(at: Any, rows: list[tuple[str, ...]]) -> dict[str, np.ndarray]:
    """What a server feeds, by the text in the file alone: CRC-32 of letter trigrams, -1 for none."""
    import zlib

    marked, one = ("<s>",) * at.matcher.query.boundaries, ("<s>",)
    framed = [(*marked, *(row or one), *marked) for row in rows]
    bags = [
        [[word] if word == "<s>" else [f"#{word}#"[n : n + 3] for n in range(len(word))] for word in row]
        for row in framed
    ]
    longest, most = max(map(len, bags)), max(len(bag) for row in bags for bag in row)
    buckets = np.full((len(rows), longest, most), -1)
    for text, row in enumerate(bags):
        for word, bag in enumerate(row):
            buckets[text, word, : len(bag)] = [zlib.crc32(part.encode()) % at.config.dimensions for part in bag]
    return {"texts": buckets, "words": np.array([len(row) for row in bags])}


@pytest.mark.parametrize("rung", engines()["matching"].ladder)
def test_a_server_needs_no_lexicon_to_feed_the_towers(rung: str) -> None:
    """Words never trained on, an empty text and texts of other lengths among them."""
    at = opened("matching").models[rung]  # type: ignore[attr-defined]
    queries = [("cheap", "flight", "to", "paris"), (), ("zzyzx",)]
    documents = [tuple("a flight to paris by night and by day".split()), ("bank",)]
    session = Session(exported("matching", rung))
    q, d = fed(at, queries), fed(at, documents)
    inputs = {"query": q["texts"], "query_words": q["words"], "document": d["texts"], "document_words": d["words"]}
    vectors, others, found = session(("query_vectors", "document_vectors", "cosines"), inputs)
    np.testing.assert_allclose(vectors, at.vector(0, queries).numpy(), atol=1e-6)
    np.testing.assert_allclose(others, at.vector(1, documents).numpy(), atol=1e-6)
    np.testing.assert_allclose(found, [at.cosines(query, documents) for query in queries], atol=1e-5)


def test_the_vectors_of_the_index_are_in_the_file() -> None:
    """u · v of the file are the scores that the page serves."""
    from engine.recommender.serving.opened import Opened as Funnel
    from engine.recommender.serving.opened import Request

    funnel = opened("recommender")
    assert isinstance(funnel, Funnel)
    session = Session(exported("recommender", "recall"))
    seen = funnel.server.seen(np.array([3, 4]), 9.0)
    inputs = {
        name: tensor.numpy() for name, tensor in zip(("watched", "searched", "region", "numbers"), seen, strict=True)
    }
    u, v = session(("u", "v"), inputs)
    given = funnel.server.recommend(3, 9.0)
    row = {int(video): n for n, video in enumerate(load(taken("recommender", "recall")).beside["videos"])}
    scores = v[[row[int(video)] for video in given.candidates]] @ u[0]
    np.testing.assert_allclose(scores, given.scores, atol=1e-5)
    assert funnel.trace("recall", Request(3, 9.0))["u"] == pytest.approx(u[0], abs=1e-6)
