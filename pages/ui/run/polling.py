"""Polling: what is drawn anew while something goes on, and only when there is something new.

Streamlit's own timer draws a fragment at every tick, sends all of it again and lets the browser find out that nothing has
changed: beside two trainings it took half of the server. Here one small fragment keeps the time, looks, and asks for those
fragments alone whose *stamp* has changed since they were drawn. A poll that finds nothing new sends nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

SECONDS = 0.25
CLOCK, TICKING = "clock", "ticking"
SHARE = 5.0
"""A drawing waits so many times as long as it took until it is drawn again: on a server with much to do pictures come later,
and what viewers click does not wait for them."""
Stamp = Callable[[], object]
"""What a drawing shows, told shortly: while it is equal, the drawing is still true."""


@dataclass(slots=True)
class _Polled:
    """A fragment of the page: its stamp now and as it was drawn, whether anything will come, when it may be drawn again, and whether the
    clock has asked for it."""

    stamp: Stamp
    going_on: Callable[[], bool]
    drawn: object = None
    rests_until: float = 0.0
    called: bool = False

    def due(self, now: float) -> bool:
        """Whether the fragment shows what is no longer so, and has rested."""
        return now >= self.rests_until and self.stamp() != self.drawn


def _held() -> dict[str, _Polled]:
    held: dict[str, _Polled] = st.session_state.setdefault("polled", {})
    return held


def polled(draw: Callable[[], None], key: str, stamp: Stamp, going_on: Callable[[], bool]) -> None:
    """Draw a fragment that `clock`, while anything is going on, draws again whenever its stamp is another one."""
    one = _held().setdefault(key, _Polled(stamp, going_on))
    one.stamp, one.going_on = stamp, going_on

    def drawn() -> None:
        began = time.monotonic()
        one.drawn = stamp()  # before it is drawn: what comes meanwhile is shown at the next tick
        draw()
        ended = time.monotonic()
        one.rests_until = ended + SHARE * (ended - began)

    st.fragment(drawn, key=key)()


def called(key: str) -> bool:
    """Whether the clock has asked for this drawing of a fragment, and not something that the viewer did in it. True once."""
    one = _held().get(key)
    asked = one is not None and one.called
    if one is not None:
        one.called = False
    return asked


def begin() -> None:
    """At the start of the whole page: what was polled on it before is no more."""
    _held().clear()


def clock(look: Callable[[], None]) -> None:
    """At the end of the whole page: keeps the time while something is going on, or has ended since it was drawn. `look` is called
    now and at each tick, before what is new is drawn; it may run the whole page."""

    def tick() -> None:
        look()
        now = time.monotonic()
        due = [key for key, one in _held().items() if one.due(now)]
        if due:
            _draw_again(due)

    look()  # what ended while the page was being drawn would stand there as it was before
    st.session_state[TICKING] = going_on() or any(one.stamp() != one.drawn for one in _held().values())
    if st.session_state[TICKING]:
        st.fragment(tick, run_every=SECONDS, key=CLOCK)()


def going_on() -> bool:
    """Whether anything drawn so far may soon be out of date."""
    return any(one.going_on() for one in _held().values())


def ticking() -> bool:
    """Whether the page's clock keeps the time."""
    return bool(st.session_state.get(TICKING, False))


def _draw_again(keys: Sequence[str]) -> None:
    """Ask for fragments by their keys, as `st.rerun(keys)` does; that one may be called from a callback only, since it would
    break off what is being drawn. Here that is the clock, which draws nothing and is through."""
    context = get_script_run_ctx()
    if context is None or context.script_requests is None or not context.fragment_ids_this_run:
        return  # in a run of the whole page all has just been drawn
    due = [name for key in keys for name in _fragments(key)]
    if not due:
        return  # they went with the section that they were drawn in
    for key in keys:
        _held()[key].called = True
    asked = [name for name in context.fragment_ids_this_run if name not in _fragments(CLOCK)]
    fragments = list(dict.fromkeys([*asked, *due]))  # what was asked for along with this tick is broken off too
    context.script_requests.request_rerun(
        RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            fragment_id_queue=fragments,
            is_fragment_scoped_rerun=True,
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
    )


def _fragments(key: str) -> list[str]:
    """Streamlit's names of a fragment; none where it is no longer on the page."""
    context = get_script_run_ctx()
    try:
        return [] if context is None else context.fragment_storage.resolve_target(key)
    except StreamlitAPIException:
        return []
