"""The stage as a fragment: drawn again when a run has something new, and never stale without saying so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.runs.service.run import View
from engine.runs.table import Table
from pages.ui.language import t
from pages.ui.place import Place
from pages.ui.run import polling, training

RECORDED, RUN = "recorded", "run"
C = TypeVar("C", bound=Config)


def stage(place: Place, player: str, draw: Callable[[], None]) -> None:
    """Draw it, and again with each frame of a run; the whole page runs when one begins, has its first frame, or ends."""
    active, begun = training.active(), _begun()

    def fragment() -> None:
        if place.take_refresh() or (training.active(), _begun()) != (active, begun):
            _run_page()
        place.follow(player)
        if not active and training.current() is not None:
            st.query_params.pop(training.MARK, None)  # a request that left before the end has brought it back
        if active and training.MARK not in st.query_params:
            st.query_params[training.MARK] = "1"  # coming from another page has emptied the URL
        draw()
        if training.active() != active:  # it ended while this was drawn: the rest of the page must not lag behind
            _run_page()

    with_each_frame(fragment, "stage")


def with_each_frame(draw: Callable[[], None], key: str) -> None:
    """A fragment that is drawn again whenever this tab's run has another frame or another state."""
    polling.polled(draw, key, training.frames_stamp, training.active)


def followed(draw: Callable[[], None], key: str) -> None:
    """A part of the page that follows a run frame by frame. A control inside may move the stage, so what the viewer does in it
    draws the whole page."""
    drawn = False

    def fragment() -> None:
        nonlocal drawn
        if drawn and not polling.called(key):
            st.rerun()
        drawn = True
        draw()

    with_each_frame(fragment, key)


def watch() -> Callable[[], None]:
    """What the page's clock looks for, from how things stand now: the whole page runs when a run begins, has its first
    frame, or ends."""
    active, begun = training.active(), _begun()

    def look() -> None:
        if (training.active(), _begun()) != (active, begun):
            _run_page()

    return look


def _run_page() -> None:
    if training.current() is not None and not training.active():
        st.query_params.pop(training.MARK, None)
    st.rerun()


def _begun() -> bool:
    """Whether there is anything of this tab's run to look at: what stands below the stage is of the recording until then."""
    view = training.view_of(training.current())
    return view is not None and bool(view.frames)


def moments(recording: Recording[C]) -> list[int]:
    """Steps of training whose parameters were kept: those that can be looked into."""
    return [frame.step for frame in recording.frames if frame.parameters]


def moment(place: Place, recording: Recording[C], active: bool) -> Frame:
    """The moment of training that the URL asks for, if there is one; the last while it trains. One that was not kept is of
    another run, which a link does not bring along."""
    steps, written = moments(recording), place.read(place.moment)
    asked = next((step for step in steps if str(step) == written and not active), steps[-1])
    return recording.frames[recording.nearest(asked)]


def earlier(recording: Recording[C], frame: Frame) -> bool:
    """Whether a frame is of an earlier moment than the recording's last."""
    return frame.step != moments(recording)[-1]


def choose_moment(place: Place, recording: Recording[C], active: bool) -> None:
    """The slider that brings an earlier moment of a training on stage, where there are any and nothing trains."""
    steps = moments(recording)
    if active or len(steps) < 2:
        return
    key = f"{place.moment}_{steps[-1]}_{len(steps)}"  # another training, another control
    st.session_state[key] = moment(place, recording, active).step
    st.select_slider(
        t("Moment on stage, in training steps"), steps, key=key, format_func=lambda step: f"{step:,}",
        on_change=_go_to_moment, args=(place, key, steps[-1]),
        help=t("The stage, and what is told of it below, show the models as they were then."),
    )  # fmt: skip


def _go_to_moment(place: Place, key: str, last: int) -> None:
    """Callback, so that what is drawn before the slider knows of it too."""
    step = st.session_state[key]
    place.write(place.moment, "" if step == last else str(step))


def running(place: Place, kind: type[Config]) -> View | None:
    """This tab's run, when it is of this kind, has frames, and the viewer did not choose what was recorded."""
    run, view = training.current(), training.view_of(training.current())
    wanted = st.session_state.get(place.shown, RUN) == RUN
    mine = run is not None and isinstance(run.config, kind)
    return view if wanted and mine and view is not None and view.frames else None


MISSING = "not_on_stage"


def can_open(look: Callable[[], object]) -> bool:
    """Whether this tab's run can be looked into. Where the file that it was trained on is gone, the line under the stage says so, and the
    recording stands in."""
    try:
        look()
    except UserError as error:
        st.session_state[MISSING] = error
        return False
    st.session_state.pop(MISSING, None)
    return True


def train(place: Place, config: Config | None, table: Table | None = None, work: str = "train") -> None:
    """Callback of Train, on a user's table too."""
    if config is None:
        return
    training.train(config, table, work)
    st.session_state[place.shown] = RUN
    place.go({place.step: "", place.moment: ""})
    place.refresh()


def end(place: Place) -> None:
    """The first half of Reset: this tab's run is given up."""
    run = training.current()
    if run is not None:
        training.service().stop(run)
    st.session_state.pop("run", None)
    place.refresh()
