"""train(config): deterministic, each seed for itself, and honest when it fails."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.recurrent import RecurrentConfig, train
from engine.recurrent.config import CELLS, LIVE, TASKS, TextConfig
from engine.recurrent.tasks import task_of
from engine.recurrent.training import Batches, Trainee, cut
from engine.runs.recording import Recording

SMALL = RecurrentConfig(cells=CELLS, steps=12, frames=4, distance=6, hidden=8, embedding=4, batch_size=16)


def last(config: RecurrentConfig) -> dict[str, np.ndarray]:
    frame = list(train(config))[-1]
    return {**frame.metrics, **frame.parameters}


def test_the_same_config_twice_is_the_same_recording() -> None:
    first, again = (Recording(SMALL, tuple(train(SMALL))) for _ in range(2))
    assert first.digest == again.digest
    assert Recording(SMALL, tuple(train(replace(SMALL, seed=1)))).digest != first.digest


@pytest.mark.parametrize("task", TASKS)
def test_every_task_trains_every_cell(task: str) -> None:
    config = replace(SMALL, task=task)
    frames = list(train(config))
    assert [frame.step for frame in frames] == [0, 1, 5, 12]
    for cell in config.cells:
        assert frames[-1].metrics[f"{cell}.accuracy"].shape == (1, len(config.test_distances))
        assert np.isfinite(frames[-1].metrics[f"{cell}.test_loss"]).all()
        before, after = (frame.parameters[f"{cell}.readout.weight"] for frame in (frames[0], frames[-1]))
        assert not np.array_equal(before, after)


def test_a_seed_does_not_depend_on_its_neighbours() -> None:
    """Seed 1 alone and as the second of three: the same within float32's order of additions."""
    alone, together = last(replace(SMALL, seed=1)), last(replace(SMALL, runs=3))
    for cell in SMALL.cells:
        np.testing.assert_allclose(
            alone[f"{cell}.test_loss"][0], together[f"{cell}.test_loss"][1], rtol=1e-4, atol=1e-5
        )


def test_a_cell_does_not_depend_on_which_others_are_trained() -> None:
    alone, all_ = last(replace(SMALL, cells=("lstm",))), last(SMALL)
    for name, value in alone.items():
        np.testing.assert_array_equal(value, all_[name])


def test_a_stopped_run_is_a_prefix() -> None:
    whole = list(train(SMALL))
    for frame, before in zip(itertools.islice(train(SMALL), 2), whole, strict=False):
        assert frame.step == before.step
        for name, value in frame.parameters.items():
            np.testing.assert_array_equal(value, before.parameters[name])


def test_divergence_is_told_in_words() -> None:
    with pytest.raises(UserError, match="diverged"):
        list(train(replace(SMALL, learning_rate=(1e9,), clip=1e6, task="adding", steps=60)))


def test_gradients_are_cut_for_each_model() -> None:
    weight, bias = torch.zeros(2, 3, 4), torch.zeros(2, 3)
    weight.grad, bias.grad = torch.ones(2, 3, 4), torch.ones(2, 3)
    weight.grad[1] *= 0.01
    bias.grad[1] *= 0.01
    cut((weight, bias), 1.0)
    lengths = (weight.grad.flatten(1).square().sum(1) + bias.grad.square().sum(1)).sqrt()
    torch.testing.assert_close(lengths, torch.tensor([1.0, 0.01 * 15**0.5]))


def test_where_accuracy_is_measured() -> None:
    assert SMALL.test_distances == (1, 2, 3, 4, 6, 12, 24)
    assert SMALL.distance in SMALL.test_distances
    assert replace(SMALL, distance=1).test_distances == (1, 2, 4)
    assert TextConfig(distance=100).test_distances == (1, 25, 50, 75, 100, 200)


def drawn(config: RecurrentConfig) -> list[int]:
    """The distances of a run's batches, in their order."""
    task = task_of(config)
    batches = Batches(config, task, task, config.seeds)
    shortest = len(task.draw(1, 1, torch.Generator()).inputs) - 1
    return [batches.batch().inputs.shape[1] - shortest for _ in range(config.steps)]


def test_distances_grow_from_near_to_far() -> None:
    """Evenly over the first half: never beyond the longest so far, and all of them in the second half."""
    growing = drawn(replace(SMALL, distances="growing", distance=20, steps=400))
    assert all(distance <= math.ceil(20 * (n + 1) / 200) for n, distance in enumerate(growing[:200]))
    assert growing[0] == 1 and max(growing[:100]) in (9, 10) and set(growing[200:]) == set(range(1, 21))
    mixed = drawn(replace(SMALL, distances="mixed", distance=20, steps=400))
    assert set(mixed[:200]) == set(range(1, 21))
    assert set(drawn(replace(SMALL, distances="single", distance=20, steps=20))) == {20}


def test_each_cell_has_its_own_rate_and_it_falls_to_0() -> None:
    """By what Adam is told before each step: half a cosine from the cell's own beginning."""
    config = replace(SMALL, learning_rate=(0.1, 0.2, 0.3, 0.4), steps=4)
    task = task_of(config)
    batches = Batches(config, task, task, config.seeds)
    for cell, first in zip(config.cells, config.learning_rate, strict=True):
        trainee, told = Trainee(config, task, cell), []
        for _ in range(config.steps):
            trainee.learn(batches.batch())
            told.append(trainee.adam.param_groups[0]["lr"])
        assert told == pytest.approx([first * (1 + math.cos(math.pi * n / 4)) / 2 for n in range(4)])
    with pytest.raises(UserError, match="one learning rate"):
        replace(SMALL, learning_rate=(0.1, 0.2))
    before = {name: value for name, value in SMALL.to_dict().items() if name != "decay"}
    assert RecurrentConfig.from_dict(before | {"learning_rate": 0.01}).decay == "none"


def test_a_link_from_before_the_gru_has_the_rates_that_it_names() -> None:
    """Three rates, one for each cell that there was then; and those cells where it names none."""
    old = RecurrentConfig.from_dict({"learning_rate": [0.1, 0.2, 0.4]})
    assert {cell: old.rate(cell) for cell in LIVE} == {"rnn": 0.1, "lstm": 0.2, "peephole": 0.4}
    assert old.rate("gru") == RecurrentConfig().rate("gru")
    assert old.cells == RecurrentConfig().cells == LIVE == ("rnn", "lstm", "peephole")
    assert TextConfig().cells == CELLS and set(LIVE) < set(CELLS)


@pytest.mark.slow
def test_the_lstm_learns_what_the_rnn_does_not_yet() -> None:
    """A small slice: distance 12, two seeds, 400 steps from near to far."""
    config = RecurrentConfig(steps=400, frames=2, distance=12, runs=2, cells=("rnn", "lstm"))
    found = last(config)
    at = config.test_distances.index(12)
    lstm, rnn = (found[f"{cell}.accuracy"][:, at].mean() for cell in ("lstm", "rnn"))
    assert lstm >= 0.95 and lstm - rnn >= 0.2
