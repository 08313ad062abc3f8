"""From the screen's numbers back to a trace, and from a trace to the sum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.multitask import MultitaskConfig, train
from engine.multitask.data import SyntheticTasks
from engine.multitask.opened import Opened, probe
from engine.multitask.view import ranks, views
from engine.runs.playground import Address
from engine.runs.recording import Recording
from pages.multitask.settings import PRESETS

CONFIG = MultitaskConfig(
    steps=60, frames=5, runs=2, test_rows=200, structures=("single_task", "shared_bottom", "omoe", "mmoe", "ple")
)
FLOAT32 = 1e-5  # the design's tolerance between screen and trace


@pytest.fixture(scope="module")
def recording() -> Recording[MultitaskConfig]:
    return Recording(CONFIG, tuple(train(CONFIG)))


def test_axes_are_named(recording: Recording[MultitaskConfig]) -> None:
    traced = Opened(CONFIG, recording.frames[-1]).trace("mmoe", probe(CONFIG).x[:3])
    assert traced.axes["gates"] == ("row", "task", "expert") and traced["gates"].shape == (3, 2, 8)


PARTS = [
    ("single_task", "expert:1", 5),
    ("single_task", "y:1", 0),
    ("shared_bottom", "expert:0", 7),
    ("shared_bottom", "mix:1", 7),
    ("omoe", "gate:0", 3),
    ("omoe", "gate:1", 3),
    ("mmoe", "gate:1", 7),
    ("mmoe", "expert:2", 0),
    ("mmoe", "mix:0", 4),
    ("mmoe", "tower:1", 2),
    ("mmoe", "y:0", 0),
    ("ple", "lower_expert:6", 3),
    ("ple", "lower_gate:0", 6),
    ("ple", "lower_gate:1", 0),
    ("ple", "lower_gate:2", 0),
    ("ple", "lower_mix:2", 3),
    ("ple", "expert:1", 3),
    ("ple", "expert:5", 3),
    ("ple", "gate:1", 2),
    ("ple", "gate:1", 5),
    ("ple", "mix:0", 4),
]


@pytest.mark.parametrize(("structure", "part", "unit"), PARTS)
@pytest.mark.parametrize("frame", [0, -1])
def test_every_number_is_its_sum(
    recording: Recording[MultitaskConfig], structure: str, part: str, unit: int, frame: int
) -> None:
    for row in (0, 17):
        found = Opened(CONFIG, recording.frames[frame]).explain(structure, probe(CONFIG).x[[row]], Address(part, unit))
        assert found.agrees, (found.result, found.traced)
        assert found.total == pytest.approx(sum(t.product for t in found.terms) + (found.bias or 0.0))
        count, rest = found.rest()
        assert sum(t.product for t in found.largest()) + rest + (found.bias or 0.0) == pytest.approx(found.total)
        assert count == len(found.terms) - len(found.largest())


def test_a_leaky_units_sum_is_its_number_below_0_too() -> None:
    config = replace(CONFIG, steps=1, frames=2, tower_slope=0.1, structures=("mmoe",))
    opened, rows = Opened(config, list(train(config))[-1]), probe(config).x
    units = range(config.tower_units)
    found = [opened.explain("mmoe", rows[[row]], Address("tower:1", unit)) for row in (0, 17) for unit in units]
    assert all(one.agrees for one in found)
    below = [one for one in found if one.total < 0]
    assert below and all(one.result == pytest.approx(0.1 * one.total) for one in below)


def test_in_the_preset_most_units_of_a_tower_die_within_the_first_steps() -> None:
    preset = next(one for one in PRESETS if one.id == "dead")
    config = MultitaskConfig(**preset.fields, structures=("mmoe",))
    frame = next(frame for frame in train(config) if frame.step >= 200)
    alive = Opened(config, frame).living("mmoe", "tower:1", probe(config).x)
    assert alive is not None and 0 < alive.sum() < config.tower_units / 2


def test_the_stage_shows_what_the_trace_computes(recording: Recording[MultitaskConfig]) -> None:
    shown, frame, rows = views(recording), recording.frames[-1], probe(CONFIG)
    for structure in ("omoe", "mmoe", "ple"):
        traced = Opened(CONFIG, frame).trace(structure, rows.x)
        np.testing.assert_allclose(shown[f"{structure}.gates"][-1], traced["gates"].mean(0), atol=FLOAT32)
    np.testing.assert_allclose(shown["ple.lower_gates"][-1], traced["lower_gates"].mean(0), atol=FLOAT32)
    for structure in CONFIG.structures:
        traced = Opened(CONFIG, frame).trace(structure, rows.x)
        loss = ((traced["predictions"] - rows.y.numpy()) ** 2).mean()
        assert shown[f"{structure}.run0"][-1] == pytest.approx(loss, rel=FLOAT32)
        weight = Opened(CONFIG, frame).model(structure).experts.weight.numpy().reshape(-1, 100)
        basis = SyntheticTasks(CONFIG, CONFIG.seed).basis.numpy()
        cosines = weight @ basis.T / np.linalg.norm(weight, axis=1, keepdims=True)
        np.testing.assert_allclose(shown[f"{structure}.points"][-1], cosines, atol=FLOAT32)


def test_the_band_holds_every_seed_and_the_followed_one() -> None:
    config = MultitaskConfig(steps=30, frames=3, runs=3, test_rows=200, structures=("mmoe",))
    shown = views(Recording(config, tuple(train(config))))
    assert (shown["mmoe.gates_low"] <= shown["mmoe.gates"] + 1e-7).all() and (
        shown["mmoe.gates"] <= shown["mmoe.gates_high"] + 1e-7
    ).all()


def test_the_mean_is_over_the_seeds_whose_experts_are_matched_by_their_places() -> None:
    """Seed by seed: the expert that stands where the followed seed's expert stands."""
    config = MultitaskConfig(steps=30, frames=3, runs=3, test_rows=200, structures=("mmoe",))
    recording = Recording(config, tuple(train(config)))
    shown, gates = views(recording), recording.series("mmoe.gates")  # (F, S, T, E)
    places = [ranks(gates[-1, seed]).tolist() for seed in range(3)]
    for expert, place in enumerate(places[0]):
        each = [gates[:, seed, :, places[seed].index(place)] for seed in range(3)]
        np.testing.assert_allclose(shown["mmoe.gates_mean"][..., expert], np.mean(each, 0), atol=1e-7)
    np.testing.assert_allclose(shown["mmoe.gates_mean"].sum(-1), 1.0, rtol=1e-5)


