"""Home: a card for each page, with what the page itself answers, and its rungs in the page's numbers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui.language import LANGUAGES, catalogue
from pages.ui.openings import declared, openings
from pages.ui.playground import playgrounds
from pages.ui.stills import MOMENTS, SIZE, THEMES, still
from tests.pages.visits import APP, LOCALES, PATIENCE, opened_at

ROOMS = [room.name for room in playgrounds()]


def home(language: str) -> AppTest:
    openings().wait()
    at = AppTest.from_file(APP, default_timeout=PATIENCE)
    at.context = {"locale": LOCALES[language]}
    return at.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_has_its_pages_question_answer_and_rungs(language: str) -> None:
    at = home(language)
    assert not at.exception
    said, told = [one.value for one in at.markdown], [one.value for one in at.caption]
    for room in playgrounds():
        answer = openings().said(room.name, language)
        assert answer and answer in said
        question = room.question if language == "en" else catalogue("zh")[room.question]
        links = [one.proto for one in at.get("page_link")]
        assert question in [link.label for link in links]
        (rungs,) = [
            line
            for line in told
            if "1\N{NO-BREAK SPACE}" in line
            and f"{len(room.rungs)}\N{NO-BREAK SPACE}" in line
            and _first(room.name, language) in line
        ]
        assert f"{len(room.rungs) + 1}\N{NO-BREAK SPACE}" not in rungs


def _first(room: str, language: str) -> str:
    title = next(one.rungs[0][0] for one in playgrounds() if one.name == room)
    return f"1\N{NO-BREAK SPACE}{catalogue(language).get(title, title)}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_says_what_its_card_said(room: str) -> None:
    """Apart from how many milliseconds it took."""
    openings().wait()
    answer = openings().said(room, "en")
    assert answer is not None
    page = opened_at(f"pages/{room}/page.py")
    words = [_timeless(one.value) for one in page.markdown]
    assert _timeless(answer) in words


def _timeless(text: str) -> str:
    """Without the milliseconds, which are measured anew."""
    return re.sub(r"[0-9.]+ ms", "ms", text)


@pytest.mark.parametrize("room", ROOMS)
def test_rungs_are_numbered_as_on_the_page(room: str) -> None:
    (playground,) = [one for one in playgrounds() if one.name == room]
    assert len(playground.rungs) == len(declared(room).place.ladder)


@pytest.mark.parametrize("room", ROOMS)
def test_every_page_has_its_stills(room: str) -> None:
    for language in LANGUAGES:
        for theme in THEMES:
            with Image.open(still(room, language, theme)) as image:
                assert image.size == (SIZE[0], SIZE[1] * MOMENTS)
            assert still(room, language, theme).stat().st_size < 150_000


def test_the_line_of_links_leads_to_states_that_there_are() -> None:
    asked = {link.proto.label: parse_qs(link.proto.query_string) for link in home("en").get("page_link")}
    story = asked["Five minutes: a story"]
    at = opened_at("pages/multitask/page.py", **story)
    assert not at.exception and any("1 / " in one.value for one in at.markdown)
    assert at.query_params["multitask_rung"] in ("single_task", ["single_task"]) and story["multitask_rung"] == [
        "single_task"
    ]
    lecture = opened_at("pages/recurrent/page.py", **asked["A lecture, in large type"])
    assert (
        not lecture.exception
        and lecture.session_state["presenter"]
        and any("1 / " in one.value for one in lecture.markdown)
    )
    own = opened_at("pages/multitask/page.py", **asked["My data: which structure?"])
    assert not own.exception and own.session_state["multitask_open_own_data"]
