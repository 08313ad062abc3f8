"""The line under the stage: one chip that says where its numbers come from and what is judged of them, and what Train would change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.runs.service.run import State, View
from pages.ui.language import explain, listed, sentences, t
from pages.ui.marked import Marked, plain
from pages.ui.pieces.verdict import Judged, judgement, numbers, tests_of
from pages.ui.place import Place
from pages.ui.run import training
from pages.ui.run.live import MISSING, RECORDED, RUN
from pages.ui.run.on_stage import OnStage


def _switch(place: Place, switched: Callable[[], None] | None) -> None:
    place.write(place.moment, "")  # it was one of the other training
    if switched is not None:
        switched()
    place.refresh()


def _listed(changes: Mapping[str, tuple[Any, Any]], said: Callable[[str, Any, Any], str], most: int | None = 8) -> str:
    some = ", ".join(said(name, mine, theirs) for name, (mine, theirs) in list(changes.items())[:most])
    return some + (" …" if most is not None and len(changes) > most else "")


def _sources(place: Place, recorded_name: str, switched: Callable[[], None] | None) -> None:
    """The control that brings this tab's run on stage, or what was recorded."""
    st.segmented_control(
        t("On stage"),
        [RUN, RECORDED],
        default=RUN,
        key=place.shown,
        required=True,
        label_visibility="collapsed",
        format_func=lambda source: t("Your run") if source == RUN else plain(recorded_name),
        on_change=_switch,
        args=(place, switched),
    )


def _chip(now: OnStage[Any], recorded_name: str, judged: Judged | None, lines: tuple[str, ...]) -> None:
    """Where the numbers on stage come from and what is judged of them, with its source; opened, the tests, and all that the line
    beside it has no room for."""
    of = t("Live") if now.live else t("Your run") if now.source == RUN else plain(recorded_name)
    said = listed((of, judgement(now, judged)), " · ") if judged is not None else of
    with st.popover(said, icon=":material/database:", key="origin"):
        if judged is not None and not now.live:
            _tests(judged)
        for line in lines:
            st.markdown(line)


def draw(
    now: OnStage[Any],
    place: Place,
    changes: Mapping[str, tuple[Any, Any]],
    standing: Mapping[str, tuple[Any, Any]],
    said: Callable[[str, Any, Any], str],
    *,
    judged: Judged | None,
    recorded_name: str,
    otherwise: str,
    without: str,
    switched: Callable[[], None] | None = None,
) -> None:
    """One line: the chip; in what the controls differ from the run on stage (`said` names one difference), by somebody's
    `changes` or as they are (`standing`), or which rungs it is `without`; and the other source. `switched` is called when that
    is chosen, before the whole page runs."""
    view = training.view_of(training.current())
    if MISSING in st.session_state:
        st.warning(explain(st.session_state[MISSING]))
    differs = (
        t("Train takes: {changes}", changes=_listed(changes or standing, said, None)) if changes or standing else ""
    )
    said_without = (without,) if without else ()
    with st.container(horizontal=True, vertical_alignment="center", key="on_stage"):
        _chip(now, recorded_name, judged, (otherwise, _made(now, view), *said_without, differs))
        if view is not None and view.frames:
            _sources(place, recorded_name, switched)
        if changes:
            st.caption(t("On stage is another setting; Train takes: {changes}", changes=_listed(changes, said)))
        elif view is not None and view.state == State.FINISHED and now.source == RUN:
            finished = t("On stage is your run, finished. Recording {digest}.", digest=now.recording.digest)
            st.caption(sentences((*said_without, finished)))
        elif standing:
            st.caption(sentences((otherwise, t("Train takes: {changes}", changes=_listed(standing, said)))))
        else:
            st.caption(sentences((otherwise, *said_without)))


def _tests(judged: Judged) -> None:
    """What the verdict rests on; what has none stands there with its numbers."""
    if judged.declared:
        tests_of({judged.said: judged.verdict})
    else:
        st.markdown(judged.said + Marked(" :gray[{numbers}]").format(numbers=numbers(judged.verdict)))


def _made(now: OnStage[Any], view: View | None) -> str:
    """How long it was trained; of how many steps, where it is this tab's run."""
    step = f"{now.recording.frames[-1].step:,}"
    if now.source == RUN and view is not None and view.steps:
        return t("Trained for {step} of {steps} steps.", step=step, steps=f"{view.steps:,}")
    return t("Trained for {step} steps.", step=step)
