"""Measures and baselines against scikit-learn, bm25s and the formulas."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import ndcg_score
from sklearn.preprocessing import normalize

from engine.matching.baselines import Baselines
from engine.matching.data.hashing import tokens
from engine.matching.data.log import Log, Query
from engine.matching.measures import CUTS, WITHIN, Judge, ndcg

LISTS = st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), min_size=2, max_size=20)


@settings(deadline=None)
@given(LISTS, st.integers(1, 12))
def test_ndcg_is_scikit_learns_with_ties(rows: list[tuple[int, int]], k: int) -> None:
    """Five grades, eleven scores: ties everywhere, which both average over. Gains 2^rel - 1."""
    grades, scores = np.array(rows, float).T[:, None]
    assert ndcg(grades, scores / 5, k)[0] == pytest.approx(ndcg_score(2**grades - 1, scores / 5, k=k), abs=1e-12)


def test_ndcg_by_hand() -> None:
    """Grades 0, 3, 1 in this order: (7 / log2 3 + 1 / log2 4) ÷ (7 + 1 / log2 3)."""
    found = ndcg(np.array([[0, 3, 1]]), np.array([[0.9, 0.5, 0.1]]), 3)
    assert found[0] == pytest.approx((7 / math.log2(3) + 1 / 2) / (7 + 1 / math.log2(3)), abs=1e-12)
    assert ndcg(np.zeros((1, 3)), np.ones((1, 3)), 3)[0] == 0.0
    assert ndcg(np.array([[1, 0]]), np.array([[0.5, 0.5]]), 1)[0] == 0.5


def test_rounding_is_a_tie() -> None:
    """What float32 leaves between two equal bags."""
    assert ndcg(np.array([[1, 0]]), np.array([[0.5, 0.5 + 1e-7]]), 1)[0] == 0.5
    assert ndcg(np.array([[1, 0]]), np.array([[0.5, 0.5 + 1e-4]]), 1)[0] == 0.0


def test_rounding_is_a_tie_wherever_the_score_lies() -> None:
    middle = 0.500005
    assert ndcg(np.array([[1, 0]]), np.array([[middle - 1e-9, middle + 1e-9]]), 1)[0] == 0.5


def judged(grades: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
    """One query's measures; its documents are numbered from 1, the query's own text is none of them."""
    relevant = {n + 1: int(grade) for n, grade in enumerate(grades) if grade}
    log = Log("en", ("",) * (len(grades) + 1), (), (Query("q", 1, relevant),), tuple(range(1, len(grades) + 1)))
    judge = Judge(log)
    found = judge.measures(scores[None])
    assert judge.reciprocal_ranks(scores[None]).mean() == found["mrr"]
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=6))
def test_every_measure_is_its_mean_over_all_orders_of_what_is_equal(rows: list[tuple[int, int]]) -> None:
    """Written out: every order that the scores allow, and the plain measure of each, which knows no ties."""
    grades, scores = np.array(rows, float).T
    orders = [
        o
        for o in itertools.permutations(range(len(rows)))
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(o))
    ]
    ranks = [next((n + 1 for n, row in enumerate(order) if grades[row]), math.inf) for order in orders]
    found = judged(grades, scores + 1e-7 * np.arange(len(rows)))  # rounding is no order
    assert found["mrr"] == pytest.approx(np.mean([1 / rank for rank in ranks]), abs=1e-12)
    for n, k in enumerate(WITHIN):
        assert found["recall"][n] == pytest.approx(np.mean([rank <= k for rank in ranks]), abs=1e-12)
    if grades.any():
        ideal = np.sort(grades)[::-1]
        for n, k in enumerate(CUTS):
            each = [dcg(grades[list(order)], k) / dcg(ideal, k) for order in orders]
            assert found["ndcg"][n] == pytest.approx(np.mean(each), abs=1e-12)


def dcg(grades: np.ndarray, k: int) -> float:
    return sum((2**grade - 1) / math.log2(n + 2) for n, grade in enumerate(grades[:k]))


def query(clicked: int, twin: int, skill: str = "order") -> Query:
    return Query("q", clicked, {clicked: 1}, (twin,), skill)


def test_pairs_by_skill_where_a_tie_counts_half() -> None:
    tests = (query(10, 12), query(12, 10), query(14, 10, "beyond"), query(10, 14))
    judge = Judge(Log("en", ("",) * 20, (), tests, (10, 12, 14)))
    scores = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.3, 0.0, 0.3 + 1e-7], [0.2, 0.0, 0.2]])
    np.testing.assert_allclose(judge.pairs(scores, ("order", "beyond")), [0.5, 0.5])  # (1 + 0 + ½) / 3 and ½
    scores[3, 0] = 0.5
    np.testing.assert_allclose(judge.pairs(scores, ("beyond", "order")), [0.5, 2 / 3])


def test_the_judge_averages_over_the_queries() -> None:
    tests = (query(10, 12), Query("q", 12, {12: 1, 14: 3}), Query("q", 14, {14: 1, 99: 4}))
    judge = Judge(Log("en", ("",) * 100, (), tests, (10, 12, 14)))
    np.testing.assert_array_equal(judge.grades, [[1, 0, 0], [0, 1, 3], [0, 0, 1]])  # 99 is not in the pool
    scores = np.array([[0.5, 0.9, 0.1], [0.1, 0.2, 0.0], [0.9, 0.8, 0.1]])
    found = judge.measures(scores)
    assert found["mrr"] == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)
    np.testing.assert_allclose(found["recall"], [1 / 3, 1.0])
    expected = [[ndcg_score(2 ** judge.grades[n : n + 1] - 1, scores[n : n + 1], k=k) for n in range(3)] for k in CUTS]
    np.testing.assert_allclose(found["ndcg"], np.mean(expected, 1), atol=1e-12)


POOL = tuple(
    tokens(text, "en")
    for text in (
        "guide to the river bank explained", "guide to the bank river explained", "the best running shoes for sale",
        "the best running jacket for sale near the river", "banana", "I grew up in Spain often it rained",
    )
)  # fmt: skip
QUERIES = tuple(tokens(text, "en") for text in ("river bank", "runing shoes near me", "the the best", "zzz", "bananas"))


def test_bm25_is_the_formula() -> None:
    """Lucene's: ln(1 + (N - df + ½) / (df + ½)) · tf / (tf + k₁ (1 - b + b · length / mean length)), float32 inside."""
    mean = np.mean([len(row) for row in POOL])

    def score(words: tuple[str, ...], row: tuple[str, ...]) -> float:
        total = 0.0
        for word in words:
            df, tf = sum(word in other for other in POOL), row.count(word)
            total += (
                math.log(1 + (len(POOL) - df + 0.5) / (df + 0.5)) * tf / (tf + 1.5 * (0.25 + 0.75 * len(row) / mean))
            )
        return total

    found = Baselines("en", POOL).scores(QUERIES)["bm25"]
    expected = np.array([[score(words, row) for row in POOL] for words in QUERIES])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    assert found[0, 0] == pytest.approx(found[0, 1]) and found[0, 0] > 0  # a bag
    assert not found[3].any()


