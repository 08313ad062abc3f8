"""The question, the stage and the run bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import streamlit as st

from engine.multitask import MultitaskConfig
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import sweep
from engine.runs.recording import Recording
from engine.runs.verdict import Verdict, judge
from pages.multitask import PLAYGROUND, charts, settings, where
from pages.multitask.where import PLACE
from pages.ui.language import t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import badge
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.run import live, training
from pages.ui.run.live import RECORDED, RUN

PLAYER = "multitask_player"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on stage: a recording, and whether it is the shipped sweep's nearest."""

    recording: Recording[MultitaskConfig]
    source: str
    live: bool = False


def shown() -> Shown:
    """The live run when there is one with frames and the viewer did not choose the sweep, else the sweep."""
    run, view = training.current(), live.running(PLACE, MultitaskConfig)
    if run is not None and view is not None:
        return Shown(Recording(cast(MultitaskConfig, run.config), view.frames), RUN, view.active)
    p = settings.correlation()
    return Shown(min(sweep(), key=lambda recording: abs(recording.config.correlation - p)), RECORDED)


def stage(config: MultitaskConfig | None) -> None:
    """Question, stage, what is on it, and the run bar."""
    now = shown()
    _question(now)
    _player(now)
    changes = settings.changes(config, now.recording.config) if config is not None else {}
    if config is not None:
        live.on_stage(
            PLACE,
            changes,
            lambda name, mine, theirs: f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}",
            run_shown=now.source == RUN,
            recorded_name=t("Recorded sweep"),
            otherwise=t(
                "On stage: {count} seeds of each structure, seed {seed} followed.",
                count=now.recording.config.runs,
                seed=now.recording.config.seed,
            ),
            recording=now.recording,
        )
    training.run_bar(config, changed=len(changes), on_train=lambda: live.train(PLACE, config), on_reset=_reset)


def _reset() -> None:
    live.end(PLACE)
    settings.reset()
    where.go({})


def _question(now: Shown) -> None:
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now.recording))


def answer(recording: Recording[MultitaskConfig]) -> str:
    """The answer of the run on stage as one sentence with its verdict."""
    config, last = recording.config, recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at p = {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if not {"shared_bottom", "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {values.mean():.3f}" for s, values in loss.items())
        return Marked("{where}: {parts}.").format(where=where_, parts=parts)
    verdict = compared(loss["mmoe"], loss["shared_bottom"])
    sentence = t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}, {mean} [{low}, {high}].",
        where=where_,
        mmoe=f"{loss['mmoe'].mean():.3f}",
        shared_bottom=f"{loss['shared_bottom'].mean():.3f}",
        mean=f"{verdict.mean:+.3f}",
        low=f"{verdict.low:+.3f}",
        high=f"{verdict.high:+.3f}",
    )
    return sentence + " " + t("MMoE is better: {verdict}", verdict=badge(verdict))


def compared(left: np.ndarray, right: np.ndarray) -> Verdict:
    """Whether left is below right, seed by seed."""
    return judge(np.asarray(left, np.float64) - np.asarray(right, np.float64))


def _player(now: Shown) -> None:
    hero, names = settings.correlation(), settings.task_names(now.recording.config.num_tasks)
    if now.source == RECORDED:
        stage = charts.sweep_stage(hero, names)
    else:
        stage = charts.run_stage(now.recording, hero, names, now.live)
    first = "multitask_played" not in st.session_state and not PLACE.read(PLACE.step)
    st.session_state["multitask_played"] = True

    def moved(position: Position) -> None:
        PLACE.remember(position, stage.steps)
        PLACE.refresh()

    def released(p: float) -> None:
        PLACE.set_hero(round(p, 4))
        PLACE.refresh()

    def clicked(click: Click) -> None:
        element = click.element if click.element is None or ">" not in click.element else None
        PLACE.remember(Position(click.frame, click.hero, click.rung, element or PLACE.read(PLACE.part)), stage.steps)
        if element is not None and click.row is not None:
            where.choose_unit(element, charts.unit_of(now.recording.config, click.rung, click.row))
        PLACE.refresh()

    player(
        stage,
        key=PLAYER,
        start=PLACE.start(stage.steps, now.recording.config.structures, hero),
        seek=PLACE.seeks,
        autoplay=first or _autoplaying(),
        on_position=moved,
        on_hero=released,
        on_click=clicked,
    )


def _autoplaying() -> bool:
    """The flag is part of the stage's bytes: it stays as it was at the first draw."""
    return cast(bool, st.session_state.setdefault("multitask_autoplay", not PLACE.read(PLACE.step)))