def test_experts_are_ordered_by_the_task_that_uses_them() -> None:
    gates = np.array([[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]])
    assert ranks(gates).tolist() == [2, 0, 1]


def test_experts_that_all_tasks_use_alike_stand_by_their_weight() -> None:
    """The heaviest first, also where the first expert is not it; one that leans to a task stays on that task's side."""
    alike = np.array([[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]])
    assert ranks(alike).tolist() == [2, 1, 0]
    leaning = np.array([[0.1, 0.4, 0.4, 0.1], [0.1, 0.4, 0.2, 0.3]])
    assert ranks(leaning).tolist() == [2, 1, 0, 3]


def test_experts_of_a_task_stand_together_with_the_shared_ones_in_the_middle() -> None:
    """Whatever their weights: those of each task in the order of their weight."""
    owners = (0, 0, 1, 1, None, None)
    gates = np.array([[0.1, 0.3, 0.0, 0.0, 0.6, 0.0], [0.0, 0.0, 0.2, 0.3, 0.5, 0.0]])
    assert ranks(gates, owners).tolist() == [1, 0, 5, 4, 3, 2]
    three = ranks(np.ones((3, 4)), (0, 1, 2, None))
    assert three.tolist() == [0, 1, 3, 2]  # of three tasks two stand left of what is shared


def test_only_own_and_shared_experts_have_a_sum_in_a_tasks_gate(recording: Recording[MultitaskConfig]) -> None:
    """Another task's has no terms, and is 0; the softmax is over those that may be looked at."""
    opened, x = Opened(CONFIG, recording.frames[-1]), probe(CONFIG).x[:1]
    for part in ("gate:1", "lower_gate:1"):
        found = [opened.explain("ple", x, Address(part, unit)) for unit in range(7)]
        assert [bool(one.terms) for one in found] == [False, False, True, True, True, True, True]
        assert [one.result for one in found[:2]] == [0, 0] and all(len(one.others) == 5 for one in found[2:])
        assert sum(one.result for one in found) == pytest.approx(1.0)
    assert len(opened.explain("ple", x, Address("lower_gate:2", 0)).others) == 7


