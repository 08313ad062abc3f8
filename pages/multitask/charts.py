"""Recordings → what the player draws.

Everything here is read off frames, whose numbers come from the same forward pass as a trace.
`S` recorded correlations · `F` frames · `T` tasks · `E` experts · `N` units
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.multitask import MultitaskConfig
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.shipped import sweep
from engine.multitask.view import Views, views
from engine.runs.recording import Recording
from pages.multitask import diagram
from pages.multitask.layered import Extraction
from pages.ui.language import N_, bare, language, t
from pages.ui.latest import Latest
from pages.ui.player.network import Diagram
from pages.ui.player.stage import (
    Array,
    Lines,
    Plane,
    PlaneView,
    Quantised,
    Readout,
    Ref,
    Rung,
    Series,
    Stage,
    Sweep,
)
from pages.ui.player.words import player_words

SENTENCES = {
    "single_task": N_("A whole network for each task: nothing is shared, nothing can conflict."),
    "shared_bottom": N_("One bottom for all tasks: what one task needs, the other must live with."),
    "omoe": N_("Experts and one gate: parts can specialise, every task gets the same mixture."),
    "mmoe": N_("Experts and a gate for each task: each takes the mixture that serves it."),
    "ple": N_("Experts of each task's own, which no other may look at, beside shared ones."),
}


def words(runs: int) -> dict[str, str]:
    """What the player says of so many seeds."""
    return player_words(
        previous=t("Previous frame"),
        next=t("Next frame"),
        time=t("Training step"),
        step_of=bare("step {step} of {last}"),
        rungs=t("Structure"),
        value=bare("weight, mean of {count} seeds", count=runs) if runs > 1 else t("weight"),
        band=t("range over all seeds"),
        summary=bare("{rung}, step {step}, task correlation {hero}"),
    )


def part_words() -> dict[str, str]:
    """Names of the network's parts."""
    return {
        "input": t("Input"),
        "shared": t("Shared layer"),
        "bottom": t("Shared bottom"),
        "bottom_of": bare("Bottom of {task}"),
        "expert": bare("Expert {i}"),
        "gate": t("Gate"),
        "gate_of": bare("Gate of {task}"),
        "mix": bare("Mixture for {task}"),
        "tower": bare("Tower of {task}"),
        "output": bare("Prediction of {task}"),
        "own_expert": bare("Expert {i} of {task}"),
        "shared_expert": bare("Shared expert {i}"),
        "shared_gate": t("Gate of the shared experts"),
        "shared_mix": t("Mixture for the shared experts"),
        "below": bare("{part}, level below"),
    }


@functools.cache
def sweep_arrays() -> dict[str, Array | Quantised]:
    """Arrays of the shipped sweep, (S, F, …)."""
    return arrays([views(recording) for recording in sweep()])


def arrays(found: Sequence[Views]) -> dict[str, Array | Quantised]:
    """Stack the views of several recordings along S. What is only drawn is quantised, what is printed is not."""
    stacked = {name: np.stack([view[name] for view in found]) for name in found[0]}
    return {
        name: Quantised(array, *_RANGE[name.partition(".")[2]])
        if name.partition(".")[2] in _RANGE
        else array.astype(np.float32)
        for name, array in stacked.items()
    }


_RANGE = {
    "points": (-1.0, 1.0),
    "blend": (0.0, 1.0),
    "gates": (0.0, 1.0),
    "gates_low": (0.0, 1.0),
    "gates_high": (0.0, 1.0),
    "lower_gates": (0.0, 1.0),
    "lower_gates_low": (0.0, 1.0),
    "lower_gates_high": (0.0, 1.0),
}


def sweep_stage(hero: float, names: Sequence[str]) -> Stage:
    """The shipped sweep: the same run at every recorded correlation."""
    recordings = sweep()
    values = tuple(r.config.correlation for r in recordings)
    made = _latest.get(
        (tuple(names), language()), lambda: _stage(recordings[-1], sweep_arrays(), values, hero, names, "recorded")
    )
    return replace(made, hero=hero)


_latest: Latest[Stage] = Latest(16)


def run_stage(recording: Recording[MultitaskConfig], hero: float, names: Sequence[str], live: bool) -> Stage:
    """One run, also while it is going on."""
    return _stage(
        recording, arrays([views(recording)]), (recording.config.correlation,), hero, names, "live" if live else "run"
    )


