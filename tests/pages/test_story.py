"""Stories: every point is told, in both languages alike; a malformed file says where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from pages.ui.pieces import story

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Told:
    """What one playground's story has to keep to.

    points    all of them, in the order of telling
    decides   a disputed point (measurement may disagree with what is usually said) → the section that decides it
    nodes     by rung: the parts of the diagram that can be selected
    allowed   every other setting, all of which each state names
    """

    points: tuple[str, ...]
    decides: Mapping[str, str]
    nodes: Mapping[str, str]
    allowed: Mapping[str, str]


_GATED = "x|before_h|before_c|f|i|g|o|c|h|kept|written|tanh|none"
_TOWERS = r"(q|d1|d2)_(input|inner|pool|vector)|(cos|p)[12]|none"
STORIES = {
    "multitask": Told(
        points=("S1", "S2", "M1", "S3", "M2", "S5", "M3", "S6", "S7", "S8"),
        decides={"S6": "experiments", "S7": "experiments"},
        nodes={
            "single_task": r"x|(bottom|tower|y):\d",
            "shared_bottom": r"x|bottom|(tower|y):\d",
            "omoe": r"x|gate|(expert|mix|tower|y):\d",
            "mmoe": r"x|(expert|gate|mix|tower|y):\d",
            "ple": r"x|((lower_)?(expert|gate|mix)|tower|y):\d",
        },
        allowed={
            "hero": r"-?(0(\.\d+)?|1)",
            "frame": "first|last",
            "open": "none|labels|gates|sum|intervene|sharing|experiments|own_data",
            "preset": "like_favourite|like_dislike|click_watch|mirror|figure4|collapse|default",
        },
    ),
    "recurrent": Told(
        points=("R1", "R2", "R3", "G1", "L0", "L1", "L2", "L3", "P1", "P2"),
        decides={"R3": "single", "G1": "single", "L0": "gradient", "P2": "counting"},
        nodes={
            "rnn": "x|before_h|g|h|none",
            "gru": "x|before_h|z|r|m|g|h|kept|written|fresh|reset|none",
            "lstm": _GATED,
            "peephole": _GATED,
        },
        allowed={
            "hero": "[1-9]|[1-3][0-9]|40",
            "word": r"first|last|told|-[1-9]\d?",
            "open": "none|units|gradient|chain|connectivity|learning|intervene|own_sentence|mixed|from_near|single|bias|counting|"
            "delays|notes",
            "preset": "default|counting|delays|adding|order|single|leaky",
        },
    ),
    "matching": Told(
        points=("D1", "C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "LD1"),
        decides={"D1": "order", "C7": "evidence", "LD1": "beyond"},
        nodes={"dssm": _TOWERS, "clsm": _TOWERS, "lstm": r"(q|d1|d2)_(input|inner|vector)|(cos|p)[12]|none"},
        allowed={
            "hero": "[0-7]",
            "word": r"first|last|0|-[1-9]\d?",
            "open": "none|measures|hashing|shapes|filters|delete|reading|gamma|space|order|spelling|evidence|beyond|towers|"
            "own_pairs|notes",
        },
    ),
    "recommender": Told(
        points=tuple(f"Y{number}" for number in range(1, 15)),
        decides={"Y8": "watch_time", "Y10": "negatives", "Y12": "split"},
        nodes={"catalogue": "none", "recall": "none", "rank": "none"},
        allowed={
            "hero": "[0-4]",
            "step": "first|last",
            "open": "none|path|serving|which|watch_time|item2vec|age|negatives|split|head|depth|days|own",
        },
    ),
}
LADDERS = {
    "multitask": ("Single-Task", "Shared-Bottom", "OMoE", "MMoE"),
    "recurrent": ("RNN", "GRU", "LSTM", "Peephole LSTM"),
    "matching": ("DSSM", "CNN-DSSM", "LSTM-DSSM"),
    "recommender": ("Recall", "Ranking"),
}

GOOD = "\n## A1 B22 · A title · with a dot\n<!-- state: rung=mmoe hero=-0.5 -->\nFirst.\n\n### Second\nThird $y_k$.\n\n"


# ---------------------------------------------------------------- the stories


@pytest.mark.parametrize("name", STORIES)
def test_every_point_is_told(name: str) -> None:
    assert set(story.coverage(name)) == set(STORIES[name].points)
    assert tuple(story.coverage(name)) == STORIES[name].points
    assert sum(story.coverage(name).values()) == sum(len(s.ids) for s in story.load(name, "en"))


def test_no_story_is_left_out() -> None:
    files = {file.name for file in story.STORIES.glob("*.md")}
    assert files == {f"{name}.{language}.md" for name in STORIES for language in LANGUAGES}


@pytest.mark.parametrize("name", STORIES)
def test_both_languages_tell_the_same_states_in_the_same_order(name: str) -> None:
    english, chinese = (story.load(name, language) for language in LANGUAGES)
    assert [(s.ids, dict(s.setting)) for s in english] == [(s.ids, dict(s.setting)) for s in chinese]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_states_are_what_the_page_can_show(name: str, language: str) -> None:
    told = STORIES[name]
    allowed = {"rung": "|".join(told.nodes), "select": "|".join(told.nodes.values()), **told.allowed}
    for state in story.load(name, language):
        assert set(state.setting) == set(allowed), state.title  # whole states: it may be reached from any other
        for key, value in state.setting.items():
            assert re.fullmatch(allowed[key], value), (state.title, key, value)
        assert re.fullmatch(told.nodes[state.setting["rung"]], state.setting["select"]), state.title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_disputed_points_open_the_experiment_that_decides(name: str, language: str) -> None:
    word = {"en": "experiment", "zh": "实验"}[language]
    for state in story.load(name, language):
        for point in set(state.ids) & set(STORIES[name].decides):
            assert state.setting["open"] == STORIES[name].decides[point] and word in state.text, state.title


@pytest.mark.parametrize("name", STORIES)
def test_formulas_and_numbers_agree_between_languages(name: str) -> None:
    for english, chinese in zip(*(story.load(name, language) for language in LANGUAGES), strict=True):
        assert sorted(formulas(english.text)) == sorted(formulas(chinese.text)), english.title
        assert quantities(english.text) == quantities(chinese.text), english.title


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_texts_are_short_and_in_their_language(name: str, language: str) -> None:
    for state in story.load(name, language):
        prose = re.sub(r"\$\$.*?\$\$|\$.*?\$", "", state.text, flags=re.DOTALL)
        han = len(re.findall(r"[\u4e00-\u9fff]", prose))
        assert (40 <= len(prose.split()) <= 90 and not han) if language == "en" else 80 <= han <= 220, state.title


def formulas(text: str) -> list[str]:
    return [found.strip() for found in re.findall(r"\$\$(.*?)\$\$|\$(.*?)\$", text) for found in found if found]


def quantities(text: str) -> set[str]:
    """Numbers with more than one digit; small ones are often words in one language."""
    return {number for number in re.findall(r"\d[\d,.]*\d", text)}
