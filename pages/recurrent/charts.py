"""One moment of training → what the player draws.

`S` distances · `F` words of the longest sequence · every number comes from a trace
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from engine.recurrent import RecurrentConfig
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.opened import Opened
from engine.recurrent.probe import Probe, probe
from engine.recurrent.view import distances, first_units, views
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from pages.recurrent import apart, diagram, reach
from pages.recurrent.formulas import FORMULAS
from pages.recurrent.settings import COUNTING, OWN_TEXT, TASKS
from pages.ui import numbers
from pages.ui.language import N_, bare, language, t
from pages.ui.latest import Latest
from pages.ui.player.network import Diagram
from pages.ui.player.stage import Array, Quantised, Ref, Rung, Stage, Sweep, Tokens
from pages.ui.player.words import player_words

SENTENCES = {
    "rnn": N_("One box, copied along the sequence with the same W: each copy hands its message h to the next."),
    "gru": N_("Two gates around one state: ① how much of it stays, ② how much of it is heard by what is new."),
    "lstm": N_("Forget ①, write ②, output ③: three gates around a belt that is only multiplied and added to."),
    "peephole": N_("Three more lines: ① and ② also see C(t−1), ③ sees C(t), each as wide as p ⊙ C."),
}
UNLESS = {
    "rnn": N_("Not an RNN where what counts lies a dozen words back and there is nothing nearer to begin with."),
    "gru": N_("Not a GRU where something is counted: its state is a mixture that stays between −1 and 1."),
    "lstm": N_(
        "Not an LSTM where weights are scarce and nothing is counted: a GRU makes do with three quarters of them."
    ),
    "peephole": N_(
        "An LSTM without peepholes solves these sentences too; the preset “{preset}” shows what they are for."
    ),
}
"""When a rung is not the one to take: by how it is built, or by a stored study."""


def words() -> dict[str, str]:
    """What the player says."""
    return player_words(
        previous=t("Previous word"),
        next=t("Next word"),
        time=t("Word"),
        step_of="{step}",
        rungs=t("Cell"),
        value=t("value"),
        band=t("range"),
        summary=bare("{rung}, word {step}, distance {hero}"),
    )


def part_words() -> dict[str, str]:
    """Names of the cell's parts."""
    return {
        "copy": t("The same box, one word earlier or later: the same W"),
        "before_h": t("Message from the word before, h(t−1)"),
        "x": t("The word x(t), as a vector"),
        "join": t("Concatenated: W [h, x] is the same as R h + W x"),
        "h": t("Output h(t), handed on"),
        "tanh_layer": t("The RNN's one layer: tanh"),
        "before_c": t("The belt as it comes, C(t−1)"),
        "kept": t("What stays on the belt: f · C(t−1)"),
        "sum": t("Belt = kept + written"),
        "c": t("Cell state C(t)"),
        "written": t("What is written: i · g"),
        "tanh_c": t("tanh C(t): what could be said"),
        "kept_h": t("What stays of the state: z · h(t−1)"),
        "sum_h": t("State = kept + written"),
        "written_h": t("What is written: (1 − z) · g"),
        "z": t("Update gate z: how much may stay"),
        "fresh": t("1 − z: how much is written"),
        "r": t("Reset gate r: how much of the message is heard"),
        "m": t("The message, R h(t−1) + b"),
        "reset": t("What is heard of the message: r · m"),
        "f": t("Forget gate f: how much may go on"),
        "i": t("Input gate i: how much to write"),
        "g": t("Candidate g: what to write"),
        "o": t("Output gate o: how much to output"),
        "said": t("What is said: o · tanh C(t)"),
        "answer": t("What is said of the answer, y(t)"),
        "peep_f": t("Peephole: the forget gate sees C(t−1)"),
        "peep_i": t("Peephole: the input gate sees C(t−1)"),
        "peep_o": t("Peephole: the output gate sees C(t)"),
    }


def shown_distances(config: RecurrentConfig) -> tuple[int, ...]:
    """The distances whose sequences the stage has: evenly to the longest, and those that the stored study measured."""
    return tuple(sorted({*distances(config), *apart.measured(config)}))


def probe_at(config: RecurrentConfig, hero: float) -> Probe:
    """The sequence on stage: the nearest of those that it has."""
    return probe(config, min(shown_distances(config), key=lambda distance: abs(distance - hero)))


def probes(config: RecurrentConfig, at: Sequence[int]) -> list[Probe]:
    """One sequence a distance."""
    return [probe(config, distance) for distance in at]


