"""The question, the stage and the run bar: one fragment, polled only while a run is going on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import streamlit as st

from engine.multitask import MultitaskConfig
from engine.multitask.shipped import sweep
from engine.runs.recording import Recording
from engine.runs.run import FINISHED
from engine.runs.verdict import Verdict, judge
from pages.multitask import PLAYGROUND, charts, settings, where
from pages.multitask.settings import TITLES
from pages.ui import training
from pages.ui.language import t
from pages.ui.player import player
from pages.ui.position import Click, Position
from pages.ui.verdict import badge

RECORDED, RUN = "recorded", "run"
PLAYER = "multitask_player"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on stage: a recording, and whether it is the shipped sweep's nearest."""

    recording: Recording[MultitaskConfig]
    source: str
    live: bool = False


def shown() -> Shown:
    """The live run when there is one with frames and the viewer did not choose the sweep, else the sweep."""
    run, view = training.current(), training.view_of(training.current())
    wants = st.session_state.get(where.SHOWN, RUN)
    if (
        wants == RUN
        and run is not None
        and isinstance(run.config, MultitaskConfig)
        and view is not None
        and view.frames
    ):
        return Shown(Recording(run.config, view.frames), RUN, view.active)
    p = settings.correlation()
    return Shown(min(sweep(), key=lambda recording: abs(recording.config.correlation - p)), RECORDED)


def draw(config: MultitaskConfig | None) -> None:
    """The fragment; a timer only while something trains."""
    view = training.view_of(training.current())
    active = view is not None and view.active
    st.fragment(_stage, run_every=training.POLL_SECONDS if active else None)(config, active)


def _stage(config: MultitaskConfig | None, was_active: bool) -> None:
    view = training.view_of(training.current())
    if st.session_state.pop(where.REFRESH, False) or (view is not None and view.active) != was_active:
        if view is not None and not view.active:
            st.query_params.pop(training.MARK, None)
        st.rerun()
    if was_active:
        st.query_params[training.MARK] = "1"  # coming from another page has emptied the URL
    now = shown()
    _question(now)
    _player(now)
    if config is not None:
        _staleness(config, now)
    changed = len(settings.changes(config, now.recording.config)) if config is not None else 0
    training.run_bar(config, changed=changed, on_train=lambda: _train(config), on_reset=_reset)


def _train(config: MultitaskConfig | None) -> None:
    if config is None:
        return
    training.train(config)
    st.session_state[where.SHOWN] = RUN
    st.query_params.pop(where.STEP, None)
    where.seek()
    st.session_state[where.REFRESH] = True


def _reset() -> None:
    run = training.current()
    if run is not None:
        training.service().stop(run)
    st.session_state.pop("run", None)
    settings.reset()
    where.go({})
    st.session_state[where.REFRESH] = True


def _question(now: Shown) -> None:
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now.recording))


def answer(recording: Recording[MultitaskConfig]) -> str:
    """The answer of the run on stage as one sentence with its verdict."""
    config, last = recording.config, recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at correlation {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if not {"shared_bottom", "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {values.mean():.3f}" for s, values in loss.items())
        return f"{where_}: {parts}."
    verdict = compared(loss["mmoe"], loss["shared_bottom"])
    sentence = t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}, difference {mean} [{low}, {high}].",
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
    first = "multitask_played" not in st.session_state and where.STEP not in st.query_params
    st.session_state["multitask_played"] = True

    def moved(position: Position) -> None:
        where.remember(position, stage.steps)
        st.session_state[where.REFRESH] = True

    def released(p: float) -> None:
        where.set_correlation(p)
        st.session_state[where.REFRESH] = True

    def clicked(click: Click) -> None:
        element = click.element if click.element is None or ">" not in click.element else None
        where.remember(
            Position(click.frame, click.hero, click.rung, element or st.query_params.get(where.PART)), stage.steps
        )
        if element is not None and click.row is not None:
            where.choose_unit(element, charts.unit_of(now.recording.config, click.rung, click.row))
        st.session_state[where.REFRESH] = True

    player(
        stage,
        key=PLAYER,
        start=where.start(stage.steps, now.recording.config.structures, hero),
        seek=st.session_state.get(where.SEEK, 0),
        autoplay=first or _autoplaying(),
        on_position=moved,
        on_hero=released,
        on_click=clicked,
    )


def _autoplaying() -> bool:
    """The flag is part of the stage's bytes: it stays as it was at the first draw."""
    return cast(bool, st.session_state.setdefault("multitask_autoplay", where.STEP not in st.query_params))


def _staleness(config: MultitaskConfig, now: Shown) -> None:
    """When the controls differ from what is on stage, say in what; offer the other source."""
    changes = settings.changes(config, now.recording.config)
    view = training.view_of(training.current())
    with st.container(horizontal=True, vertical_alignment="center", key="on_stage"):
        if view is not None and view.frames:
            st.segmented_control(
                t("On stage"),
                [RUN, RECORDED],
                default=RUN,
                key=where.SHOWN,
                required=True,
                label_visibility="collapsed",
                format_func=lambda source: t("Your run") if source == RUN else t("Recorded sweep"),
                on_change=lambda: st.session_state.update({where.REFRESH: True}),
            )
        if changes:
            listed = ", ".join(
                f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}"
                for name, (mine, theirs) in list(changes.items())[:8]
            )
            more = " …" if len(changes) > 8 else ""
            st.caption(t("On stage is another setting; Train takes: {changes}", changes=listed + more))
        elif view is not None and view.state == FINISHED and now.source == RUN:
            st.caption(t("On stage is your run, finished. Recording {digest}.", digest=now.recording.digest))
        else:
            st.caption(
                t(
                    "On stage: {count} seeds of each structure, seed {seed} followed.",
                    count=now.recording.config.runs,
                    seed=now.recording.config.seed,
                )
            )
