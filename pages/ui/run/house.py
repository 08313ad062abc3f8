"""The house: what a server has once, and the thread that looks after it.

Streamlit lets go of whatever hangs on a session when its connection breaks, and a break of three seconds is no end. So
the owner of runs and files is a name in the session's state, and this thread sees who is there.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
import uuid
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.runs.service.policy import RunPolicy
from engine.runs.service.presence import Presence
from engine.runs.service.runs import Runs
from engine.runs.service.started import started
from engine.runs.service.uploads import Uploads
from pages.ui.run import sessions
from pages.ui.run.beforehand import NAME, Beforehand
from pages.ui.run.collector import Collector
from pages.ui.run.scratch import scratch
from pages.ui.run.turns import Turns

LOG = logging.getLogger("gatescope.house")
LOOK_SECONDS = 1.0
RETURN_SECONDS = 10.0
"""Beyond the time for which Streamlit keeps a session whose connection broke: then nobody can come back to it."""
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class House:
    """What a server has once.

    runs       who trains
    uploads    users' files
    presence   who is there
    collector  when garbage is collected
    turns      who is drawn
    beforehand what is made while nobody is there
    """

    runs: Runs
    uploads: Uploads
    presence: Presence
    collector: Collector
    turns: Turns
    beforehand: Beforehand
    closed: threading.Event

    def keep_watch(self) -> None:
        """See every second who is there and what can be collected, until the house is closed."""
        pinned = st.get_option("server.fileWatcherType") == "none"  # hot reload would keep stale modules
        if pinned:
            self.collector.start()
        while not self.closed.wait(LOOK_SECONDS):
            try:
                self.presence.look()
                if pinned:
                    self.collector.look()
                began = time.monotonic()
                while self.collector.quiet and time.monotonic() - began < LOOK_SECONDS and self.beforehand.go_on():
                    pass
            except Exception:  # a defect must not end the watch: runs and files would stay for ever
                LOG.exception("looking after the house failed")

    def close(self) -> None:
        """The server ends. It is told so twice: by Streamlit, unless a session never came, and by Python, unless a signal ended it."""
        if self.closed.is_set():
            return
        self.closed.set()
        self.runs.close()


@st.cache_resource(show_spinner=False, on_release=lambda made: made.close())
def house() -> House:
    """What all visitors of this server share: the runs, the files, and who is there.

    When a tab closes or its connection breaks, its runs end after `RunPolicy.grace_seconds` ("lost"), unless it comes "back".
    Its files are deleted once nobody can come back to the session ("left"): Streamlit keeps one for
    `server.disconnectedSessionTTL`, 120 s by default.
    """
    logging.getLogger("gatescope").setLevel(logging.INFO)
    runs, uploads = started(RunPolicy.from_environment()), Uploads(scratch().folder / "uploads")
    collector = Collector()

    def left(owner: str) -> None:
        uploads.release(owner)
        sessions.let_go()
        collector.used()  # what was let go is there to collect

    presence = Presence(
        _connected,
        lost=runs.release,
        back=runs.claim,
        left=left,
        keep_seconds=float(st.get_option("server.disconnectedSessionTTL")) + RETURN_SECONDS,
    )
    made = House(runs, uploads, presence, collector, Turns(), Beforehand(), threading.Event())
    atexit.register(made.close)
    threading.Thread(target=made.keep_watch, daemon=True, name=NAME).start()
    return made


def owner() -> str:
    """This tab's name among the owners of runs and files. Called in every rerun: it says that the tab is there."""
    name = str(st.session_state.setdefault(OWNER, uuid.uuid4().hex))
    context = get_script_run_ctx()
    if context is not None:
        house().presence.here(name, context.session_id)
    house().collector.used()
    return name


def _connected(session: str) -> bool:
    """Whether a browser holds this session's connection; outside a server everybody is there."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
