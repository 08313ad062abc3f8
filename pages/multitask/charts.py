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
from engine.multitask.claims import SEEDS
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.shipped import sweep
from engine.multitask.view import Views, views
from engine.runs.recording import Recording
from pages.multitask import compared, diagram
from pages.multitask.layered import Extraction
from pages.ui.language import N_, bare, language, t
from pages.ui.latest import Latest
from pages.ui.player.network import Diagram
from pages.ui.player.stage import (
    Array,
    Panel,
    Plane,
    PlaneView,
    Quantised,
    Readout,
    Ref,
    Rung,
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
UNLESS = {
    "single_task": N_("Not Single-Task where the tasks must share the cost of one network."),
    "shared_bottom": N_("Not Shared-Bottom where no task may pay for another: they share every unit."),
    "omoe": N_("Not OMoE where tasks want different experts: its one gate gives all the same mixture."),
    "mmoe": N_("Not MMoE where a task must be safe from another: every expert is shared."),
    "ple": N_("Not PLE where tasks are many or a step must be cheap: each adds experts of its own on every level."),
}
"""When a rung is not the one to take, by how it is built."""


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
    """Arrays of the shipped sweep, (S, F, …); "identical" (1, 1) is what the gates of identical tasks share at its end."""
    seen = [views(recording) for recording in sweep()]
    identical = seen[-1]["mmoe.shared"][-1:, None].astype(np.float32)
    return {**arrays(seen), **compared.of_sweep(sweep()), "identical": identical}


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
    "overlap": (0.0, 1.0),
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
        recording,
        {**arrays([views(recording)]), **compared.of_run(recording)},
        (recording.config.correlation,),
        hero,
        names,
        "live" if live else "run",
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
    identical = "identical" in found
    return Stage(
        title=t("Multi-task networks"),
        steps=recording.steps,
        time_label=t("training step"),
        rungs=tuple(Rung(s, TITLES[s], t(SENTENCES[s]), t(UNLESS[s])) for s in TITLES if s in config.structures),
        panels=_panels(config, names, identical, _notes(recording, values, source)),
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
            (Readout(t("Label Pearson, measured"), Ref("pearson")),),
            stops=tuple(sorted({*(one.config.correlation for one in sweep()), config.correlation})),
            marks=((-1.0, t("opposite")), (0.0, t("unrelated")), (1.0, t("identical"))),
        ),
        hero=hero,
        origin="live" if source == "live" else "recorded",
        origin_text={"recorded": t("recorded"), "live": t("live run"), "run": t("your run")}[source],
        words=words(config.runs),
        live=source == "live",
        instead={"loss": "against"} if compared.compares(config) else {},
        turns={"loss": t("Loss curves"), "against": t("Comparison"), "shared": t("Gates")},
        spoken="against",
        aside="" if config.shared_units else "plane",
    )


def _notes(recording: Recording[MultitaskConfig], values: Sequence[float], source: str) -> tuple[str, ...]:
    """For each value of the sweep, what the rows were measured on."""
    if source != "recorded":
        return (compared.note(recording.config.runs, None, source),)
    studies = map(compared.studied, values)
    return tuple(compared.note(recording.config.runs if at is None else len(SEEDS), at, source) for at in studies)


def _panels(config: MultitaskConfig, names: Sequence[str], identical: bool, notes: Sequence[str]) -> tuple[Panel, ...]:
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
    rows = (compared.rows(config, _reach(), notes),) if compared.compares(config) else ()
    return (network, compared.shared(config, names, identical), *rows, compared.lines(config), *plane)


@functools.cache
def _reach() -> float:
    """One axis for what is recorded and for every frame of a run of one's own."""
    return compared.reach(compared.of_sweep(sweep())["against.runs"][:, -1])


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
