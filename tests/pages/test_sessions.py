"""Sessions: what a short run had to say arrives, whatever is asked for before it is passed on; what nobody comes back to goes."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.session_manager import SessionInfo

from pages.ui.run import sessions

T = TypeVar("T")
PAGE = """
import streamlit as st

@st.fragment(key="look")
def look():
    st.text("the look")

@st.fragment(key="clock")
def clock():
    pass

look()
clock()
"""
TRIES = 6_000
"""Of a thousandth of a second: far longer than anything here takes."""


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the sessions, which they ask for files that are no longer shown."""
    monkeypatch.setattr(Runtime, "_instance", MagicMock())


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(AppSession, "_create_scriptrunner", sessions._begin_at_once)
    sessions.mend()
    yield


class Tab:
    """A session as the server holds it, in a loop that this test moves on."""

    def __init__(self, folder: Path) -> None:
        script = folder / "page.py"
        script.write_text(PAGE)
        self.session = AppSession(
            ScriptData(str(script), is_hello=False),
            MemoryUploadedFileManager("/upload"),
            ScriptCache(),
            lambda: None,
            {},
        )

    async def ask(self, fragment: str = "") -> None:
        """Ask for a fragment by its key, or for the whole page, without letting the loop move on."""
        state = ClientState(is_auto_rerun=fragment == "clock")
        if fragment:
            (state.fragment_id,) = self.session._fragment_storage.resolve_target(fragment)
        self.session.request_rerun(state)

    async def until_idle(self) -> list[ForwardMsg]:
        """Let everything end; what the browser was sent meanwhile."""
        for _ in range(TRIES):
            await asyncio.sleep(0.001)
            if self.session._scriptrunner is None and self.session not in sessions._held:
                return self.session.flush_browser_queue()
        raise AssertionError("the session never came to rest")

    def until_the_thread_takes_no_more(self) -> None:
        """Wait, with the loop standing still, until the script's thread has done all that was asked of it."""
        runner = self.session._scriptrunner
        assert runner is not None
        for _ in range(TRIES):
            if runner._requests._state is ScriptRequestType.STOP:
                return
            time.sleep(0.001)
        raise AssertionError("the thread never came to its end")


def alone(work: Coroutine[Any, Any, T]) -> T:
    """What it comes to, in a thread of its own: Chromium's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def looks(messages: list[ForwardMsg]) -> int:
    """How often the look was drawn."""
    return sum(message.delta.new_element.text.body == "the look" for message in messages)


async def clicked_between_ticks(tab: Tab, then: str) -> list[ForwardMsg]:
    """The look is asked for and drawn; before the server hears of it, something else is asked for."""
    await tab.ask()
    assert looks(await tab.until_idle()) == 1
    await tab.ask("look")
    tab.until_the_thread_takes_no_more()
    await tab.ask(then)
    return await tab.until_idle()


def test_what_a_short_run_drew_arrives_though_the_clock_ticks_before_it_is_passed_on(
    mended: None, tmp_path: Path
) -> None:
    async def clicked() -> list[ForwardMsg]:
        return await clicked_between_ticks(Tab(tmp_path), "clock")

    messages = alone(clicked())
    assert looks(messages) == 1
    assert [
        list(message.metadata.run.fragment_ids) != [] for message in messages if message.HasField("new_session")
    ] == [True, True]


def test_the_whole_page_takes_along_what_waits(mended: None, tmp_path: Path) -> None:
    async def clicked() -> tuple[list[ForwardMsg], int]:
        tab = Tab(tmp_path)
        await tab.ask()
        await tab.until_idle()
        await tab.ask("clock")
        tab.until_the_thread_takes_no_more()
        await tab.ask("look")  # waits
        waiting = len(sessions._held[tab.session])
        await tab.ask()
        return await tab.until_idle(), waiting

    messages, waiting = alone(clicked())
    assert waiting == 1 and looks(messages) >= 1


def test_streamlit_still_throws_it_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where this fails, a newer Streamlit has mended it, and `mend` may go."""
    monkeypatch.setattr(AppSession, "_create_scriptrunner", sessions._begin_at_once)

    async def clicked() -> list[ForwardMsg]:
        return await clicked_between_ticks(Tab(tmp_path), "clock")

    assert looks(alone(clicked())) == 0


def test_a_session_that_is_over_begins_nothing(mended: None, tmp_path: Path) -> None:
    async def left() -> list[ForwardMsg]:
        tab = Tab(tmp_path)
        await tab.ask()
        await tab.until_idle()
        await tab.ask("clock")
        tab.until_the_thread_takes_no_more()
        await tab.ask("look")
        tab.session.shutdown()
        return await tab.until_idle()

    assert looks(alone(left())) == 0


@pytest.mark.parametrize(("keep_seconds", "still_there"), [(0, False), (600, True)])
def test_a_session_goes_when_its_time_to_come_back_is_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, keep_seconds: int, still_there: bool
) -> None:
    async def gone() -> bool:
        server, storage = MagicMock(), MemorySessionStorage(ttl_seconds=keep_seconds)
        server._session_mgr._session_storage = storage
        server._get_async_objs().eventloop = asyncio.get_running_loop()
        monkeypatch.setattr(Runtime, "_instance", server)
        session = Tab(tmp_path).session
        storage.save(SessionInfo(client=None, session=session))
        seen = weakref.ref(session)
        del session
        sessions.let_go()
        await asyncio.sleep(0)
        gc.collect()
        return seen() is not None

    assert alone(gone()) is still_there
