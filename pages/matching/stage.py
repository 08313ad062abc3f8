"""The player's scene of the queries on stage, what a click does, and what the stage cannot show."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.matching.data.hashing import tokens
from pages.matching import charts, where
from pages.matching.shown import Shown, gone_of, shortened
from pages.matching.where import PLACE
from pages.ui.declared import select
from pages.ui.language import bare, t
from pages.ui.player.position import Click, Position
from pages.ui.player.stage import Stage


def stage(now: Shown) -> Stage:
    """Every query offered, the one on stage without the words that were deleted."""
    scenes, at = now.offered(), now.at()
    whole = scenes[at]
    scenes[at] = shortened(whole)
    texts = [(scene.query, scene.rows[0]) for scene in scenes]
    texts[at] = (whole.query, whole.rows[0])
    gone = [gone_of(whole) if n == at else () for n in range(len(scenes))]
    unread = where.asked() if where.asked() and not now.hand.library.lexicon.row(where.asked()) else ""
    warning = (
        bare("“{query}” holds no letter to read, so the stage shows another query.", query=unread) if unread else ""
    )
    return charts.stage(now.config, now.frame.step, now.models, scenes, texts, gone, float(at), now.origin, warning)


def clicked(now: Shown, stage: Stage, click: Click) -> None:
    """A word is deleted or comes back; a cell of the maps opens its unit at its word; else a part is selected."""
    whole = now.whole()
    if click.panel == "match" and click.row is not None:
        where.toggle(click.row, len(whole.query) + len(whole.rows[0]))
    elif click.panel == "maps" and click.row is not None and click.column is not None:
        rows = np.asarray(stage.arrays[f"{click.rung}.rows"])
        PLACE.write(where.UNIT, str(int(rows[now.at(), 0, click.row]) + 1))
        PLACE.remember(Position(click.column, click.hero, click.rung, "d1_inner"), stage.steps)
        PLACE.seek()
    else:
        select(PLACE, stage, click)


def asked(now: Shown, text: str) -> None:
    """A typed query comes on stage."""
    where.ask(text, len(now.hand.picks()))


def remarks(now: Shown) -> None:
    """What the stage cannot show: a document that was cut."""
    scene, longest = now.scene(), now.config.longest
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
