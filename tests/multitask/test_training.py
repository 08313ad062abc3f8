"""train(config): a pure function of its config."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.multitask import MultitaskConfig, measures, train
from engine.multitask.config import STRUCTURES
from engine.multitask.data import Stream
from engine.multitask.training import Trainee, losses
from engine.runs.frame import frame_steps
from engine.runs.recording import Recording

SMALL = MultitaskConfig(steps=40, frames=6, runs=2, test_rows=200)


def record(config: MultitaskConfig) -> Recording[MultitaskConfig]:
    return Recording(config, tuple(train(config)))


def test_the_notebook_loop() -> None:
    steps = []
    for frame in train(replace(SMALL, seed=1)):
        steps.append(frame.step)
        assert frame.metrics["mmoe.test_loss"].shape == (2, 2)
        assert frame.metrics["mmoe.gates"].shape == (2, 2, 8)
        assert frame.parameters["mmoe.experts.weight"].shape == (8, 16, 100)
    assert tuple(steps) == frame_steps(40, 6)


def test_frames_are_dense_at_first_and_reach_the_end() -> None:
    steps = frame_steps(1_250, 60)
    gaps = np.diff(steps)
    assert steps[0] == 0 and steps[-1] == 1_250 and (np.diff(gaps) >= -1).all() and gaps[-1] > 10 * gaps[0]


def test_the_same_config_gives_the_same_recording() -> None:
    assert record(SMALL).digest == record(SMALL).digest != record(replace(SMALL, seed=9)).digest


def test_leaving_a_structure_out_does_not_change_the_others() -> None:
    whole, part = record(SMALL).frames[-1], record(replace(SMALL, structures=("mmoe",))).frames[-1]
    for name, metric in part.metrics.items():
        assert np.array_equal(whole.metrics[name], metric), name
    for name, parameter in part.parameters.items():
        assert np.array_equal(whole.parameters[name], parameter), name


def test_a_seed_trains_alike_alone_and_among_others() -> None:
    alone, among = record(replace(SMALL, runs=1)).frames[-1], record(replace(SMALL, runs=8)).frames[-1]
    for s in SMALL.structures:  # a batched product may add in another order: 1.2e-7 measured
        np.testing.assert_allclose(alone.metrics[f"{s}.test_loss"][0], among.metrics[f"{s}.test_loss"][0], rtol=1e-5)


@pytest.mark.slow
def test_it_learns_and_gates_part_where_tasks_differ() -> None:
    """A slice of the default setting: the claim itself is judged on 32 seeds by the stored study."""
    slice_ = MultitaskConfig(steps=600, frames=2, runs=4, structures=("mmoe",))
    apart, same = (record(replace(slice_, correlation=p)).frames for p in (0.0, 1.0))
    assert apart[-1].metrics["mmoe.test_loss"].mean() < apart[0].metrics["mmoe.test_loss"].mean() / 10
    assert apart[-1].metrics["mmoe.mean_gate_distance"].mean() > same[-1].metrics["mmoe.mean_gate_distance"].mean()


@pytest.mark.slow
def test_binary_tasks_learn() -> None:
    config = replace(SMALL, tasks=("binary", "regression", "binary"), steps=300)
    loss = record(config).frames[-1].metrics["mmoe.test_loss"]
    assert (loss[:, (0, 2)] < 0.9 * math.log(2)).all()


@pytest.mark.slow
def test_few_fixed_rows_are_memorised() -> None:
    last = record(replace(SMALL, rows=128, steps=400)).frames[-1].metrics
    assert last["shared_bottom.train_loss"].mean() < 0.2 * last["shared_bottom.test_loss"].mean()


@pytest.mark.parametrize(
    "change",
    [
        {"gate_dropout": 0.3},
        {"shared_units": 16},
        {"initialisation": "constant"},
        {"num_experts": 1},
        {"extraction_levels": 1, "specific_experts": 0},
        {"shared_experts": 0},
    ],
)
def test_options_train(change: dict[str, object]) -> None:
    frames = record(replace(SMALL, structures=STRUCTURES, **change)).frames
    assert frames[-1].metrics["ple.test_loss"].mean() < frames[0].metrics["ple.test_loss"].mean()
    assert frames[-1].metrics["mmoe.test_loss"].mean() < frames[0].metrics["mmoe.test_loss"].mean()


def test_ple_needs_an_expert() -> None:
    with pytest.raises(UserError, match="needs an expert"):
        replace(SMALL, shared_experts=0, specific_experts=0)


def test_divergence_says_what_to_change() -> None:
    names = "Single-Task|Shared-Bottom|OMoE|MMoE"
    with pytest.raises(
        UserError, match=rf"after \d+ steps a loss of ({names}) is no longer a number\. Lower the learning rate"
    ):
        list(train(replace(SMALL, learning_rate=1e9, frames=20)))


@pytest.mark.parametrize(("steps", "frames"), [(1, 2), (3, 60), (40, 6), (1_250, 60), (5_000, 120)])
def test_moments_start_at_zero_end_at_the_end_and_never_repeat(steps: int, frames: int) -> None:
    moments = frame_steps(steps, frames)
    assert moments[0] == 0 and moments[-1] == steps and len(moments) <= frames
    assert all(a < b for a, b in zip(moments, moments[1:], strict=False))


def test_training_loss_is_the_mean_of_the_batches_since_the_last_frame() -> None:
    every, ends = (record(replace(SMALL, steps=4, frames=frames)).frames for frames in (60, 2))
    assert [f.step for f in every] == [0, 1, 2, 3, 4] and [f.step for f in ends] == [0, 4]
    mean = np.mean([f.metrics["mmoe.train_loss"] for f in every[1:]], axis=0)
    np.testing.assert_allclose(ends[1].metrics["mmoe.train_loss"], mean, rtol=1e-6)


def test_losses_are_those_of_the_task_kinds() -> None:
    source = torch.Generator().manual_seed(0)
    predictions, labels = torch.randn(2, 50, 2, generator=source), torch.randn(2, 50, 2, generator=source)
    labels[..., 0] = (labels[..., 0] > 0).float()
    found = losses(predictions, labels, torch.tensor([True, False]))
    chance = torch.sigmoid(predictions[..., 0].double())
    logistic = -(labels[..., 0] * chance.log() + (1 - labels[..., 0]) * (1 - chance).log()).mean(1)
    assert torch.allclose(found[:, 0].double(), logistic, atol=1e-6)
    assert torch.allclose(found[:, 1], ((predictions - labels)[..., 1] ** 2).mean(1), atol=1e-6)


def test_gate_measures_in_closed_form() -> None:
    even, first, second = torch.full((4,), 0.25), torch.eye(4)[0], torch.eye(4)[1]
    gates = torch.stack([torch.stack([even, first]), torch.stack([even, second])])  # (B, T, E)
    assert measures.entropy(gates).tolist() == pytest.approx([math.log(4), 0.0], abs=1e-6)
    assert float(measures.gate_distance(gates)) == pytest.approx(0.75)  # ½ (¾ + 3 · ¼) in each row
    assert float(measures.mean_gate_distance(gates)) == pytest.approx(0.5)  # (¼,¼,¼,¼) and (½,½,0,0)
    assert float(measures.total_variation(first, second)) == 1.0


def test_a_frame_reports_the_measures_of_its_gates() -> None:
    config = replace(SMALL, structures=("mmoe",))
    trainee, stream = Trainee(config, "mmoe", config.seeds), Stream(config, config.seeds)
    found = trainee.metrics(stream.test_rows(), None, stream.tasks[0].basis)
    gates = trainee.stack(stream.test_rows().x).gates
    for name, measure in {
        "gate_entropy": measures.entropy,
        "gate_distance": measures.gate_distance,
        "mean_gate_distance": measures.mean_gate_distance,
    }.items():
        np.testing.assert_allclose(found[f"mmoe.{name}"], measure(gates).detach().numpy(), rtol=1e-6)


def test_gate_dropout_drops_its_share_for_every_seed_apart() -> None:
    config = replace(SMALL, gate_dropout=0.3, batch_size=512)
    stream = Stream(config, config.seeds)
    (keep,) = Trainee(config, "mmoe", config.seeds)._gate_masks(stream.batch())
    assert set(keep.unique().tolist()) == {0.0, 1.0}
    assert abs(float(keep.mean()) - 0.7) < 4 * math.sqrt(0.21 / keep.numel())  # four standard errors
    assert not torch.equal(keep[0], keep[1])
    assert Trainee(config, "shared_bottom", config.seeds)._gate_masks(stream.batch()) == ()
    (of_layers,) = Trainee(config, "ple", config.seeds)._gate_masks(stream.batch())
    assert of_layers.shape == (2, 512, 2, 7)


def test_settings_from_before_the_rate_fell_say_that_it_did_not() -> None:
    """A recording made before there was a course of the rate has all other settings, and one number for the rate."""
    before = {name: value for name, value in SMALL.to_dict().items() if name != "decay"} | {"learning_rate": 0.01}
    again = MultitaskConfig.from_dict(before)
    assert (again.decay, again.learning_rate) == ("none", (0.01,))
    for name in ("shared_experts", "specific_experts", "extraction_levels"):  # and from before PLE
        del before[name]
    assert MultitaskConfig.from_dict(before) == again
    assert MultitaskConfig.from_dict({"steps": 5}).decay == MultitaskConfig().decay == "cosine"


def test_each_structure_has_its_own_rate_and_it_falls_to_zero() -> None:
    config = replace(SMALL, learning_rate=(0.01, 0.02, 0.03, 0.04, 0.05), steps=4)
    for structure, rate in zip(STRUCTURES, config.learning_rate, strict=True):
        trainee = Trainee(config, structure, config.seeds)
        stream = Stream(config, config.seeds)
        found = []
        for _ in range(config.steps):
            trainee.learn(stream.batch())
            found.append(trainee.adam.param_groups[0]["lr"])
        np.testing.assert_allclose(found, rate * np.array([1.0, 0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5]))
    with pytest.raises(UserError):
        replace(SMALL, learning_rate=(0.01, 0.02))
    of_old = replace(SMALL, learning_rate=(0.01, 0.02, 0.03, 0.04))  # a link from when there were four
    assert of_old.learning_rate == (*config.learning_rate[:4], MultitaskConfig().learning_rate[4])