def _stage(
    recording: Recording[MultitaskConfig],
    found: dict[str, Array | Quantised],
    values: tuple[float, ...],
    hero: float,
    names: Sequence[str],
    source: str,
) -> Stage:
    config = recording.config
    readouts = [Readout(t("Label Pearson, measured"), Ref("pearson"))]
    if "mmoe" in config.structures:
        readouts.append(Readout(_distance(config, found, values), Ref("mmoe.distance"), rungs=("mmoe",)))
    return Stage(
        title=t("Multi-task networks"),
        steps=recording.steps,
        time_label=t("training step"),
        rungs=tuple(Rung(s, TITLES[s], t(SENTENCES[s])) for s in TITLES if s in config.structures),
        panels=_panels(config, names),
        arrays=found,
        sweep=Sweep(
            "correlation",
            t("Task correlation"),
            "p",
            -1.0,
            1.0,
            0.05,
            values,
            t("Drag the correlation to 1: MMoE's gates of the two tasks come closer."),
            tuple(readouts),
        ),
        hero=hero,
        origin="live" if source == "live" else "recorded",
        origin_text={"recorded": t("recorded"), "live": t("live run"), "run": t("your run")}[source],
        words=words(config.runs),
        live=source == "live",
    )


def _distance(config: MultitaskConfig, found: dict[str, Array | Quantised], values: tuple[float, ...]) -> str:
    """The readout's label: over how many seeds, and how far the gates of identical tasks stay apart, where that was recorded."""
    if values[-1] < 1.0 or len(values) == 1:
        return t("Gate distance, {count} seeds", count=config.runs)
    floor = float(np.asarray(found["mmoe.distance"])[-1, -1])
    return t("Gate distance, {count} seeds (same task, trained: {floor})", count=config.runs, floor=f"{floor:.2f}")


def _panels(config: MultitaskConfig, names: Sequence[str]) -> tuple[Diagram | Plane | Lines, ...]:
    layouts = diagram.layouts(
        config.num_tasks,
        config.num_experts,
        names,
        part_words(),
        bool(config.shared_units),
        any(not LADDER[s].model.shares for s in config.structures),
        Extraction(config.shared_experts, config.specific_experts, config.extraction_levels),
    )
    formulas = diagram.formulas(config.extraction_levels)
    network = Diagram(
        "network",
        t("The network") if config.runs == 1 else bare("The network · gates: mean of {count} seeds", count=config.runs),
        {s: layouts[s] for s in config.structures},
        {s: formulas[s] for s in config.structures},
    )
    plane = (_plane(config),) if not config.shared_units else ()
    return (network, *plane, _losses(config))


def _plane(config: MultitaskConfig) -> Plane:
    return Plane(
        "plane",
        t("What the expert units look at"),
        {s: _dots(config, s) for s in config.structures},
        Ref("weights"),
        tuple(f"w{'₁₂₃₄₅₆'[k]}" for k in range(config.num_tasks)),
        tuple(range(config.num_tasks)),
        t("between the tasks' weight vectors"),
    )


def _dots(config: MultitaskConfig, structure: str) -> PlaneView:
    kind = LADDER[structure].model
    parts, units = len(kind.owners(config)), config.expert_units if kind.gated else config.bottom_units
    if kind.gated:
        below = (
            "lower_expert" if kind.own_experts and config.extraction_levels > 1 else "expert"
        )  # those that see the input
        ids = tuple(f"{below}:{i}" for i in range(parts))
        labels = tuple(bare("expert {i}, unit {j}", i=i + 1, j=j + 1) for i in range(parts) for j in range(units))
    else:
        ids = tuple(f"bottom:{k}" for k in range(parts)) if not kind.shares else ("bottom",)
        labels = tuple(bare("unit {j}", j=j + 1) for _ in range(parts) for j in range(units))
    group = tuple(i for i in range(parts) for _ in range(units))
    return PlaneView(Ref(f"{structure}.points"), group, labels, Ref(f"{structure}.blend"), ids)


def unit_of(config: MultitaskConfig, structure: str, dot: int) -> int:
    """Which unit of its part a dot of the plane is."""
    group = _dots(config, structure).group
    return group[:dot].count(group[min(dot, len(group) - 1)])


def _losses(config: MultitaskConfig) -> Lines:
    lines: list[Series] = []
    for structure in config.structures:
        look = (LADDER[structure].hue, structure, LADDER[structure].dash)
        lines += [Series("", Ref(f"{structure}.run{r}"), look[0], "run", look[1]) for r in range(config.runs)]
        lines.append(Series(TITLES[structure], Ref(f"{structure}.mean"), look[0], "mean", look[1], look[2]))
    lines.append(Series(t("guessing"), Ref("guessing"), "muted", "mean", None, "1 4"))
    binary = "binary" in config.tasks
    return Lines(
        "loss",
        bare("Held-out loss, {count} seeds each", count=config.runs),
        t("training step"),
        t("loss, mean of the tasks") if binary else t("mean squared error"),
        tuple(lines),
        log=True,
        x_max=config.steps,
    )
