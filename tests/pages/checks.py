"""What every playground's page keeps to: presets, story, whatever a URL may carry, and no English on a Chinese screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.runs.config import Config
from pages.ui import language
from pages.ui.controls.controls import Preset, held
from pages.ui.language import catalogue
from pages.ui.pieces import story
from tests.pages.visits import CHINESE, ENGLISH, LOCALES, state, texts, titles

Opened = Callable[..., AppTest]


def preset_sets_its_settings(opened: Opened, kind: type[Config], presets: Sequence[Preset], chosen: str) -> None:
    """Choosing it sets them, letting go of it brings the defaults back."""
    at, room = opened(), kind.playground
    preset = next(p for p in presets if p.id == chosen)
    at.button_group(key=f"{room}_preset").set_value(chosen).run()
    assert not at.exception
    for field, value in preset.fields.items():
        assert at.session_state[f"{room}_{field}"] == held(kind, field, value)
    at.button_group(key=f"{room}_preset").set_value(None).run()
    assert not at.exception
    for field in preset.fields:
        assert at.session_state[f"{room}_{field}"] == held(kind, field, getattr(kind(), field))


def story_is_told(opened: Opened, room: str, hero: str, chosen: str) -> None:
    """Every point from the first to the last brings the hero along; one back, and closed."""
    at = opened(LOCALES[chosen])
    at.button(key="story_open").click().run()
    states = story.load(room, chosen)
    assert at.button(key="story_previous").disabled
    for number, point in enumerate(states):
        assert not at.exception
        assert any(point.title in markdown.value for markdown in at.markdown)
        assert state(at, hero) == float(point.setting["hero"])
        if number + 1 < len(states):
            at.button(key="story_next").click().run()
    assert at.button(key="story_next").disabled
    at.button(key="story_previous").click().run()
    at.button(key="story_close").click().run()
    assert not at.exception and at.button(key="story_open")


def moment_is_chosen(opened: Opened, room: str, section: str, first: str) -> None:
    """By the URL, and by the section's slider, at once and back: `first` is said of step 0 alone."""
    assert _says(opened(**{f"{room}_moment": "0"}), first)
    at = opened(**{f"{room}_open_{section}": "true"})
    assert not _says(at, first)
    at = _moments(at).set_value(0).run()
    assert _says(at, first) and "".join(at.query_params[f"{room}_moment"]) == "0"
    at = _moments(at).set_value(int(_moments(at).options[-1].replace(",", ""))).run()
    assert not _says(at, first) and f"{room}_moment" not in at.query_params


def _moments(at: AppTest) -> Any:
    return next(slider for slider in at.select_slider if slider.label.startswith("Moment on stage"))


def _says(at: AppTest, said: str) -> bool:
    assert not at.exception
    return any(said in markdown.value for markdown in at.markdown)


def page_withstands(
    opened: Opened, headings: Collection[str], needed: Mapping[str, str], value: str, *names: str
) -> None:
    """The page opens under one of its headings with this value in these parameters, beside those that are needed."""
    at = opened(**{**needed, **dict.fromkeys(names, value)})
    assert not at.exception, (names[:3], value[:40], [error.value for error in at.exception])
    assert len(titles(at)) == 1 and titles(at)[0] in headings, (names[:3], value[:40])


class Listener:
    """What a Chinese screen asks of the catalogue, also through variables."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: set[str] = set()
        self._real = catalogue("zh")
        asked = self.asked

        class Listening(dict[str, str]):
            def get(self, sentence: str, default: Any = None) -> Any:
                asked.add(sentence)
                return super().get(sentence, default)

        heard = Listening(self._real)
        monkeypatch.setattr(language, "catalogue", lambda code: heard if code == "zh" else {})

    def sees(self, at: AppTest, least: int) -> None:
        """At least so many texts are drawn, and none of them is English."""
        assert not at.exception
        drawn = [text for block in (at.main, at.sidebar) for text in texts(block)]
        assert len(drawn) > least
        assert not [text for text in drawn if ENGLISH.search(text) and not CHINESE.search(text)]
        assert not [text for text in self.asked - set(self._real) if ENGLISH.search(text) and not CHINESE.search(text)]
