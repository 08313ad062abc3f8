"""Sessions: two things about a visitor's session that Streamlit 1.67 leaves undone.

*A rerun that is asked for while the last one is finishing begins when that one's last word is sent* (`mend`). Streamlit
hands a rerun to the thread that runs the session's script. If that has done its work and takes no more, another thread
is started at once, and whatever the first has said and the server has not yet passed on is thrown away. Of a short run
that is everything: a look that was opened between two ticks of the clock stays empty, on a busy server one in a few
hundred. Here the second waits for as long as the first's words take, some thousandths of a second.

*A session to which nobody can come back is let go* (`let_go`). Streamlit drops it only when another visitor leaves.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from streamlit import runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner

LOOK_SECONDS = 0.002
PATIENCE_SECONDS = 2.0
"""After which the next begins anyway: the last one's thread died without a word."""

_begin_at_once = AppSession._create_scriptrunner
_held: WeakKeyDictionary[AppSession, list[RerunData]] = WeakKeyDictionary()
"""What waits, by session, in the order in which it was asked for. Of the server's event loop alone."""


def mend() -> None:
    """Let sessions begin so, from now on. Called once, before the first visitor."""
    AppSession._create_scriptrunner = _begin  # type: ignore[method-assign, assignment]


def let_go() -> None:
    """Drop the sessions whose time to be taken up again is over, with the memory and the three handles of each. From any
    thread: it is done in the server's own."""
    if runtime.exists():
        server = runtime.get_instance()
        ended = server._session_mgr._session_storage._cache  # type: ignore[attr-defined]
        server._get_async_objs().eventloop.call_soon_threadsafe(ended.expire)


def _begin(session: AppSession, asked: RerunData) -> None:
    """In place of `AppSession._create_scriptrunner`, which is called where no runner took the rerun. A session still holds a
    runner then only if that one is finishing: one that is broken off in favour of the whole page is let go before."""
    waiting = _held.setdefault(session, [])
    waiting.append(asked)
    finishing = session._scriptrunner
    if finishing is None:
        _begin_all(session)
    elif len(waiting) == 1:
        _wait(session, finishing, PATIENCE_SECONDS)


def _wait(session: AppSession, finishing: ScriptRunner, seconds: float) -> None:
    """Look again and again whether a runner's last event, which takes it from the session, has been handled."""
    runner = session._scriptrunner
    if runner is finishing and seconds > 0:
        session._event_loop.call_later(LOOK_SECONDS, _wait, session, finishing, seconds - LOOK_SECONDS)
    elif runner is finishing or runner is None:
        _begin_all(session)  # else the whole page was asked for meanwhile, and took along what waited


def _begin_all(session: AppSession) -> None:
    """Begin with what was asked for first; the rest joins it, as it would have without the wait."""
    waiting = _held.pop(session, [])
    if not waiting or session._state == AppSessionState.SHUTDOWN_REQUESTED:
        return
    first, *rest = waiting
    _begin_at_once(session, first)
    for asked in rest:
        runner = session._scriptrunner
        if runner is None or not runner.request_rerun(asked):
            _begin(session, asked)
