"""What comes back from the player, as Streamlit holds it for a session."""

from __future__ import annotations

import pytest
import streamlit as st

from pages.ui.player import player


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    held: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", held)
    return held


def test_a_click_that_comes_twice_is_one(session: dict[str, object]) -> None:
    came = player._Came("p")
    session["p"] = {"click": {"panel": "net", "row": 1, "nth": 4}}
    assert came.click() == {"panel": "net", "row": 1, "nth": 4}
    assert came.click() is None and player._Came("p").click() is None
    session["p"] = {"click": {"panel": "net", "row": 1, "nth": 5}}
    assert came.click() is not None


@pytest.mark.parametrize("held", [None, 3, {}, {"position": 3, "click": []}, {"position": [], "click": "x"}])
def test_a_browser_may_send_anything(session: dict[str, object], held: object) -> None:
    session["p"] = held
    came = player._Came("p")
    assert came.state("position") is None and not isinstance(came.click(), dict)


def test_what_lasts_stands_beside_its_number(session: dict[str, object]) -> None:
    session["p"] = {"position": {"value": {"frame": 2}, "nth": 9}}
    assert player._Came("p").state("position") == {"frame": 2}
