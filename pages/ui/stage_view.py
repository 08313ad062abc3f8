"""The upper half of a page: the question with its answer, the stage, what is on it, and the run bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from engine.runs.config import Config
from pages.ui import arrival
from pages.ui.declared import Page, remember, select
from pages.ui.language import t
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.player.stage import Opening, Stage
from pages.ui.run import left_out, live, status_line, training
from pages.ui.run.live import RECORDED
from pages.ui.run.on_stage import OnStage

C = TypeVar("C", bound=Config)
S = TypeVar("S", bound=OnStage[Any])


def draw(page: Page[C, S], config: C | None, invite: Callable[[], None]) -> None:
    """Draw it; `config` is what the controls make, None where they make none, and `invite` draws the way into the story."""
    now, place = page.shown(), page.place
    with st.container(key="question", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", key="heading"):
            st.title(t(page.about.question), anchor=False, width="content")
            invite()
        with st.container(key="answer"):
            st.markdown(page.answer(now))
    _player(page, now, config)
    page.remarks(now)
    own = type(now.config) is not page.engine.config  # a viewer's own data: the controls speak of another run
    changes = config.differences(now.config) if config is not None and not own else {}
    standing = {}
    if config is not None and now.source == RECORDED:  # a recording may be longer than what is trained while one waits
        touched = page.settings.touched(config)
        standing = {name: both for name, both in changes.items() if name not in touched}
        changes = {name: both for name, both in changes.items() if name in touched}
    if config is not None:
        status_line.draw(
            now,
            place,
            changes,
            standing,
            page.settings.difference,
            judged=page.judged(now),
            recorded_name=t(page.recorded),
            otherwise=page.otherwise(now),
            without="" if own or now.source == RECORDED else left_out.why(page.settings.groups, now.config),
            switched=page.switched,
        )

    _run_bar(page, config, len(changes))


def _run_bar(page: Page[C, S], config: C | None, changed: int) -> None:
    def train() -> None:
        page.before_train()
        live.train(page.place, config)

    training.run_bar(
        config,
        changed=changed,
        on_train=train,
        on_reset=lambda: arrival.reset(page),
        switches=lambda: left_out.switches(page.place, page.settings.groups, config),
    )


def opens(page: Page[C, S], now: S, config: C | None) -> bool:
    """Whether the stage is the one that the page opens on, wherever on it the viewer is: what was recorded, with nothing chosen."""
    place = page.place
    beside = [name for name in place.names if name not in (place.step, place.rung, place.part, place.hero)]
    touched = config is None or page.settings.touched(config) or page.settings.chosen() is not None
    return now.source == RECORDED and not touched and not any(map(place.read, beside))


def _player(page: Page[C, S], now: S, config: C | None) -> None:
    place = page.place
    opening = Opening(place.opens_on, place.hero_start) if opens(page, now, config) else None
    stage = replace(page.stage(now), opening=opening, plays=place.plays)
    player(
        stage,
        key=page.key,
        start=place.start(stage.steps, tuple(rung.id for rung in stage.rungs), stage.hero),
        seek=place.seeks,
        autoplay=bool(st.session_state.setdefault(f"{page.about.name}_autoplay", not place.read(place.step))),
        **_done(page, now, stage),
    )


def _done(page: Page[C, S], now: S, stage: Stage) -> dict[str, Callable[..., None]]:
    """What a viewer may do on the stage, by the player's names."""
    place, how = page.place, page.player

    def moved(position: Position) -> None:
        if how.moved is not None:
            how.moved(now, stage, position)
        else:
            remember(place, stage, position)
        place.refresh()

    def released(value: float) -> None:
        (how.released or place.set_hero)(value)
        place.refresh()

    def clicked(click: Click) -> None:
        if how.clicked is not None:
            how.clicked(now, stage, click)
        else:
            select(place, stage, click)
        place.refresh()

    def asked(text: str) -> None:
        if how.asked is not None:
            how.asked(now, text)
            place.seek()
            place.refresh()

    def closed(_: str) -> None:
        if how.closed is not None:
            how.closed()
        place.refresh()

    return {"on_position": moved, "on_hero": released, "on_click": clicked, "on_asked": asked, "on_closed": closed}
