"""Traces, sums and gains: each against another way of getting the same number."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.matching import CLSM, MODELS
from engine.matching.ladder import LADDER
from engine.matching.opened.explain import explain
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import AXES, OpenedModel, filter_gains, matcher_at, trace, word_gains
from engine.runs.frame import Frame
from engine.runs.playground import Address
from tests.matching.conftest import Trained

CLOSE = {"rtol": 0, "atol": 2e-6}
"""float32, added in another order."""
SETTINGS = [
    {"language": language, "pooling": pooling, "towers": towers}
    for language, pooling, towers in itertools.product(("en", "zh"), ("masked", "unmasked"), ("shared", "separate"))
]
Run = Callable[..., Trained]
everywhere = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: "-".join(setting.values()))
every_model = pytest.mark.parametrize("model", MODELS)


def shown(run: Trained) -> list[Scene]:
    """A scene of order and one of beyond: documents of different lengths."""
    return [run.hand.held_out(0), run.hand.held_out(6)]


@everywhere
@every_model
def test_a_trace_is_the_forward_pass(model: str, setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    at = run.opened[model]
    for scene in shown(run):
        traced = trace(at, scene.query, scene.rows)
        with torch.no_grad():
            cosine = at.matcher(at.read([scene.query]), at.read(scene.rows))[0].numpy()
            vectors = at.matcher.document(at.read(scene.rows)).vector.numpy()
        np.testing.assert_allclose(traced["cosine"], cosine, **CLOSE)
        np.testing.assert_allclose(traced["documents"], vectors, **CLOSE)
        powers = np.exp(run.config.gamma * cosine.astype(np.float64))
        np.testing.assert_allclose(traced["p"], powers / powers.sum(), rtol=0, atol=1e-5)
        np.testing.assert_allclose(traced["cosine_read"][:, -1], traced["cosine"], **CLOSE)
        assert set(traced) <= set(AXES) and traced["cosine"].std() > 1e-4


@everywhere
def test_pooled_is_the_map_at_the_winner(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    for scene in shown(run):
        traced = trace(run.opened["clsm"], scene.query, scene.rows)
        for side, rows in (("query", (scene.query,)), ("documents", scene.rows)):
            maps, winners, pooled = (traced[f"{name}_{side}"] for name in ("maps", "winners", "pooled"))
            np.testing.assert_array_equal(pooled, np.nanmax(maps, 1))
            np.testing.assert_array_equal(pooled, np.take_along_axis(maps, winners[:, None], 1)[:, 0])
            lengths = np.array([len(row) for row in rows])
            behind = np.arange(maps.shape[1]) >= lengths[:, None]
            if setting["pooling"] == "masked":
                assert (np.isnan(maps).all(2) == behind).all() and (winners < lengths[:, None]).all()
            else:
                assert not np.isnan(maps[:, : lengths.max() + 1]).any()


@everywhere
def test_the_lstms_gates_make_its_states(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    for scene in shown(run):
        traced = trace(run.opened["lstm"], scene.query, scene.rows)
        i, f, g, o, c, h = (traced[f"{name}_documents"] for name in "ifgoch")
        before = np.concatenate((np.zeros_like(c[:, :1]), c[:, :-1]), 1)
        np.testing.assert_allclose(c, f * before + i * g, **CLOSE)
        np.testing.assert_allclose(h, o * np.tanh(c), **CLOSE)
        for n, row in enumerate(scene.rows):
            np.testing.assert_allclose(traced["documents"][n], h[n, len(row) - 1], **CLOSE)


@everywhere
@every_model
def test_as_read_is_what_the_beginning_says(model: str, setting: dict[str, str], trained: Run) -> None:
    """Of a bag and an LSTM, the vector of the first words alone; of CLSM, that of the maxima so far."""
    run = trained(**setting)
    at = run.opened[model]
    scene = run.hand.held_out(6)
    traced = trace(at, scene.query, scene.rows)
    for side, row in enumerate(scene.rows[:3]):
        for read in range(1, len(row)):
            if model == "clsm":
                best = traced["maps_documents"][side, :read].max(0)
                with torch.no_grad():
                    expected = torch.tanh(at.matcher.document.semantic(torch.from_numpy(best))).numpy()
            else:
                expected = at.vector(1, [row[:read]])[0].numpy()
            np.testing.assert_allclose(traced["read"][side, read - 1], expected, **CLOSE)


@everywhere
@every_model
def test_a_words_gain_is_what_deleting_it_costs(model: str, setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    at = run.opened[model]
    scene = run.hand.held_out(6)
    document = scene.rows[0]
    of_query, of_document = word_gains(at, scene.query, document)
    whole = at.cosines(scene.query, [document])[0]
    left = [at.cosines(scene.query[:n] + scene.query[n + 1 :], [document])[0] for n in range(len(scene.query))]
    right = [at.cosines(scene.query, [document[:n] + document[n + 1 :]])[0] for n in range(len(document))]
    np.testing.assert_allclose(of_query, whole - left, **CLOSE)
    np.testing.assert_allclose(of_document, whole - right, **CLOSE)
    assert np.abs(of_query).max() > 1e-3


@everywhere
def test_a_filters_gain_is_what_the_weights_without_it_cost(setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    at = run.opened["clsm"]
    scene = run.hand.held_out(2)
    found = filter_gains(at, scene.query, scene.rows[0])
    whole = at.cosines(scene.query, scene.rows[:1])[0]
    for unit in range(run.config.filters):
        matcher = copy.deepcopy(at.matcher)
        for tower in (matcher.query, matcher.document):
            assert isinstance(tower, CLSM)
            tower.semantic.weight[:, unit] = 0.0
        less = OpenedModel(run.config, "clsm", matcher, at.lexicon).cosines(scene.query, scene.rows[:1])[0]
        assert found[unit] == pytest.approx(whole - less, abs=2e-6)
    assert np.abs(found).max() > 1e-3


def test_only_a_convolution_has_filters(trained: Run) -> None:
    run = trained()
    with pytest.raises(TypeError):
        filter_gains(run.opened["dssm"], ("river",), ("bank",))


@everywhere
@pytest.mark.parametrize(("model", "part"), [(model, part) for model in MODELS for part in LADDER[model].parts])
def test_every_number_opens_to_its_sum(model: str, part: str, setting: dict[str, str], trained: Run) -> None:
    run = trained(**setting)
    scene = run.hand.held_out(6)
    rows = (scene.query, *scene.rows)
    stepped = part == "map" or (model == "lstm" and part not in ("cosine", "p"))
    for side in (1, 2, 5) if part in ("cosine", "p") else (0, 1, 4):
        last = len(rows[side]) - 1
        for unit, step in itertools.product((0, 6), (0, 1, last) if stepped else (0,)):
            found = explain(run.opened[model], scene.query, scene.rows, Address(part, unit, step, side))
            assert found.agrees, (side, unit, step, found.result, found.traced)


def test_the_sum_is_of_the_numbers_on_screen(trained: Run) -> None:
    """`traced` is the trace's own number, for the right side, unit and step."""
    run = trained(towers="separate")
    scene = run.hand.held_out(6)
    names = {"dssm": "hidden2", "clsm": "map", "lstm": "g"}
    for model, part in names.items():
        at = run.opened[model]
        traced = trace(at, scene.query, scene.rows)
        key = "maps" if part == "map" else part
        place = {0: (f"{key}_query", 0), 3: (f"{key}_documents", 2)}
        for side, (name, index) in place.items():
            expected = traced[name][index, 4] if part == "hidden2" else traced[name][index, 1, 4]
            assert explain(at, scene.query, scene.rows, Address(part, 4, 1, side)).traced == float(expected)
    assert explain(at, scene.query, scene.rows, Address("p", 0, 0, 2)).traced == float(traced["p"][1])
    assert explain(at, scene.query, scene.rows, Address("cosine", 0, 0, 5)).traced == float(traced["cosine"][4])