@st.cache_resource(max_entries=40, show_spinner=False)  # read only: a copy at every rerun would cost more than the rest
def _views(
    _recording: Recording[RecurrentConfig],
    digest: str,
    step: int,
    at: tuple[int, ...],
    units: tuple[tuple[str, int], ...],
) -> dict[str, np.ndarray]:
    frame = _recording.frames[_recording.nearest(step)]
    return dict(views(Opened(_recording.config, frame), probes(_recording.config, at), dict(units)))


def units_of(recording: Recording[RecurrentConfig], frame: Frame, chosen: Mapping[str, int]) -> dict[str, int]:
    """The unit on stage of each cell: the viewer's, else the one that carries the answer most at half the distance."""
    config = recording.config
    found = {cell: unit for cell, unit in chosen.items() if unit < config.hidden}
    if set(config.cells) - set(found):
        found = _first_units(recording, recording.digest, frame.step) | found
    return found


@st.cache_resource(max_entries=100, show_spinner=False)
def _first_units(_recording: Recording[RecurrentConfig], digest: str, step: int) -> dict[str, int]:
    config = _recording.config
    return first_units(Opened(config, _recording.frames[_recording.nearest(step)]), max(config.distance // 2, 1))


def stage(
    recording: Recording[RecurrentConfig], frame: Frame, hero: float, units: Mapping[str, int], source: int, origin: str
) -> Stage:
    """The sequence of every distance, read by the cells as they were at `frame`; while a run is going on, that of one."""
    if origin == "live":
        return _stage(recording, frame, hero, units, source, origin)
    key = (recording.digest, frame.step, tuple(sorted(units.items())), source, origin, language())
    return replace(_latest.get(key, lambda: _stage(recording, frame, hero, units, source, origin)), hero=hero)


_latest: Latest[Stage] = Latest(16)


def _stage(
    recording: Recording[RecurrentConfig], frame: Frame, hero: float, units: Mapping[str, int], source: int, origin: str
) -> Stage:
    config = recording.config
    all_ = shown_distances(config)
    at = (min(all_, key=lambda d: abs(d - hero)),) if origin == "live" else all_
    shown = probes(config, at)
    if origin == "live":
        found = dict(views(Opened(config, frame), shown, units))
    else:
        found = _views(recording, recording.digest, frame.step, at, tuple(sorted(units.items())))
    width = max(len(one.written) for one in shown)
    return Stage(
        title=t("Recurrent cells"),
        steps=tuple(range(1 - width, 1)),
        time_label=t("word"),
        rungs=tuple(Rung(c, t(TITLES[c]), t(SENTENCES[c]), _unless(c, config)) for c in TITLES if c in config.cells),
        panels=(_cell(config), reach.panel(config, origin), _belts(config, source)),
        arrays=_arrays(found) | reach.arrays(config, frame, origin, width),
        sweep=Sweep(
            "distance",
            t("Distance"),
            "",
            1.0,
            float(max(config.distance, 2)),
            1.0,
            tuple(map(float, at)),
            t("Drag the distance: how far does the first word reach?"),
        ),
        hero=hero,
        origin="live" if origin == "live" else "recorded",
        origin_text={"recorded": t("recorded"), "live": t("live run"), "run": t("your run")}[origin],
        words=words(),
        live=False,  # time is the sentence here: a new frame must not move the cursor
        names=tuple(("",) * (width - len(one.written)) + one.written for one in shown),
        turns={"reach": t("By distance"), "belt": t("One word")},
        spoken="reach",
    )


def _arrays(found: Mapping[str, np.ndarray]) -> dict[str, Array | Quantised]:
    arrays: dict[str, Array | Quantised] = {}
    for name, array in found.items():
        arrays[name] = Quantised(array, 0.0, 1.0) if name.endswith(".belt") else array.astype(np.float32)
    return arrays


def _unless(cell: str, config: RecurrentConfig) -> str:
    if cell == "peephole" and config.task != "language":  # there they may have something to do
        return ""
    return bare(UNLESS[cell], preset=t(COUNTING.label))


def _cell(config: RecurrentConfig) -> Diagram:
    names = part_words()
    title = t("The cell: the unit that best carries the answer")
    return Diagram(
        "cell", title, {c: diagram.LAYOUTS[c](names) for c in config.cells}, {c: FORMULAS[c] for c in config.cells}
    )


def _belts(config: RecurrentConfig, source: int) -> Tokens:
    return Tokens(
        "belt",
        t("What is left of one word (click another)"),
        {c: Ref(f"{c}.belt") for c in config.cells},
        {c: LADDER[c].hue for c in config.cells},
        {c: reach.short(c) for c in config.cells},
        source,
        bare("What is left of “{source}” at “{now}” (click another word)"),
        numbers.PERCENT,
    )


def task_title(config: RecurrentConfig) -> str:
    """The task's name."""
    return t(TASKS.get(config.task, OWN_TEXT))
