"""train(config): a pure function of its config."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import UserError
from engine.multitask import MultitaskConfig, train
from engine.multitask.training import WHOLE_BYTES, kept_moments
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
    assert np.array_equal(whole.metrics["mmoe.test_loss"], part.metrics["mmoe.test_loss"])


def test_a_seed_trains_alike_alone_and_among_others() -> None:
    alone, among = record(replace(SMALL, runs=1)).frames[-1], record(replace(SMALL, runs=3)).frames[-1]
    for s in SMALL.structures:  # a batched product may add in another order
        np.testing.assert_allclose(alone.metrics[f"{s}.test_loss"][0], among.metrics[f"{s}.test_loss"][0], rtol=1e-3)


def test_it_learns_and_gates_part_where_tasks_differ() -> None:
    """A slice of the default setting: the claim itself is judged on 32 seeds by the stored study."""
    slice_ = MultitaskConfig(steps=600, frames=2, runs=4, structures=("mmoe",))
    apart, same = (record(replace(slice_, correlation=p)).frames for p in (0.0, 1.0))
    assert apart[-1].metrics["mmoe.test_loss"].mean() < apart[0].metrics["mmoe.test_loss"].mean() / 10
    assert apart[-1].metrics["mmoe.mean_gate_distance"].mean() > same[-1].metrics["mmoe.mean_gate_distance"].mean()


def test_binary_tasks_learn() -> None:
    config = replace(SMALL, tasks=("binary", "regression", "binary"), steps=300)
    loss = record(config).frames[-1].metrics["mmoe.test_loss"]
    assert (loss[:, (0, 2)] < 0.9 * math.log(2)).all()


def test_few_fixed_rows_are_memorised() -> None:
    last = record(replace(SMALL, rows=128, steps=400)).frames[-1].metrics
    assert last["shared_bottom.train_loss"].mean() < 0.2 * last["shared_bottom.test_loss"].mean()


@pytest.mark.parametrize(
    "change", [{"gate_dropout": 0.3}, {"shared_units": 16}, {"initialisation": "constant"}, {"num_experts": 1}]
)
def test_options_train(change: dict[str, object]) -> None:
    frames = record(replace(SMALL, **change)).frames
    assert frames[-1].metrics["mmoe.test_loss"].mean() < frames[0].metrics["mmoe.test_loss"].mean()


def test_divergence_says_what_to_change() -> None:
    with pytest.raises(UserError, match="Lower the learning rate"):
        list(train(replace(SMALL, learning_rate=1e9, frames=20)))


def test_large_models_keep_their_parameters_at_three_moments() -> None:
    moments = frame_steps(1_000, 60)
    assert kept_moments(moments, WHOLE_BYTES // 60 - 1) == set(moments)
    assert kept_moments(moments, WHOLE_BYTES) == {moments[0], moments[len(moments) // 2], moments[-1]}
