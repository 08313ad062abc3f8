"""Labelled pairs: measures against their definitions and scikit-learn, intervals, losses, and a word order that is learnt."""

from __future__ import annotations

from itertools import permutations

import bm25s
import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from engine.matching.baselines import Baselines
from engine.matching.config import MODELS, PairsConfig
from engine.matching.data.texts import Lexicon
from engine.matching.measures import levels
from engine.matching.models import build
from engine.matching.own_pairs.comparison import compare
from engine.matching.own_pairs.encoded import Both, Encoded
from engine.matching.own_pairs.files import Pair
from engine.matching.own_pairs.judged import (
    auc,
    average_precision,
    difference,
    interval,
    of_lists,
    reciprocal_rank,
    threshold,
)
from engine.matching.own_pairs.learning import CANDIDATES, among, apart, batches
from engine.matching.own_pairs.parts import Part, parts_of
from engine.matching.own_pairs.without import OfPairs

DRAW = np.random.default_rng(7)


def drawn(count: int, ties: int = 0) -> tuple[np.ndarray, np.ndarray]:
    scores = DRAW.normal(size=count)
    if ties:
        scores = np.round(scores * ties) / ties
    right = DRAW.random(count) < 0.4
    right[:2] = True, False
    return scores, right


@pytest.mark.parametrize("ties", [0, 1, 4])
def test_auc_is_scikit_learns(ties: int) -> None:
    scores, right = drawn(200, ties)
    weights = DRAW.integers(0, 4, 200).astype(float)
    assert auc(levels(scores), right, np.ones(200)) == pytest.approx(roc_auc_score(right, scores))
    assert auc(levels(scores), right, weights) == pytest.approx(roc_auc_score(right, scores, sample_weight=weights))


def test_average_precision_without_ties_is_scikit_learns() -> None:
    scores, right = drawn(40)
    assert average_precision(right, levels(scores)) == pytest.approx(average_precision_score(right, scores))


@pytest.mark.parametrize("scores", [[1, 1, 1, 1], [2, 1, 1, 0, 0], [0, 0, 3, 3, 1, 1]])
def test_what_is_level_counts_by_the_mean_of_all_its_orders(scores: list[float]) -> None:
    for right in ([0], [1, 2], [0, 3]):
        truth = np.isin(np.arange(len(scores)), right)
        orders = [
            order for order in permutations(range(len(scores))) if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False))
        ]  # fmt: skip
        hits = [truth[list(order)] for order in orders]
        precisions = [np.mean([one[: n + 1].mean() for n in np.flatnonzero(one)]) for one in hits]
        firsts = [1 / (np.flatnonzero(one)[0] + 1) for one in hits]
        level = levels(np.array(scores, float))
        assert average_precision(truth, level) == pytest.approx(np.mean(precisions))
        assert reciprocal_rank(truth, level) == pytest.approx(np.mean(firsts))


def test_only_lists_with_a_choice_are_judged_and_of_grades_without_0_the_highest_is_right() -> None:
    part = Part(np.array([0, 0, 1, 1, 2, 3, 3]), np.arange(7), np.array([1, 0, 1, 1, 1, 2, 1]), np.full(7, np.nan))
    queries, found = of_lists(part, np.array([0.1, 0.2, 0.0, 0.0, 0.0, 0.5, 0.1]))
    assert queries.tolist() == [0, 3]
    np.testing.assert_allclose(found[:, :2], [[0.5, 0.5], [1.0, 1.0]])