def test_what_the_terms_are(trained: Run) -> None:
    """A bag's are all its trigrams, with repetition; a window's those of its own words, the boundary included."""
    run = trained()
    query, documents = ("river", "bank", "river"), [("bank",)]
    bag = explain(run.opened["dssm"], query, documents, Address("hidden1", 2, 0, 0))
    lexicon = run.library.lexicon
    assert len(bag.terms) == sum(len(lexicon.bag(word)) for word in query) and bag.bias is not None
    assert [term.symbol for term in bag.terms].count("river · riv") == 2
    first = explain(run.opened["clsm"], query, documents, Address("map", 2, 0, 0))
    assert first.terms[0].symbol == "<s>" and first.bias is None
    assert {term.symbol.split(" · ")[0] for term in first.terms} == {"<s>", "river", "bank"}
    assert all(term.value == 1.0 for term in (*bag.terms, *first.terms))
    peephole = {
        gate: [
            t.symbol
            for t in explain(run.opened["lstm"], query, documents, Address(gate, 2, 1, 0)).terms
            if "C_" in t.symbol
        ]
        for gate in "ifgo"
    }
    assert peephole == {"i": ["C_{3}(t-1)"], "f": ["C_{3}(t-1)"], "g": [], "o": ["C_{3}(t)"]}