def test_bm25_is_bm25s_with_its_parameters_written_out() -> None:
    retriever = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    retriever.index([list(row) for row in POOL], show_progress=False)
    expected = [retriever.get_scores(list(row)) for row in QUERIES]
    np.testing.assert_allclose(Baselines("en", POOL).scores(QUERIES)["bm25"], expected, rtol=1e-6)


def test_trigram_cosines_are_scikit_learns() -> None:
    """char_wb pads every word with a blank on both sides, as # does; what the pool lacks lengthens the query."""
    vectorizer = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), lowercase=False)
    table = normalize(vectorizer.fit_transform(" ".join(row) for row in (*QUERIES, *POOL)).astype(float))
    expected = (table[: len(QUERIES)] @ table[len(QUERIES) :].T).toarray()
    np.testing.assert_allclose(Baselines("en", POOL).scores(QUERIES)["trigrams"], expected, rtol=0, atol=1e-12)


def test_in_chinese_it_is_a_cosine_of_characters() -> None:
    pool, query_ = [tokens(text, "zh") for text in ("牛奶蜂蜜大全", "蜂蜜蛋糕", "汽车")], tokens("蜂蜜牛牛", "zh")
    found = Baselines("zh", pool).scores([query_])["trigrams"][0]

    def cosine(one: tuple[str, ...], other: tuple[str, ...]) -> float:
        a, b = Counter(one), Counter(other)
        return sum(a[c] * b[c] for c in a) / math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))

    np.testing.assert_allclose(found, [cosine(query_, row) for row in pool], atol=1e-12)


def test_an_empty_query_scores_nothing() -> None:
    """All words of a query can be deleted on the page."""
    found = Baselines("en", POOL).scores([()])
    assert not found["bm25"].any() and not found["trigrams"].any()
