"""The question, the stage and the run bar."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.recommender import RecommenderConfig
from engine.recommender.serving.scene import watches
from engine.recommender.shipped import recorded
from engine.runs.table import Table
from pages.recommender import PLAYGROUND, charts, settings, where
from pages.recommender.answer import answer
from pages.recommender.shown import Shown, same_world, shown
from pages.recommender.where import PLACE
from pages.ui.language import t
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.run import live, training
from pages.ui.run.live import RECORDED, RUN

PLAYER = "recommender_player"


def stage(config: RecommenderConfig | None) -> None:
    """Question, stage, what is on it, and the run bar."""
    now = shown()
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now))
    _player(now)
    changes = config.differences(now.config) if config is not None and not now.own else {}
    if config is not None:
        live.on_stage(
            PLACE,
            changes,
            lambda name, mine, theirs: f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}",
            run_shown=now.source == RUN,
            recorded_name=t("Recorded"),
            otherwise=t("On stage: {videos} videos, seed {seed}.", videos=f"{len(now.site.world.videos):,}", seed=now.config.seed),
            recording=now.recording,
            switched=_switched,
        )  # fmt: skip
    training.run_bar(config, changed=len(changes), on_train=lambda: _train(config), on_reset=_reset)


def _switched() -> None:
    """Callback: users and videos of another world are others."""
    run = training.current()
    if run is None or not same_world(run.config, recorded().config):
        where.forget()


def _train(config: RecommenderConfig | None) -> None:
    where.forget()
    live.train(PLACE, config)


def train_own(config: RecommenderConfig, table: Table) -> None:
    """Callback: train on the user's file."""
    where.forget()
    live.train(PLACE, config, table, "own")


def _reset() -> None:
    live.end(PLACE)
    where.go({})


def _player(now: Shown) -> None:
    origin = "live" if now.live else "recorded" if now.source == RECORDED else "run"
    stage = charts.stage(now, origin)
    first = st.session_state.setdefault("recommender_autoplay", not PLACE.read(PLACE.step))

    def moved(position: Position) -> None:
        PLACE.remember(position, stage.steps)
        PLACE.refresh()

    def released(value: float) -> None:
        where.choose_user(value)
        PLACE.refresh()

    def clicked(click: Click) -> None:
        user = int(click.hero or 0)
        if user != now.at():  # the slider was moved and not yet told
            where.choose_user(float(user))
        _ask(now, click, user)
        PLACE.remember(Position(click.frame, click.hero, click.rung), stage.steps)
        PLACE.refresh()

    player(
        stage,
        key=PLAYER,
        start=PLACE.start(stage.steps, where.RUNGS, float(now.at())),
        seek=PLACE.seeks,
        autoplay=bool(first),
        on_position=moved,
        on_hero=released,
        on_click=clicked,
    )


def _ask(now: Shown, click: Click, at: int) -> None:
    """A click on a pixel or a line asks about a video; one on a watch takes it away."""
    if click.row is None:
        return
    user, day = now.users[at], now.days[click.frame]
    if click.panel == "history":
        seen = watches(now.site, user, day, charts.LISTED)
        if click.row < len(seen):
            where.toggle(seen[click.row].video)
        return
    if click.panel == "field":
        video = now.field.video(click.row)
    else:
        scene = now.scene(user, day)
        lines = charts.lines_of(scene)
        video = int(lines[min(click.row, len(lines) - 1)]) if len(lines) else -1
    if video >= 0:
        where.look_at(int(np.int64(video)))
