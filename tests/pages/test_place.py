"""The viewer's place: the session's record and the URL."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import place
from tests.pages.visits import PATIENCE


def script() -> None:
    import streamlit as st

    from pages.ui.place import Place

    here = Place("demo", ("low", "high"), r"[a-z]", "demo_hero", 0.0)
    here.follow("player")
    st.session_state["player"] = {}
    st.button("choose", key="choose", on_click=here.write, args=("demo_video", "7"))
    st.text(f"{here.read('demo_rung')}|{here.read('demo_video')}|{here.seeks}")


def opened() -> AppTest:
    """With a rung in the link, and a video chosen since."""
    at = AppTest.from_function(script, default_timeout=PATIENCE)
    at.query_params["demo_rung"] = "low"
    at.run()
    assert at.text[0].value == "low||0"
    at.button(key="choose").click().run()
    assert at.text[0].value == "low|7|0" and "".join(at.query_params["demo_video"]) == "7"
    return at


def test_a_request_with_an_older_url_takes_nothing_back() -> None:
    at = opened()
    del at.query_params["demo_video"]
    at.run()
    assert at.text[0].value == "low|7|0" and "".join(at.query_params["demo_video"]) == "7"


def test_back_and_forward_bring_the_player_along(monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened()
    monkeypatch.setattr(place, "_went_back", lambda: True)
    del at.query_params["demo_video"]
    at.query_params["demo_rung"] = "high"
    at.run()
    assert at.text[0].value == "high||1" and "demo_video" not in at.query_params


def test_what_a_link_came_with_is_restored_too() -> None:
    at = AppTest.from_function(script, default_timeout=PATIENCE)
    at.query_params["demo_video"] = "9"
    at.run()
    at.query_params.clear()
    del at.session_state["player"]
    at.run()
    assert at.text[0].value.split("|")[1] == "9" and "".join(at.query_params["demo_video"]) == "9"


def test_coming_from_another_page_restores_the_url() -> None:
    at = opened()
    at.query_params.clear()
    del at.session_state["player"]
    at.run()
    assert at.text[0].value == "low|7|1"
    assert ["".join(at.query_params[name]) for name in ("demo_rung", "demo_video")] == ["low", "7"]
