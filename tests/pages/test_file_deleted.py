"""A viewer's file on the page: where it lies, what a link says of it, and that it goes when it is deleted."""

from __future__ import annotations

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from engine.recurrent.own_text.text import text_config
from engine.runs.service.run import Run, State
from pages.ui.language import speaking, t
from tests.pages.visits import PATIENCE

TEXT = b"the cat sat on the mat. " * 400
SUM = f"{len(TEXT)}.{hashlib.sha256(TEXT).hexdigest()[:12]}"


def page(language: str) -> None:
    """The box of texts, what is kept of its files, and which run there is."""
    import streamlit as st

    from engine.runs.service.run import Run
    from pages.recurrent import own_text
    from pages.ui.run import reading, training
    from pages.ui.run.house import house, owner

    st.session_state["lang"] = language
    st.session_state["recurrent_open_own"] = True
    own_text.draw()
    kept = st.session_state.get(reading.SHELF)
    st.json({
        "kept": sorted(table.digest for _, table in kept.kept.values()) if kept else [],
        "held": len(list((house().uploads._folder / owner()).glob("*"))),
        "run": isinstance(training.current(), Run),
    })  # fmt: skip


def opened(language: str, data: bytes | None = TEXT, **query: str) -> AppTest:
    at = AppTest.from_function(page, args=(language,), default_timeout=PATIENCE)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    if data is not None:
        at.file_uploader(key="recurrent_upload").upload("mine.txt", data, "text/plain").run()
    assert not at.exception
    return at


def query(at: AppTest, name: str) -> str:
    return "".join(at.query_params.get(name, ""))


def said(at: AppTest, language: str, sentence: str, **values: str) -> bool:
    with speaking(language):
        wanted = t(sentence, **values)
    return any(wanted == one.value for one in (*at.info, *at.warning, *at.caption))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_names_the_file_its_size_and_its_hash(language: str) -> None:
    at = opened(language)
    assert query(at, "recurrent_file") == "mine.txt" and query(at, "recurrent_sum") == SUM
    size, digest = SUM.split(".")
    again = opened(language, None, recurrent_file="mine.txt", recurrent_sum=SUM)  # as after a reload
    assert said(
        again, language,
        "Choose the file “{name}” again ({size} bytes, SHA-256 {digest}…): neither a link nor a reload carries it along.",
        name="mine.txt", size=f"{int(size):,}", digest=digest,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_file_of_the_same_name_is_told_apart(language: str) -> None:
    other = TEXT + b"and the dog."
    at = opened(language, other, recurrent_file="mine.txt", recurrent_sum=SUM)
    sentence = "This link was made with another file: “{name}”, {size} bytes, SHA-256 {digest}…; this one has {mine} bytes, SHA-256 {other}…."  # fmt: skip
    values = {
        "name": "mine.txt", "size": f"{len(TEXT):,}", "digest": SUM.split(".")[1], "mine": f"{len(other):,}",
        "other": hashlib.sha256(other).hexdigest()[:12],
    }  # fmt: skip
    assert said(at, language, sentence, **values)
    assert not opened(language, TEXT, recurrent_file="mine.txt", recurrent_sum=SUM).warning


@pytest.mark.parametrize("written", ["", "x", "12", "12.", f"{10**12}.{'a' * 12}", "1.ABCDEFABCDEF", "<b>"])
def test_a_link_may_say_anything_of_the_file(written: str) -> None:
    at = opened("en", None, recurrent_file="mine.txt", recurrent_sum=written)
    assert said(at, "en", "This link was made with the file “{name}”. Upload it to see the same.", name="mine.txt")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_deleted_is_gone_with_its_run(language: str) -> None:
    at = opened(language)
    config = text_config(TEXT.decode(), hashlib.sha256(TEXT).hexdigest())
    at.session_state["run"] = Run(config, "me", state=State.FINISHED)
    at.run()
    found = at.json[0].value
    assert (
        '"held":1' in found.replace(" ", "")
        and '"run":true' in found.replace(" ", "")
        and hashlib.sha256(TEXT).hexdigest() in found
    )
    at.button(key="recurrent_delete_file").click().run()
    assert not at.exception and not at.info
    left = at.json[0].value.replace(" ", "")
    assert '"kept":[]' in left and '"held":0' in left and '"run":false' in left
    assert not query(at, "recurrent_file") and not query(at, "recurrent_sum")
    at.file_uploader(key="recurrent_upload1").upload("mine.txt", TEXT, "text/plain").run()  # and may be chosen again
    assert query(at, "recurrent_sum") == SUM