def test_of_one_level_there_is_nothing_below() -> None:
    config = MultitaskConfig(
        steps=3, frames=2, runs=1, test_rows=200, structures=("ple",), extraction_levels=1, specific_experts=0
    )
    recording = Recording(config, tuple(train(config)))
    opened, x = Opened(config, recording.frames[-1]), probe(config).x[:1]
    assert "lower_gates" not in opened.trace("ple", x) and "ple.lower_gates_mean" not in views(recording)
    assert opened.explain("ple", x, Address("gate:1", 2)).agrees
    for part in ("lower_expert:0", "lower_gate:0", "lower_mix:0"):
        with pytest.raises(UserError, match="no sum behind"):
            opened.explain("ple", x, Address(part))


def test_nothing_removed_is_the_recorded_loss(recording: Recording[MultitaskConfig]) -> None:
    frame = recording.frames[-1]
    for structure in CONFIG.structures:
        loss = Opened(CONFIG, frame).intervene(structure, probe(CONFIG))
        np.testing.assert_allclose(loss, frame.metrics[f"{structure}.test_loss"][0], rtol=FLOAT32)


def test_removing_and_tying(recording: Recording[MultitaskConfig]) -> None:
    frame, rows = recording.frames[-1], probe(CONFIG)
    one_left = Opened(CONFIG, frame).intervene("mmoe", rows, removed=range(1, 8))
    model = Opened(CONFIG, frame).model("mmoe")
    with torch.no_grad():
        hidden = model.experts(rows.x).relu()[:, :1].expand(-1, 2, -1)
        expected = ((model.towers(hidden)[1] - rows.y) ** 2).mean(0)
    np.testing.assert_allclose(one_left, expected.numpy(), rtol=FLOAT32)
    tied = Opened(CONFIG, frame).intervene("mmoe", rows, tied=True)
    assert not np.allclose(tied, Opened(CONFIG, frame).intervene("mmoe", rows))
    with torch.no_grad():  # one gate for both tasks, the mean of theirs
        model.gates.weight.copy_(model.gates.weight.mean(0, keepdim=True).expand_as(model.gates.weight))
        expected = ((model(rows.x).predictions - rows.y) ** 2).mean(0)
    np.testing.assert_allclose(tied, expected.numpy(), rtol=FLOAT32)
    np.testing.assert_array_equal(
        Opened(CONFIG, frame).intervene("omoe", rows, tied=True), Opened(CONFIG, frame).intervene("omoe", rows)
    )


def test_what_cannot_be_opened_says_so(recording: Recording[MultitaskConfig]) -> None:
    x = probe(CONFIG).x[:1]
    for part in ("nonsense", "expert:99", "gate:7", "y:2", "expert:-1", "expert:²", ""):
        with pytest.raises(UserError):
            Opened(CONFIG, recording.frames[-1]).explain("mmoe", x, Address(part))
    with pytest.raises(UserError, match="keeps no parameters"):
        Opened(CONFIG, recording.thinned((-1,)).frames[0]).explain("mmoe", x, Address("expert:0"))


@pytest.mark.parametrize(("structure", "part", "bias"), [
    ("mmoe", "tower:1", "towers.hidden.bias"), ("mmoe", "expert:3", "experts.bias"),
    ("single_task", "bottom:1", "experts.bias"), ("ple", "tower:0", "towers.hidden.bias"),
])  # fmt: skip
def test_a_dead_unit_is_counted(recording: Recording[MultitaskConfig], structure: str, part: str, bias: str) -> None:
    """One whose bias lies below all that it ever sees; the others as they were."""
    last, (_, _, number) = recording.frames[-1], part.partition(":")
    parameters = {name: value.copy() for name, value in last.parameters.items()}
    of = parameters[f"{structure}.{bias}"]  # by seed, then as the module has it
    of[(0, int(number), 2) if of.ndim == 3 else (int(number), 2)] = -1e6
    x, before = probe(CONFIG).x, Opened(CONFIG, last)
    found = Opened(CONFIG, replace(last, parameters=parameters)).living(structure, part, x)
    was = before.living(structure, part, x)
    assert found is not None and was is not None and not found[2]
    np.testing.assert_array_equal(np.delete(found, 2), np.delete(was, 2))
    assert was.any() and before.living(structure, "gate:0", x) is None