@every_model
def test_unknown_words_and_empty_texts_open_too(model: str, trained: Run) -> None:
    run = trained()
    at = run.opened[model]
    unknown = next(word for n in itertools.count() if not any(at.lexicon.known(word := f"q{n}z")))
    for query, document in (
        ((unknown, "river"), ("bank",)),
        ((), ("bank",)),
        (("river",), ()),
        ((unknown,), ("bank",)),
    ):
        traced = trace(at, query, [document, ("river", "bank")])
        assert np.isfinite(traced["cosine"]).all() and traced["p"].sum() == pytest.approx(1.0)
        gains = word_gains(at, query, document)
        assert (len(gains[0]), len(gains[1])) == (len(query), len(document))
        for part in LADDER[model].parts:
            assert explain(at, query, [document, ("river", "bank")], Address(part, 0, 0, 1)).agrees


@pytest.mark.parametrize(("model", "part", "side", "unit", "step"), [
    ("dssm", "nonsense", 0, 0, 0), ("dssm", "map", 0, 0, 0), ("clsm", "hidden1", 0, 0, 0), ("lstm", "semantic", 0, 0, 0),
    ("clsm", "{x}", 0, 0, 0), ("dssm", "cosine", 0, 0, 0), ("clsm", "p", 0, 0, 0), ("dssm", "cosine", 9, 0, 0),
    ("lstm", "p", 9, 0, 0), ("dssm", "hidden1", 9, 0, 0), ("dssm", "hidden1", -1, 0, 0), ("dssm", "hidden2", 0, 10, 0),
    ("dssm", "semantic", 1, -1, 0), ("clsm", "semantic", 1, 8, 0), ("clsm", "map", 0, 12, 0), ("clsm", "map", 0, 0, 2),
    ("clsm", "map", 0, 0, -1), ("clsm", "pooled", 1, 12, 0), ("lstm", "f", 0, 7, 0), ("lstm", "f", 0, 0, 2),
    ("lstm", "c", 1, 0, 10**9), ("lstm", "h", 2, 0, -1), ("lstm", "i", 6, 0, 0),
])  # fmt: skip
def test_what_has_no_sum_is_refused(model: str, part: str, side: int, unit: int, step: int, trained: Run) -> None:
    run = trained()
    scene = run.hand.held_out(0)
    assert len(scene.query) == 2
    with pytest.raises(UserError, match="There is no sum"):
        explain(run.opened[model], scene.query, scene.rows, Address(part, unit, step, side))


@pytest.mark.parametrize("pooling", ["masked", "unmasked"])
def test_a_window_behind_a_short_document_has_no_sum(pooling: str, trained: Run) -> None:
    """The batch is as wide as its longest document, a text only as wide as itself."""
    run = trained(pooling=pooling)
    documents = [("river", "bank"), ("river",) * 9]
    for model, part in (("clsm", "map"), ("lstm", "g")):
        with pytest.raises(UserError, match="There is no sum"):
            explain(run.opened[model], ("bank",), documents, Address(part, 0, 5, 1))
        assert explain(run.opened[model], ("bank",), documents, Address(part, 0, 5, 2)).agrees


@pytest.mark.parametrize("towers", ["shared", "separate"])
@every_model
def test_a_frame_brings_back_the_model(model: str, towers: str, trained: Run) -> None:
    run = trained(towers=towers)
    matcher = matcher_at(run.config, run.frame, model)
    assert (matcher.query is matcher.document) == (towers == "shared")
    state = {name: tensor.numpy() for name, tensor in matcher.named_parameters()}
    assert {f"{model}.{name}" for name in state} == {n for n in run.frame.parameters if n.startswith(f"{model}.")}
    for name, value in state.items():
        np.testing.assert_array_equal(value, run.frame.parameters[f"{model}.{name}"])


def test_thinned_moments_say_so(trained: Run) -> None:
    run = trained()
    with pytest.raises(UserError, match="keeps no parameters"):
        matcher_at(run.config, Frame(run.frame.step, run.frame.metrics), "lstm")
