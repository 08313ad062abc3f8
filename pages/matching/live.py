"""The question, the stage and the run bar."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.data.hashing import tokens
from engine.runs.table import Table
from pages.matching import PLAYGROUND, charts, settings, where
from pages.matching.answer import answer, log_title
from pages.matching.shown import Shown, gone_of, shortened, shown
from pages.matching.where import PLACE
from pages.ui.language import t
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.run import live, training
from pages.ui.run.live import RECORDED, RUN

PLAYER = "matching_player"


def stage(config: MatchingConfig | None) -> None:
    """Question, stage, what is on it, and the run bar."""
    now = shown()
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now))
    _player(now)
    _remarks(now)
    own = isinstance(now.config, PairsConfig)
    changes = config.differences(now.config) if config is not None and not own else {}
    if config is not None:
        live.on_stage(
            PLACE,
            changes,
            lambda name, mine, theirs: f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}",
            run_shown=now.source == RUN,
            recorded_name=t("Recorded"),
            otherwise=t("On stage: {log}, seed {seed}.", log=log_title(now.config), seed=now.config.seed),
            recording=now.recording,
        )
    training.run_bar(config, changed=len(changes), on_train=lambda: live.train(PLACE, config), on_reset=_reset)


def _remarks(now: Shown) -> None:
    """What the stage cannot show: a typed text without words, one that was never seen, a document that was cut."""
    lexicon, scene, longest = now.hand.library.lexicon, now.scene(), now.config.longest
    if where.asked() and not lexicon.row(where.asked()):
        st.info(t("“{query}” holds no letter to read, so the stage shows another query.", query=where.asked()))
    known = [flag for token in scene.query for flag in lexicon.known(token)]
    if known and sum(known) < len(known):
        st.caption(
            t(
                "{unseen} of the {all} features of this query never occurred in training: they count nothing.",
                unseen=len(known) - sum(known),
                all=len(known),
            )
        )
    whole = tokens(now.hand.library.log.documents[scene.documents[0]], now.config.language)
    read = len(now.hand.library.documents[scene.documents[0]])
    if len(whole) > read:
        st.caption(
            t(
                "D₁ is cut to {read} of its {all} words: {longest} positions with <s> are the most.",
                read=read,
                all=len(whole),
                longest=longest,
            ).replace("<s>", "\\<s\\>")
        )


def train_pairs(config: PairsConfig, table: Table) -> None:
    """Callback: train on the user's file."""
    where.forget_query()
    live.train(PLACE, config, table, "pairs")


def _reset() -> None:
    live.end(PLACE)
    where.go({})


def _player(now: Shown) -> None:
    scenes, at = now.offered(), now.at()
    whole = scenes[at]
    scenes[at] = shortened(whole)
    texts = [(scene.query, scene.rows[0]) for scene in scenes]
    texts[at] = (whole.query, whole.rows[0])
    count = len(whole.query) + len(whole.rows[0])
    gone = [gone_of(whole) if n == at else () for n in range(len(scenes))]
    origin = "live" if now.live else "recorded" if now.source == RECORDED else "run"
    stage = charts.stage(now.config, now.frame.step, now.models, scenes, texts, gone, float(at), origin)
    first = st.session_state.setdefault("matching_autoplay", not PLACE.read(PLACE.step))

    def moved(position: Position) -> None:
        PLACE.remember(position, stage.steps)
        PLACE.refresh()

    def released(value: float) -> None:
        where.choose_query(value)
        PLACE.refresh()

    def asked(text: str) -> None:
        where.ask(text, len(now.hand.picks()))
        PLACE.seek()
        PLACE.refresh()

    def clicked(click: Click) -> None:
        if click.panel == "match" and click.row is not None:
            where.toggle(click.row, count)
        elif click.panel == "maps" and click.row is not None and click.column is not None:
            rows = np.asarray(stage.arrays[f"{click.rung}.rows"])
            PLACE.write(where.UNIT, str(int(rows[at, 0, click.row]) + 1))
            PLACE.remember(Position(click.column, click.hero, click.rung, "d1_inner"), stage.steps)
            PLACE.seek()
        else:
            element = click.element if click.element is None or ">" not in click.element else None
            here = Position(click.frame, click.hero, click.rung, element or PLACE.read(PLACE.part))
            PLACE.remember(here, stage.steps)
        PLACE.refresh()

    player(
        stage,
        key=PLAYER,
        start=PLACE.start(stage.steps, now.config.models, float(at)),
        seek=PLACE.seeks,
        autoplay=bool(first),
        on_position=moved,
        on_hero=released,
        on_asked=asked,
        on_click=clicked,
    )
