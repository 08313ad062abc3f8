"""A viewer's file on the page: read once, kept only when it can be used, and refused without being read again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.matching import PairsConfig
from engine.multitask.own_data.sample import sample_table
from engine.recommender import OwnLogConfig
from engine.recommender.own_log.sample import sample_log
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.service.run import Run, State
from engine.tables import guard
from pages.ui.run import uploads
from tests.pages.visits import PATIENCE, opened_at

PAIRS = "".join(f"query {n}\tdocument {n % 7}\n" for n in range(60)).encode()
TEXT = b"the cat sat on the mat. " * 400
FILES: dict[str, tuple[str, str, bytes, bytes, str]] = {
    "multitask": (
        "own_data",
        "t.csv",
        sample_table(400).to_csv(index=False).encode(),
        b"a,a\n" + b"1,2\n" * 300,
        "named a",
    ),
    "recommender": ("own_log", "t.csv", sample_log(), b"a,b\n" + b"1,2\n" * 300, "A log needs a user"),
    "matching": ("own_pairs", "t.tsv", PAIRS, b"one column\n" * 30, "A row needs a query"),
    "recurrent": ("own_text", "t.txt", TEXT, b"short", "A text needs"),
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done to files, in order."""
    done: list[str] = []

    def noting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **how: (done.append(name), function(*args, **how))[1]

    monkeypatch.setattr(guard, "read", noting("read", guard.read))
    monkeypatch.setattr(uploads, "keep", noting("keep", uploads.keep))
    return done


def opened(room: str, section: str) -> AppTest:
    def page(room, section):  # its source is run by itself: no names of this module
        import importlib

        import streamlit as st

        where = importlib.import_module(f"pages.{room}.where")
        st.session_state["lang"] = "en"
        for name in ("own", section):
            st.session_state[where.PLACE.open_key(name)] = True
        importlib.import_module(f"pages.{room}.{section}").draw()

    return AppTest.from_function(page, args=(room, section), default_timeout=PATIENCE).run()


@pytest.mark.parametrize("room", FILES)
def test_a_file_is_read_once_and_kept_when_it_can_be_used(room: str, told: list[str]) -> None:
    section, name, good, bad, words = FILES[room]
    first = (
        ["read", "read"] if room in ("recommender", "matching") else ["read"]
    )  # of what is refused for roles, the names
    at = opened(room, section)
    uploader = at.file_uploader(key=f"{room}_upload")
    uploader.upload(name, bad, "text/plain").run()
    for _ in range(2):
        assert [error for error in at.error if words in error.value] and told == first and not at.exception
        at.run()
    uploader = at.file_uploader(key=f"{room}_upload")
    uploader.upload(name, good, "text/plain").run()
    for _ in range(2):
        assert told == [*first, "read", "keep"] and not at.error and not at.exception
        at.run()
    assert at.session_state["readings"].kept[room][1].digest == hashlib.sha256(good).hexdigest()


def test_a_page_says_that_a_file_waits(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SHORT", -1)
    monkeypatch.setattr(guard, "PATIENCE", 0.02)
    monkeypatch.setattr(guard, "GLANCE", 0.01)
    section, name, good, _, _ = FILES["multitask"]
    at = opened("multitask", section)
    with guard._turn(None), guard._turn(None):
        at.file_uploader(key="multitask_upload").upload(name, good, "text/plain").run()
        assert [error for error in at.error if "Too many files are being read" in error.value] and told == ["read"]
    at.run()
    assert not at.error and told == ["read", "read", "keep"]  # nothing was wrong with it


def test_the_stage_reads_what_was_kept_once(told: list[str]) -> None:
    """The texts and the site of a run are those of the file, however often they are asked for."""

    def page(good, name):  # its source is run by itself: no names of this module
        import streamlit as st

        from engine.errors import UserError
        from engine.matching import PairsConfig
        from engine.recommender import OwnLogConfig
        from pages.matching.shown import _hand
        from pages.recommender.shown import site_of_config
        from pages.ui.run import uploads

        pairs, log = uploads.keep("matching", good), uploads.keep("recommender", name)
        for _ in range(2):
            hand = _hand(PairsConfig(table=pairs.digest))
            site = site_of_config(OwnLogConfig(table=log.digest))
        st.session_state["sizes"] = len(hand.library.log.documents), len(site.world.people), len(site.known) > 0
        try:
            site_of_config(OwnLogConfig(table="0" * 64))
        except UserError as error:
            st.session_state["gone"] = str(error)

    at = AppTest.from_function(page, args=(PAIRS, sample_log()), default_timeout=PATIENCE).run()
    assert at.session_state["sizes"] == (7, 400, True) and told.count("read") == 2
    assert not at.exception and "Choose the file again" in at.session_state["gone"]


@pytest.mark.parametrize("name", ["matching", "recommender"])
def test_a_run_whose_file_is_gone_leaves_stage_and_run_bar_in_place(name: str) -> None:
    """The recording stands in for it, and a sentence says what to do."""
    config: Config = PairsConfig(table="0" * 64) if name == "matching" else OwnLogConfig(table="0" * 64)
    run = Run(config, "me", state=State.FINISHED, frames=[Frame(0, {}, {"some": np.zeros(1)})])
    at = opened_at(f"pages/{name}/page.py")
    at.session_state["run"] = run
    at.run()
    assert not at.exception
    assert ["The file is no longer on the server. Choose the file again."] == [warning.value for warning in at.warning]
    assert at.title and not at.button(key="train").disabled
