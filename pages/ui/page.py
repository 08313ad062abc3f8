"""A declared page, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from engine.runs.config import Config
from pages.ui import arrival, phones, presenter, share, stage_view
from pages.ui.declared import Page
from pages.ui.language import sentences, t
from pages.ui.marked import unmarked
from pages.ui.pieces import model_files, odd_runs, on_your_settings, report
from pages.ui.pieces.downloads import downloads
from pages.ui.pieces.room import Room
from pages.ui.pieces.section import Section, draw_section, own_section, section
from pages.ui.pieces.story_panel import story_invitation, story_panel
from pages.ui.pieces.verdict import judgement
from pages.ui.run import live, polling, training
from pages.ui.run.on_stage import OnStage

C = TypeVar("C", bound=Config)
S = TypeVar("S", bound=OnStage[Any])


def draw(page: Page[C, S]) -> None:
    """Sidebar, notice, the point of the story being told, the stage, and the sections under it, from top to bottom."""
    polling.begin()
    look = live.watch()  # from here on: what a run does while the page is drawn is noticed at its end
    place, name = page.place, page.about.name
    arrival.by_old_names(name, page.engine.config.renamed)
    place.follow(page.key)
    with st.sidebar:
        config = page.settings.sidebar(partial(arrival.take, page))
        share.link()
        presenter.switch(page.about.name)
    presenter.dress()
    notice = st.container()  # always there: what comes below must not change its place when the notice goes
    for sentence in training.lost_in_reload():
        notice.warning(t(sentence))
    beside = st.container()  # a point being told stands in the sidebar's place, on a phone above the stage
    show = partial(arrival.show_state, page)
    room = Room(page)
    if presenter.on():
        room.draw(beside)
    else:
        story_panel(name, show, beside, lambda asked: page.questions[asked](page.shown()))
    presenter.keys(room.walk, room.home)
    if presenter.on():
        phones.button()

    def tell(setting: Mapping[str, str]) -> None:
        show(setting)
        place.refresh()  # from inside the stage's fragment: the whole page follows

    def drawn() -> None:
        stage_view.draw(page, config, lambda: story_invitation(name, tell))
        if page.below is not None:
            page.below()

    live.stage(place, page.key, drawn)
    _below(page, config)
    polling.clock(look)


def _below(page: Page[C, S], config: C | None) -> None:
    """What is under the stage, the same parts in the same order on every page; `config` is what the controls make."""
    place, shipped = page.place, page.engine.shipped

    def ask(one: Section[S]) -> None:
        odd_runs.draw(page, one)
        on_your_settings.draw(shipped, page.settings, one.key, one.claims(), config)

    drill = page.drill
    if drill is not None:
        live.followed(lambda: drill(page.shown()), "drill")
    st.subheader(t("A closer look"), anchor=False)
    for one in page.looks:
        draw_section(one, place, shipped, page.shown)
    st.subheader(t("Experiments"), anchor=False)
    st.caption(page.experiments_about())
    for one in page.experiments:
        draw_section(one, place, shipped, page.shown, ask)
    st.subheader(t("Your data"), anchor=False)
    own_section(t(page.own.title), place.open_key(page.own.key), page.own.draw)
    st.subheader(t("Notes and downloads"), anchor=False)
    section(t("Notes: formulas, source, code"), place.open_key("notes"), page.notes.draw, ":material/functions:")
    _take_away(page)


def _take_away(page: Page[C, S]) -> None:
    now, place = page.shown(), page.place
    table, blocks = page.export.prepare(now)
    judged = page.judged(now)
    told = page.answer(now) if judged is None else sentences((page.answer(now), judgement(now, judged)))
    answer, address, groups = unmarked(told) + page.export.remark(now), share.noted(), page.settings.groups
    downloads(
        f"gatescope-{page.about.name}-{now.config.digest[:8]}",
        recording=now.recording.to_bytes,
        table=table,
        about_table=t(page.export.about),
        report=lambda: report.of_run(page.about.question, answer, now.recording, groups, address, *blocks()),
        model=model_files.of_stage(page.engine, now, place.rung_of(now.config.rungs), page.export.opened),
    )
