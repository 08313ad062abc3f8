"""How a viewer's file was read, on the page: the line, what is doubtful, and what is decided otherwise."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.visits import PATIENCE

ROWS = "".join(f"{n % 30};{n * 7 % 41};{1_700_000_000 + n};{n % 2}\n" for n in range(300))
LOG = ("wer;was;wann;x\n" + ROWS).encode()
GBK = ("查询\t文档\n" + "".join(f"查询{n}号\t文档{n}号的内容很多\n" for n in range(60))).encode("gb18030")


def opened(room: str, section: str, language: str, name: str, data: bytes) -> AppTest:
    def page(room, section, language):  # its source is run by itself: no names of this module
        import importlib

        import streamlit as st

        where = importlib.import_module(f"pages.{room}.where")
        st.session_state["lang"] = language
        for one in ("own", section):
            st.session_state[where.PLACE.open_key(one)] = True
        importlib.import_module(f"pages.{room}.{section}").draw()

    at = AppTest.from_function(page, args=(room, section, language), default_timeout=PATIENCE).run()
    at.file_uploader(key=f"{room}_upload").upload(name, data, "text/plain").run()
    assert not at.exception
    return at


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_line_tells_the_form_and_doubts_stand_open(language: str) -> None:
    at = opened("matching", "own_pairs", language, "t.tsv", GBK)
    (line,) = [one.value for one in at.caption if "GB18030" in one.value]
    assert "60" in line and ("tab" in line or "制表符" in line)
    assert any("GB18030" in one.value for one in at.markdown) and not at.error


def select(at: AppTest, what: str, value: object) -> AppTest:
    (box,) = [one for one in at.selectbox if str(one.key).endswith(f"_{what}")]
    box.set_value(value).run()
    assert not at.exception
    return at


def test_a_role_that_is_told_changes_what_is_read_and_travels_in_the_link() -> None:
    at = opened("recommender", "own_log", "en", "t.csv", LOG)
    assert any("wer" in one.value for one in at.markdown)  # told by what the columns hold
    assert any("watches: 300" in one.value for one in at.caption)
    select(at, "role_clicked", "x")
    assert any("watches: 150" in one.value for one in at.caption) and not at.error
    assert json.loads("".join(at.query_params["recommender_told"])) == {"roles": {"clicked": "x"}}
    select(at, "role_clicked", None)
    assert "recommender_told" not in at.query_params


def test_a_refused_file_can_be_told_its_roles() -> None:
    data = ("a;b;c\n" + "".join(f"{n % 30};{n * 7 % 41};{n}\n" for n in range(300))).encode()
    at = opened("recommender", "own_log", "en", "t.csv", data)
    assert at.error
    select(at, "role_time", "c")
    assert not at.error and any("Users: 30" in one.value for one in at.caption)


@pytest.mark.parametrize(("room", "section", "data"), [
    ("multitask", "own_data", ("x,a,b\n" + "".join(f"{n},{n % 2},{n % 3 % 2}\n" for n in range(300))).encode()),
    ("recurrent", "own_text", b"the cat sat on the mat. " * 400),
])  # fmt: skip
def test_every_box_shows_the_line(room: str, section: str, data: bytes) -> None:
    at = opened(room, section, "en", "t.csv" if room == "multitask" else "t.txt", data)
    assert any("UTF-8" in one.value for one in at.caption) and not at.error
    select(at, "encoding", "Windows-1252")
    assert any("Windows-1252" in one.value for one in at.caption) and not at.error
