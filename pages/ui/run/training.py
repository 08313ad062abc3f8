"""Live runs of this browser tab: the service, who owns what, and the run bar."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.service.run import Run, State, View
from engine.runs.service.runs import Runs
from engine.runs.table import Table
from pages.ui.language import N_, explain, t
from pages.ui.run import polling
from pages.ui.run.house import house, owner

MARK = "training"
"""In the URL while a run is going on: after a reload it tells that there was one."""


def service() -> Runs:
    """The runs of this server."""
    return house().runs


def current() -> Run | None:
    """This tab's run, of whichever playground."""
    run = st.session_state.get("run")
    return run if isinstance(run, Run) else None


def view_of(run: Run | None) -> View | None:
    """The run as it is now."""
    return None if run is None else service().view(run)


def active() -> bool:
    """Whether this tab's run goes on."""
    run = current()
    return run is not None and run.state.active


def frames_stamp() -> object:
    """What is new of this tab's run for a picture of it: another run, state or frame."""
    run = current()
    return None if run is None else (run.number, run.state, len(run.frames), run.error is not None)


def progress_stamp() -> object:
    """What is new of it for its progress, in words."""
    view = view_of(current())
    return None if view is None else status(view)


TURN_WIDTH = 112
"""Pixels, as wide as the longer of Pause and Resume in either language."""

ASKING = "asking"
"""In the URL while a question to the viewer's settings is being answered."""

LOST = N_(
    "A run was going on when this page was reloaded or its link was copied. It ends by itself; the settings and "
    "the position are kept. Press Train to run it again."
)
LOST_QUESTION = N_(
    "A question was being asked with your settings when this page was reloaded or its link was copied. It ends "
    "unanswered; the settings are kept. Ask again below the experiment."
)


def lost_in_reload() -> list[str]:
    """What the URL says that was going on and this session does not have, in sentences of the catalogues. Told once."""
    told = []
    if MARK in st.query_params and current() is None:
        del st.query_params[MARK]
        told.append(LOST)
    if (slot := st.query_params.get(ASKING)) is not None and slot not in st.session_state:
        del st.query_params[ASKING]
        told.append(LOST_QUESTION)
    return told


def train(config: Config, table: Table | None = None, work: str = "train") -> None:
    """Callback of Train: end this tab's run and start the next."""
    with refusals_told():
        st.session_state["run"] = service().submit(config, owner(), work=work, table=table)
        st.query_params[MARK] = "1"


def drop(digests: Collection[str]) -> None:
    """This tab's run goes where it is of one of these files."""
    run = current()
    if run is not None and getattr(run.config, "table", "") in digests:
        service().stop(run)
        del st.session_state["run"]
        st.query_params.pop(MARK, None)


@contextmanager
def refusals_told() -> Iterator[None]:
    """Where a run is submitted: why it was refused stands below the run bar, until one is taken."""
    try:
        yield
        st.session_state.pop("run_error", None)
    except UserError as error:
        st.session_state["run_error"] = explain(error)


def status(view: View | None) -> str:
    """What the run is doing, in words."""
    if view is None:
        return ""
    why = explain(UserError(view.sentence, **view.values)) if view.sentence else ""
    if view.state == State.FAILED:
        return why
    if view.state == State.QUEUED:
        if why or not view.place:
            return why or t("Waiting for a training process to start")
        return t("Waiting for a free worker: place {place} in the queue", place=view.place)
    if view.state == State.RUNNING and not view.steps:
        return t("Starting")
    words = {
        State.RUNNING: N_("Running"),
        State.PAUSED: N_("Paused"),
        State.FINISHED: N_("Finished"),
        State.STOPPED: N_("Stopped"),
    }
    text = t(
        "{state}: step {step} of {steps}", state=t(words[view.state]), step=f"{view.step:,}", steps=f"{view.steps:,}"
    )
    if view.state == State.RUNNING and view.seconds_left is not None and view.step * 50 > view.steps:
        text += " · " + t("{seconds} s left", seconds=max(1, round(view.seconds_left)))
    return text + (" · " + why if why else "")


def _progress() -> None:
    view = view_of(current())
    if view is not None:
        done = view.step / view.steps if view.steps else 0.0
        st.progress(min(done, 1.0), text=status(view))
    else:
        st.caption(t("Nothing is training. The stage shows what was recorded before."))


def run_bar(
    config: Config | None,
    *,
    changed: int,
    on_train: Callable[[], None],
    on_reset: Callable[[], None],
    switches: Callable[[], None] = lambda: None,
) -> None:
    """Train, Reset, while a run goes on Pause or Resume, Step and Stop, else what `switches` draws, and the progress. `changed`
    counts settings not yet trained."""
    run, view = current(), view_of(current())
    state = view.state if view is not None else None
    with st.container(horizontal=True, vertical_alignment="center", key="run_bar"):
        how = {"key": "train", "icon": ":material/play_arrow:", "on_click": on_train, "disabled": config is None}
        st.button(_train_with(changed), type="primary", **how)  # type: ignore[arg-type]
        st.button(
            t("Reset"),
            icon=":material/restart_alt:",
            key="reset",
            on_click=on_reset,
            help=t("Back to what was recorded, with the default settings"),
        )
        if active():
            _turns(run, state)
        else:
            switches()
        polling.polled(_progress, "progress", progress_stamp, active)
    if "run_error" in st.session_state:
        st.error(st.session_state["run_error"])
    elif view is not None and view.state == State.FAILED:
        st.error(status(view), icon=":material/error:")


def _train_with(changed: int) -> str:
    if not changed:
        return t("Train")
    return t("Train with {count} changes", count=changed) if changed > 1 else t("Train with 1 change")


def _turns(run: Run | None, state: State | None) -> None:
    """Pause or Resume, Step, Stop. The first is one button of one width: nothing may move under a finger that goes for Stop."""
    paused = state == State.PAUSED
    st.button(
        t("Resume") if paused else t("Pause"),
        icon=":material/resume:" if paused else ":material/pause:",
        key="turn",
        on_click=service().resume if paused else service().pause,
        args=(run,),
        disabled=state not in (State.RUNNING, State.PAUSED),
        width=TURN_WIDTH,
    )
    st.button(
        t("Step"),
        icon=":material/skip_next:",
        key="step",
        on_click=service().step,
        args=(run,),
        disabled=state != State.PAUSED,
        help=t("Train to the next frame and pause again"),
    )
    st.button(t("Stop"), icon=":material/stop:", key="stop", on_click=service().stop, args=(run,))
