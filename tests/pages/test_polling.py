"""Polling: what the clock asks for, and what it must not take away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests
from streamlit.testing.v1 import AppTest

from pages.ui.run import polling


def asked_for(monkeypatch: pytest.MonkeyPatch, running: list[str], due: list[str]) -> RerunData | None:
    """What is asked for by a tick that finds `due` among the drawings, in a run of these fragments."""
    storage, requests = MemoryFragmentStorage(), ScriptRequests()
    for key in ("clock", "stage", "look"):
        storage.register(f"id of {key}", lambda: None, target_key=key)
    context = SimpleNamespace(
        fragment_storage=storage, script_requests=requests, fragment_ids_this_run=[f"id of {key}" for key in running],
        query_string="", page_script_hash="", cached_message_hashes=set(), context_info=None,
    )  # fmt: skip
    monkeypatch.setattr(polling, "get_script_run_ctx", lambda: context)
    held = {key: polling._Polled(lambda: None, lambda: True) for key in due}
    monkeypatch.setattr(polling, "_held", lambda: held)
    polling._draw_again(due)
    request = requests.on_scriptrunner_yield()
    return None if request is None else request.rerun_data


def test_a_click_that_came_along_with_a_tick_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked_for(
        monkeypatch, ["clock", "look"], ["stage"]
    )  # the tick breaks its run off before the look was drawn
    assert found is not None and found.fragment_id_queue == ["id of look", "id of stage"]


def test_a_drawing_that_has_gone_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        asked_for(monkeypatch, ["clock"], ["went with its section"]) is None
    )  # an empty list would run the whole page


def test_a_drawing_knows_once_that_the_clock_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the viewer does inside it draws the whole page, a frame of a run only itself."""
    assert asked_for(monkeypatch, ["clock"], ["stage"]) is not None
    assert polling.called("stage") and not polling.called("stage")
    assert not polling.called("look")


def test_in_a_run_of_the_whole_page_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_for(monkeypatch, [], ["stage"]) is None
    assert not polling.called("stage")


@pytest.mark.parametrize("looked", [True, False])
def test_what_ends_while_the_page_is_drawn_does_not_stand_there_as_going_on(looked: bool) -> None:
    """The page is run again where it looks at what has ended; else the clock is kept for what is drawn anew."""

    def page(looked: bool) -> None:
        import streamlit as st

        from pages.ui.run import polling

        run = st.session_state.setdefault("a run", {"state": "running"})
        before = run["state"]

        def look() -> None:
            if looked and run["state"] != before:
                st.rerun()

        polling.begin()
        polling.polled(
            lambda: st.write(run["state"]), "bar", lambda: run["state"], lambda: bool(run["state"] == "running")
        )
        run["state"] = "finished"
        polling.clock(look)

    at = AppTest.from_function(page, kwargs={"looked": looked}).run()
    assert not at.exception
    assert at.markdown[0].value == ("finished" if looked else "running")
    assert at.session_state[polling.TICKING] == (not looked)
