"""Stories: every point is told, in both languages alike; a malformed file says where."""

from __future__ import annotations

import re

import pytest

from pages.ui import story

LANGUAGES = ("en", "zh")
POINTS = ("S1", "S2", "M1", "S3", "M2", "S5", "M3", "S6", "S7", "S8")
CHECKED_BY_EXPERIMENT = ("S6", "S7")  # measurement may disagree with what is usually said

NODES = {
    "single_task": r"x|(bottom|tower|y):\d",
    "shared_bottom": r"x|bottom|(tower|y):\d",
    "omoe": r"x|gate|(expert|mix|tower|y):\d",
    "mmoe": r"x|(expert|gate|mix|tower|y):\d",
}
ALLOWED = {
    "rung": "|".join(NODES),
    "hero": r"-?(0(\.\d+)?|1)",
    "frame": "first|last",
    "select": "|".join(NODES.values()),
    "open": "none|labels|gates|sum|intervene|sharing|experiments|own_data",
    "preset": "like_favourite|like_dislike|click_watch|mirror|figure4|collapse|default",
}
LADDERS = {
    "multitask": ("Single-Task", "Shared-Bottom", "OMoE", "MMoE"),
    "recurrent": ("RNN", "LSTM", "Peephole LSTM"),
    "matching": ("DSSM", "CNN-DSSM", "LSTM-DSSM"),
    "recommender": ("Recall", "Ranking"),
}

GOOD = "\n## A1 B22 · A title · with a dot\n<!-- state: rung=mmoe hero=-0.5 -->\nFirst.\n\n### Second\nThird $y_k$.\n\n"


# ---------------------------------------------------------------- the stories


def test_every_point_of_multitask_is_told() -> None:
    assert set(story.coverage("multitask")) == set(POINTS)
    assert tuple(story.coverage("multitask")) == POINTS
    assert sum(story.coverage("multitask").values()) == sum(len(s.ids) for s in story.load("multitask", "en"))


def test_both_languages_tell_the_same_states_in_the_same_order() -> None:
    english, chinese = (story.load("multitask", language) for language in LANGUAGES)
    assert [(s.ids, dict(s.setting)) for s in english] == [(s.ids, dict(s.setting)) for s in chinese]


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_are_what_the_page_can_show(language: str) -> None:
    for state in story.load("multitask", language):
        assert set(state.setting) == set(ALLOWED), state.title  # whole states: it may be reached from any other
        for key, value in state.setting.items():
            assert re.fullmatch(ALLOWED[key], value), (state.title, key, value)
        assert re.fullmatch(NODES[state.setting["rung"]], state.setting["select"]), state.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_disputed_points_open_the_experiment_that_decides(language: str) -> None:
    word = {"en": "experiment", "zh": "实验"}[language]
    for state in story.load("multitask", language):
        if set(state.ids) & set(CHECKED_BY_EXPERIMENT):
            assert state.setting["open"] == "experiments" and word in state.text


def test_formulas_and_numbers_agree_between_languages() -> None:
    for english, chinese in zip(*(story.load("multitask", language) for language in LANGUAGES), strict=True):
        assert sorted(formulas(english.text)) == sorted(formulas(chinese.text)), english.title
        assert quantities(english.text) == quantities(chinese.text), english.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_and_in_their_language(language: str) -> None:
    for state in story.load("multitask", language):
        prose = re.sub(r"\$\$.*?\$\$|\$.*?\$", "", state.text, flags=re.DOTALL)
        han = len(re.findall(r"[\u4e00-\u9fff]", prose))
        assert (40 <= len(prose.split()) <= 90 and not han) if language == "en" else 80 <= han <= 220, state.title


def formulas(text: str) -> list[str]:
    return [found.strip() for found in re.findall(r"\$\$(.*?)\$\$|\$(.*?)\$", text) for found in found if found]


def quantities(text: str) -> set[str]:
    """Numbers with more than one digit; small ones are often words in one language."""
    return {number for number in re.findall(r"\d[\d,.]*\d", text)}
