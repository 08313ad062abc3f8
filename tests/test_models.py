"""Models as a notebook builds them: initialised, and the same again from the same generator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from engine.cells import GRU, LSTM, RNN, PeepholeLSTM
from engine.matching import CLSM, DSSM, LSTMDSSM
from engine.matching.models import WordHash
from engine.multitask.layers import Parallel
from engine.multitask.models import MMoE, OMoE, SharedBottom, SingleTask
from engine.multitask.structures.ple import PLE
from engine.recommender import CandidateNet, RankNet

SEEDED: dict[str, Callable[[torch.Generator | None], nn.Module]] = {
    "single_task": lambda g: SingleTask(generator=g),
    "shared_bottom": lambda g: SharedBottom(generator=g),
    "shared_bottom_below": lambda g: SharedBottom(shared_units=16, generator=g),
    "omoe": lambda g: OMoE(generator=g),
    "mmoe": lambda g: MMoE(generator=g),
    "ple": lambda g: PLE(generator=g),
    "cgc": lambda g: PLE(levels=1, num_tasks=3, generator=g),
    "parallel": lambda g: Parallel(3, 5, 7, generator=g),
    "rnn": lambda g: RNN(4, 6, generator=g),
    "gru": lambda g: GRU(4, 6, generator=g),
    "lstm": lambda g: LSTM(4, 6, generator=g),
    "peephole": lambda g: PeepholeLSTM(4, 6, generator=g),
    "word_hash": lambda g: WordHash(50, 8, generator=g),
    "dssm": lambda g: DSSM(200, 20, 10, generator=g),
    "clsm": lambda g: CLSM(200, 3, 20, 10, generator=g),
    "lstm_dssm": lambda g: LSTMDSSM(200, 12, 10, generator=g),
}
BUILT = SEEDED | {
    "candidates": lambda g: CandidateNet(100, 8, (16,)),
    "ranking": lambda g: RankNet(100, 8, (16,)),
}


@pytest.mark.parametrize("name", BUILT)
def test_a_model_is_initialised_when_it_is_built(name: str) -> None:
    """Weights differ from one another and from those of a second model, of a size that lets a signal through."""
    one, other = BUILT[name](None), BUILT[name](None)
    weights = dict(one.named_parameters())
    for key, weight in weights.items():
        assert torch.isfinite(weight).all() and weight.abs().max() < 10, key
        if weight.dim() > 1 and "bias" not in key:  # biases may start at 0
            assert weight.std() > 0.01, key
            assert not torch.equal(weight, dict(other.named_parameters())[key]), key


@pytest.mark.parametrize("name", SEEDED)
def test_the_same_generator_gives_the_same_model(name: str) -> None:
    one, other = (SEEDED[name](torch.Generator().manual_seed(seed)) for seed in (3, 3))
    apart = SEEDED[name](torch.Generator().manual_seed(4))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), apart.parameters(), strict=True))


@pytest.mark.parametrize("structure", ["ple", "mmoe", "omoe", "shared_bottom", "single_task"])
def test_a_structure_from_a_notebook_tells_inputs_apart(structure: str) -> None:
    x = torch.randn(5, 100, generator=torch.Generator().manual_seed(0))
    predictions = SEEDED[structure](None)(x).predictions
    assert predictions.std(0).min() > 0.01
