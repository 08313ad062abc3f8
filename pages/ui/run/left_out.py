"""Rungs that a live run leaves out unless the viewer wants them: the switch beside Train, and why they have no curve."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.runs.config import Config
from pages.ui.controls import controls
from pages.ui.controls.groups import Groups
from pages.ui.language import t
from pages.ui.place import Place


def left_out(kind: type[Config]) -> tuple[str, ...]:
    """Rungs that are not trained where nobody chose, lowest first: with them a run would take too long to be watched."""
    unchosen = kind()
    return tuple(rung for rung in unchosen.every_rung if rung not in unchosen.rungs)


def why(groups: Groups[Any], trained: Config) -> str:
    """Why rungs have no curve in a run, in a sentence; "" where none was left out."""
    missing = [rung for rung in left_out(groups.kind) if rung not in trained.rungs]
    return (
        t("This run left {rungs} out; the switch beside Train adds it.", rungs=groups.written(missing))
        if missing
        else ""
    )


def switches(place: Place, groups: Groups[Any], config: Config | None) -> None:
    """One for each of them, beside Train. It is the setting that lists the rungs, in the sidebar and in the URL, said shorter."""
    for rung in left_out(groups.kind):
        slot = f"{groups.kind.playground}_{rung}_too"
        if config is not None:
            st.session_state[slot] = rung in config.rungs
        st.toggle(
            t("{rung} too", rung=groups.written(rung)),
            key=slot,
            help=t("What is recorded has {rung}; a run is shorter without it.", rung=groups.written(rung)),
            disabled=config is None,
            on_change=_switch,
            args=(place, config, rung),
        )


def _switch(place: Place, config: Config, rung: str) -> None:
    chosen = {*config.rungs} ^ {rung}
    rungs = tuple(one for one in config.every_rung if one in chosen)
    if rungs:  # one alone stays
        kind = type(config)
        st.session_state[controls.key(kind, kind.ladder)] = controls.held(kind, kind.ladder, rungs)
    place.refresh()