@pytest.mark.parametrize("ties", [0, 2])
def test_no_other_threshold_calls_more_pairs_by_their_name(ties: int) -> None:
    for _ in range(20):
        scores, right = drawn(30, ties)
        best = ((scores > threshold(scores, right)) == right).mean()
        tried = [((scores > cut) == right).mean() for cut in (*(scores + 1e-9), scores.min() - 1, scores.max() + 1)]
        assert best == pytest.approx(max(tried))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Three seeds and 60 queries, with spreads of either kind."""
    for of_seeds, of_queries in ((0.1, 0.2), (0.0, 0.4), (0.1, 1.0)):
        held = 0
        for _ in range(400):
            queries = DRAW.normal(0, of_queries, 60)
            seeds = DRAW.normal(0, of_seeds, 3) + queries.mean()
            resampled = seeds.mean() + np.array([DRAW.choice(queries, 60).mean() for _ in range(80)]) - queries.mean()
            _, low, high = interval(seeds, resampled)
            held += low <= 0 <= high
        assert 0.9 < held / 400 < 0.995


def test_a_difference_of_equals_is_none_and_pairs_its_seeds() -> None:
    seeds, resampled = DRAW.random(4), DRAW.random(50)
    metrics = {}
    for name, more in (("a", 0.1), ("b", 0.0)):
        metrics |= {f"{name}.own.seeds": seeds + more, f"{name}.own.drawn": resampled + more}
    assert difference(metrics, "own", "a", "a") == (0.0, 0.0, 0.0)
    np.testing.assert_allclose(difference(metrics, "own", "a", "b"), (0.1, 0.1, 0.1), atol=1e-9)


TEXTS = {
    "en": ["river bank bank", "", "the quick brown fox", "a word that is unknown", "bank"],
    "zh": ["牛奶蜂蜜", "手机壳iphone", "牛", "桥"],
}


@pytest.mark.parametrize("window", [1, 2, 3, 4])
@pytest.mark.parametrize("language", list(TEXTS))
def test_texts_that_are_read_at_once_say_the_same(window: int, language: str) -> None:
    config = PairsConfig(language=language, window=window, dimensions=512)
    lexicon = Lexicon(config, TEXTS[language][:3])
    rows = [lexicon.row(text) for text in TEXTS[language]]
    encoded, every = Encoded(lexicon, rows), np.arange(len(rows))
    for model in MODELS:
        tower = build(config, model, len(lexicon.columns)).query
        expected = torch.nn.functional.normalize(tower(lexicon.read(rows, boundaries=tower.boundaries)).vector, dim=-1)
        for order in (every, every[::-1], every[:1]):
            assert torch.allclose(encoded.vectors(tower, order), expected[order.copy()], atol=1e-5)
            assert torch.allclose(encoded.every(tower, order), expected[order.copy()], atol=1e-5)


def test_single_pairs_are_scored_as_whole_searches_are() -> None:
    documents = ["river bank", "the bank of the river", "money", "river river boat", ""]
    queries = ["river bank", "money money", "unknown"]
    config = PairsConfig()
    both = Both(Lexicon(config, documents), queries, documents)
    grids = Baselines("en", both.document_rows).scores(both.query_rows)
    q, d = (one.ravel() for one in np.meshgrid(np.arange(3), np.arange(5), indexing="ij"))
    pairs = OfPairs("en", both.query_rows, both.document_rows)
    np.testing.assert_allclose(pairs.bm25(q, d).reshape(3, 5), grids["bm25"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(pairs.trigrams(q, d).reshape(3, 5), grids["trigrams"], atol=1e-6)
    assert bm25s.BM25().k1 == 1.5


def test_losses_are_what_they_say() -> None:
    cosines, grade = torch.tensor([0.3, -0.2, 0.5]), np.array([1, 0, 0])
    expected = np.mean([np.log1p(np.exp(10 * (-0.2 - 0.3))), np.log1p(np.exp(10 * (0.5 - 0.3)))])
    assert float(apart(cosines, grade, 10.0)) == pytest.approx(expected)
    assert float(apart(cosines, np.ones(3), 10.0)) == 0.0
    scores = torch.tensor([[0.5, 0.1, 0.9], [0.2, 0.7, 0.0]])
    known = np.array([[True, False, True], [False, True, False]])  # document 2 is right for query 0 elsewhere
    found = among(scores, np.array([0, 1]), np.array([0, 1]), np.array([1, 1]), known, 2.0)
    rows = [-np.log(np.exp(1.0) / (np.exp(1.0) + np.exp(0.2))), -np.log(np.exp(1.4) / (np.exp(0.4) + np.exp(1.4) + 1))]
    assert float(found) == pytest.approx(np.mean(rows), rel=1e-5)


def test_a_batch_holds_all_of_a_query_and_a_right_one_where_it_is_long() -> None:
    query = np.repeat(np.arange(6), [3, 3, 3, 3, 3, 40])
    grade = np.zeros(len(query), int)
    grade[[0, 3, 6, 9, 54]] = 1  # query 4 has none
    part = Part(query, np.arange(len(query)), grade, np.full(len(query), np.nan))
    steps = batches(part, "own", PairsConfig(batch_size=4))
    held = [next(steps) for _ in range(30)]
    for rows in held:
        for q in np.unique(query[rows]):
            own = rows[query[rows] == q]
            assert len(own) == (3 if q < 5 else CANDIDATES) and (q == 4 or grade[own].sum() == 1)
    assert set(np.concatenate(held)) == set(range(len(query)))  # every wrong one is learnt from, those of query 4 too
    asked = batches(part, "search", PairsConfig(batch_size=4))
    assert all(grade[next(asked)].all() for _ in range(5))


@pytest.mark.slow
def test_what_only_the_order_tells_is_learnt_by_who_reads_it() -> None:
    """A query “a b” has the candidates “a b now” and “b a now”: to a bag of words they are one."""
    words = [f"w{chr(97 + n)}{chr(97 + n)}" for n in range(12)]
    names = [(one, other) for one in words for other in words if one != other]
    pairs = [Pair(f"{a} {b}", f"{c} {d} now", float((a, b) == (c, d))) for a, b in names for c, d in ((a, b), (b, a))]
    config = PairsConfig(models=("dssm", "lstm"), steps=400, batch_size=32, frames=10, runs=2, tried=1, hidden=32, embedding=24, units=32, learning_rate=(0.003, 0.003, 0.01))  # fmt: skip
    last = list(compare(config, parts_of(pairs)))[-1].metrics
    assert last["dssm.own"][0].tolist() == pytest.approx([0.75, 0.75, 0.75])
    assert last["lstm.own"][0][1] > 0.75 and difference(last, "own", "lstm", "dssm")[1] > 0
