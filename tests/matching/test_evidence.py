"""Where a match comes from, and the plane of the semantic space."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from engine.matching import CLSM
from engine.matching.opened.evidence import CELLS, keywords, trigram_gains, winning_windows
from engine.matching.opened.space import projected
from engine.matching.opened.trace import trace
from tests.matching.conftest import Trained

Run = Callable[..., Trained]


@pytest.mark.parametrize("pooling", ["masked", "unmasked"])
def test_winning_windows_are_counted_text_by_text(pooling: str, trained: Run) -> None:
    run = trained(pooling=pooling)
    at = run.opened["clsm"]
    tower = at.matcher.document
    assert isinstance(tower, CLSM)
    for unit in (0, 7):
        counted: dict[tuple[str, ...], list[float]] = {}
        for row in run.library.pool:
            read = tower(at.read([row]))
            place = int(read.winners[0, unit])
            framed = ("<s>", *row, "<s>", "", "", "")
            counted.setdefault(framed[place : place + 3], []).append(float(read.pooled[0, unit]))
        found = winning_windows(at, run.library.pool, unit, most=10_000)
        assert {window.words: window.texts for window in found} == {w: len(v) for w, v in counted.items()}
        assert [window.value for window in found] == sorted((window.value for window in found), reverse=True)
        for window in found:
            assert counted[window.words] == pytest.approx([window.value] * window.texts, abs=2e-6)
        assert winning_windows(at, run.library.pool, unit, most=3) == found[:3]


def test_only_a_convolution_has_winning_windows(trained: Run) -> None:
    run = trained()
    with pytest.raises(TypeError):
        winning_windows(run.opened["lstm"], run.library.pool, 0)


def test_keywords_are_where_the_cells_jump(trained: Run) -> None:
    run = trained()
    at, query = run.opened["lstm"], run.library.test[6]
    begun = 0
    for row in run.library.pool[:20]:
        found = keywords(at, query, row)
        assert found.shape == (len(row),) and found.sum() == min(CELLS, run.config.units)
        cells = trace(at, query, [row])["c_documents"][0]
        expected = [0] * len(row)
        for unit in range(run.config.units):
            steps = [abs(cells[0, unit]), *(abs(cells[n, unit] - cells[n - 1, unit]) for n in range(1, len(cells)))]
            expected[steps.index(max(steps))] += 1
        assert found.tolist() == expected
        begun += expected[0]
    assert begun > 0  # a first word can be the one: before it the cells are empty


@pytest.mark.parametrize("side", [0, 1])
def test_a_trigrams_gain_is_what_the_bag_without_it_costs(side: int, trained: Run) -> None:
    """Of the DSSM, from dense counts: the word stands twice, so its trigram goes twice."""
    run = trained(towers="separate")
    at = run.opened["dssm"]
    rows = (("river", "bank", "river"), ("river", "house", "river"))
    lexicon = at.lexicon

    def vector(n: int, without: int | None) -> torch.Tensor:
        counts = torch.zeros(len(lexicon.columns))
        for word in rows[n]:
            for column in lexicon.bag(word):
                counts[column] += 1
        if without is not None:
            counts[without] -= rows[n].count("river")
        one = at.tower(n)
        hidden = torch.tanh(one.layer2(torch.tanh(counts @ one.words.weight + one.bias)))
        return torch.tanh(one.semantic(hidden))

    def cosine(without: int | None) -> float:
        both = [vector(n, without if n == side else None) for n in (0, 1)]
        return float(torch.nn.functional.cosine_similarity(both[0], both[1], dim=0))

    found = trigram_gains(at, rows[0], rows[1], side, "river")
    assert [name for name, _ in found] == ["#ri", "riv", "ive", "ver", "er#"]
    for (_, gain), column in zip(found, lexicon.bag("river"), strict=True):
        assert gain == pytest.approx(cosine(None) - cosine(column), abs=2e-6)
    assert max(abs(gain) for _, gain in found) > 1e-3


def test_the_plane_is_the_principal_components_of_the_last_moment() -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 12, 6))
    found, share = projected(vectors)
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    oracle = PCA(2, svd_solver="full").fit(unit[-1])
    for moment, points in zip(unit, found, strict=True):
        np.testing.assert_allclose(np.abs(points), np.abs(oracle.transform(moment)), atol=1e-12)
    np.testing.assert_allclose(share, oracle.explained_variance_ratio_, atol=1e-12)
    assert found.shape == (3, 12, 2)


def test_in_the_plane_length_does_not_count_and_a_sign_stays() -> None:
    vectors = np.random.default_rng(1).normal(size=(1, 12, 6))
    found, _ = projected(vectors)
    longer, _ = projected(vectors * np.linspace(0.5, 3.0, 12)[None, :, None])
    reordered, _ = projected(vectors[:, ::-1])
    np.testing.assert_allclose(longer, found, atol=1e-12)
    np.testing.assert_allclose(reordered[:, ::-1], found, atol=1e-12)
