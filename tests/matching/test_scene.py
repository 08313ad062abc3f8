"""Scenes: what stands on the stage, and in which order everything else is ranked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from engine.matching import SKILLS
from engine.matching.opened.scene import CANDIDATES, Index, ranks, without
from tests.matching.conftest import Trained

Run = Callable[..., Trained]
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_equals_share_the_mean_of_their_places(scores: list[int]) -> None:
    np.testing.assert_array_equal(ranks(np.array(scores) / 3), rankdata([-score for score in scores]))


def test_rounding_is_a_tie() -> None:
    assert ranks(np.array([0.2, 0.5, 0.5 + 1e-7], np.float32)).tolist() == [3.0, 1.5, 1.5]


@LANGUAGES
def test_held_out_queries_bring_their_twin_and_what_looks_alike(language: str, trained: Run) -> None:
    run = trained(language=language)
    hand, log = run.hand, run.library.log
    similar = hand.baselines.scores(run.library.test)["trigrams"]
    for index in hand.picks():
        scene, query = hand.held_out(index), log.test[index]
        assert scene.text == query.text and scene.query == run.library.test[index] and scene.clicked
        assert scene.documents[:2] == (query.clicked, query.shown[0])
        assert len(set(scene.documents)) == CANDIDATES == len(scene.rows)
        assert scene.rows == tuple(run.library.documents[n] for n in scene.documents)
        others = scene.documents[2:]
        assert not set(others) & set(query.grades)
        near = [similar[index][log.pool.index(n)] for n in others]
        rest = [
            similar[index][place]
            for place, n in enumerate(log.pool)
            if n not in {*scene.documents, *query.grades, *query.shown}
        ]
        assert near == sorted(near, reverse=True) and near[-1] >= max(rest)


def test_the_picks_are_two_of_each_skill(trained: Run) -> None:
    run = trained()
    chosen = run.hand.picks()
    assert chosen == tuple(range(8))
    assert [run.library.log.test[n].skill for n in chosen] == [skill for skill in SKILLS for _ in range(2)]
    one = trained(skills=("beyond",))
    assert one.hand.picks() == tuple(range(8)) and one.hand.picks(most=2) == (0, 1)


@pytest.mark.parametrize("towers", ["shared", "separate"])
@LANGUAGES
def test_the_index_ranks_by_every_cosine(language: str, towers: str, trained: Run) -> None:
    run = trained(language=language, towers=towers)
    scene = run.hand.held_out(2)
    found = Index(run.opened, run.hand).ranking(scene.query)
    assert list(found) == [*run.config.models, "bm25", "trigrams"]
    for model, at in run.opened.items():
        np.testing.assert_allclose(found[model], at.cosines(scene.query, run.library.pool), rtol=0, atol=2e-6)
    for name, scores in run.hand.baselines.scores([scene.query]).items():
        np.testing.assert_array_equal(found[name], scores[0])


@LANGUAGES
def test_a_typed_query_brings_the_documents_that_all_models_like(language: str, trained: Run) -> None:
    run = trained(language=language)
    text = {"en": "Running bank, in France!", "zh": "运动银行，法国！"}[language]
    row = run.library.lexicon.row(text)
    ranking = Index(run.opened, run.hand).ranking(row)
    scene = run.hand.typed(text, ranking)
    assert (scene.text, scene.query, scene.clicked) == (text, row, False)
    mean = np.mean([rankdata(-np.round(ranking[model], 5)) for model in run.config.models], 0)
    place = {n: at for at, n in enumerate(run.library.log.pool)}
    means = [mean[place[n]] for n in scene.documents]
    assert len(means) == CANDIDATES and means == pytest.approx(sorted(mean)[:CANDIDATES], abs=1.0)
    assert scene.rows == tuple(run.library.documents[n] for n in scene.documents)


@pytest.mark.parametrize("text", ["zzzqq", "😀?!", "", "河岸", "a " * 500, "<s> \x00 \ud800"])
def test_whatever_is_typed_is_a_row(text: str, trained: Run) -> None:
    run = trained()
    row = run.library.lexicon.row(text)
    assert len(row) <= 300 and all(word.isalnum() for word in row)
    for at in run.opened.values():
        assert np.isfinite(at.cosines(row, run.library.pool)).all()


def test_deleted_words_are_left_out() -> None:
    assert without(("a", "b", "c"), (0, 2)) == ("b",)
    assert without(("a", "b"), (1, 1, 9, -1)) == ("a",) and without((), (0,)) == ()
