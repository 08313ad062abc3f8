"""The matching page in both languages, and whatever a URL may carry."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from engine.matching import MODELS
from engine.matching.ladder import TITLES
from engine.matching.opened.opened import Opened
from engine.matching.opened.scene import Scene, SceneMaker
from engine.matching.opened.trace import trace
from engine.matching.shipped import SHIPPED, library
from pages.matching import charts
from pages.matching.declared import PAGE as DECLARED
from pages.matching.panels import CHIPS, _unseen, sweep
from pages.matching.shown import Shown
from pages.matching.told import compared
from pages.matching.where import PLACE
from pages.ui.language import LANGUAGES, catalogue, speaking
from pages.ui.marked import unmarked
from pages.ui.player.pack import pack
from pages.ui.player.position import Position
from tests.pages.checks import moment_is_chosen
from tests.pages.visits import CHINESE, LOCALES, opened_at, titles

PAGE = "pages/matching/page.py"
ASKED = "Why did this document match this query, and what does each model lose?"
QUESTION = {"en": ASKED, "zh": catalogue("zh").get(ASKED, "")}
opened = partial(opened_at, PAGE)
EVERYTHING = {PLACE.open_key(section): "true" for section in DECLARED.sections}
PARTS = [f"{side}_{level}" for side in ("q", "d1", "d2") for level in ("input", "inner", "pool", "vector")]


def ranking(at: Any) -> Any:
    """The table under the stage."""
    return next(
        frame.value for frame in at.dataframe if any(str(name).startswith("BM25") for name in frame.value.columns)
    )


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_it_opens_on_word_order_in_the_browsers_language(chosen: str) -> None:
    at = opened(LOCALES[chosen])
    assert not at.exception and titles(at) == [QUESTION[chosen]]
    said = next(m.value for m in at.markdown if " = " in m.value and "D₁" in m.value)
    assert bool(CHINESE.search(said)) == (chosen == "zh")
    table = ranking(at)
    own = table[table.iloc[:, 1] == {"en": "clicked", "zh": catalogue("zh").get("clicked")}[chosen]]
    assert re.match(r"\d+–\d+ · ", own["DSSM"].iloc[0])  # a bag cannot tell it from the same words in another order
    assert re.match(r"[1-9] · ", own["CNN-DSSM"].iloc[0])


FAILS = {"en": "cannot tell D₁ from D₂", "zh": "分不出 D₁ 和 D₂"}
FIRST = {"en": "D₁ comes first for", "zh": "把 D₁ 排在前"}


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_the_sentence_is_what_the_models_make_of_every_pair_on_stage(chosen: str) -> None:
    """Once more from traces: by the skill, who ties; each model with both cosines and the sign between them."""
    recording = SHIPPED.recording(chosen)
    config, frame = recording.config, recording.frames[-1]
    hand = SceneMaker(config, library(config))
    models = Opened(config, frame, hand.library.lexicon).models
    ties = {"order": ["dssm"], "evidence": ["dssm"], "beyond": ["dssm", "clsm"], "spelling": []}
    for at, pick in enumerate(hand.picks()):
        scene, skill = hand.held_out(pick), hand.library.log.test[pick].skill
        with speaking(chosen):
            said = unmarked(compared(Placed(recording, frame, "recorded").at_query(at), skill))
        assert bool(CHINESE.search(said)) == (chosen == "zh")
        tied = []
        for model, opened_model in models.items():
            first, second = (float(v) for v in trace(opened_model, scene.query, scene.rows)["cosine"][:2])
            sign = "=" if abs(first - second) < 1e-5 else ">" if first > second else "<"
            tied += [model] * (sign == "=")
            numbers = f"{first:.2f} {sign} {second:.2f}".replace("-", "−")
            assert re.search(rf"(^|[^-]){TITLES[model]} ?[(（]{re.escape(numbers)}[)）]", said), (model, numbers, said)
        assert tied == ties[skill]
        assert (FAILS[chosen] in said) == bool(tied) and (FIRST[chosen] in said) == (not tied)
        assert ((f"sees {config.window} words" in said) or (f"相邻的 {config.window} 个" in said)) == (
            skill == "beyond"
        )


class Placed(Shown):
    """What is recorded, at one of its queries, without a page."""

    query = 0

    def at_query(self, query: int) -> Placed:
        object.__setattr__(self, "query", query)
        return self

    def at(self) -> int:
        return self.query

    def whole(self) -> Scene:
        return self.hand.held_out(self.hand.picks()[self.query])

    def scene(self) -> Scene:
        return self.whole()


def test_each_chip_has_the_queries_of_its_kind() -> None:
    recording = SHIPPED.recording("en")
    config = recording.config
    for skills in (config.skills, ("evidence",), ("order", "beyond", "spelling")):
        asked = replace(config, skills=skills, queries=100)
        hand = SceneMaker(asked, library(asked))
        chips = sweep(asked, [hand.held_out(n) for n in hand.picks()], "").chips
        kinds = {CHIPS[skill]: skill for skill in skills}
        assert {chip.label for chip in chips} == set(kinds)
        for chip in chips:
            assert {hand.library.log.test[hand.picks()[int(n)]].skill for n in chip.values} == {kinds[chip.label]}
        assert sorted(n for chip in chips for n in chip.values) == list(range(len(hand.picks())))


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_a_typed_query_is_not_judged_and_warns_beside_it(chosen: str) -> None:
    text = {"en": "bnak zzqq", "zh": "蜂蜜龘靐"}[chosen]
    at = opened(LOCALES[chosen], matching_q=text, matching_at="8")
    assert not at.exception
    (said,) = [m.value for m in at.markdown if re.search("not judged|不作判断", m.value)]
    assert len(re.findall(r"\*\*−?0\.\d\d\*\*", said)) == 2 * len(MODELS) and "badge" not in said
    recording = SHIPPED.recording(chosen)
    hand = SceneMaker(recording.config, library(recording.config))
    with speaking(chosen):
        warned = _unseen(hand.library.lexicon, hand.library.lexicon.row(text))
        silent = [_unseen(hand.library.lexicon, hand.held_out(n).query) for n in hand.picks()[:2]]
    assert re.search(r"\d+ of \d+ features never|\d+ 个特征中有 \d+ 个", warned) and silent == ["", ""]


def test_what_cannot_be_read_is_said_where_it_was_typed() -> None:
    asked = {"config": SHIPPED.recording("en").config}
    scenes = [SceneMaker(asked["config"], library(asked["config"])).held_out(0)]
    assert sweep(asked["config"], scenes, "holds no letter").warning == "holds no letter"
    at = opened(matching_q="!!!", matching_at="8")
    assert not at.exception and not at.info


@pytest.mark.parametrize("part", [*PARTS, "cos1", "cos5", "p1", "p5"])
@pytest.mark.parametrize("rung", MODELS)
def test_every_part_of_every_model_opens_to_a_sum(rung: str, part: str) -> None:
    for step in ("", "-3", "-999"):
        at = opened(matching_rung=rung, matching_part=part, matching_step=step, matching_unit="3")
        assert not at.exception, (rung, part, step)
        hashing = any("bucket" in frame.value.columns for frame in at.dataframe)
        assert at.latex or (part.endswith("input") and hashing), (rung, part, step)
        assert not [c.value for c in at.caption if "this differs from the forward pass" in c.value]


def test_an_unknown_part_opens_nothing() -> None:
    for part in ("77", "<b>", "cos9", "q_gate"):
        at = opened(matching_part=part)
        assert not at.exception and not at.latex


def test_a_deleted_word_flips_the_ranking() -> None:
    whole, less = opened(), opened(matching_without="0")  # “bank” alone is left of “river bank”
    assert not less.exception
    assert ranking(whole)["CNN-DSSM"].tolist() != ranking(less)["CNN-DSSM"].tolist()
    assert ranking(whole)["document"].tolist() != ranking(less)["document"].tolist()


@pytest.mark.parametrize("gone", ["0.1", "2.3.4.5.6.7.8.9", "0.1.2.3.4.5.6.7.8.9", "1", "99", "0..1.x"])
@pytest.mark.parametrize("rung", MODELS)
def test_every_word_may_be_deleted(rung: str, gone: str) -> None:
    at = opened(matching_without=gone, matching_rung=rung, matching_part="d1_vector", **EVERYTHING)
    assert not at.exception and titles(at) == [QUESTION["en"]]


@pytest.mark.parametrize(
    ("asked", "lang"),
    [("bank rivers today", "en"), ("zzzz qqq", "en"), ("!!!", "en"), ("会说法语的人", "zh"), ("A", "zh")],
)
def test_a_typed_query_is_ranked(asked: str, lang: str) -> None:
    at = opened(LOCALES[lang], matching_q=asked, matching_at="8")
    assert not at.exception
    if asked != "!!!":
        assert any("**First for each model:**" in m.value or "**各模型" in m.value for m in at.markdown) or lang == "zh"
        assert len(ranking(at)) >= 5


def test_an_earlier_moment_is_on_stage() -> None:
    moment_is_chosen(opened, "matching", "space", "Neighbours swapped, step 0: ")


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_the_stage_sends_comes_from_traces(name: str) -> None:
    recording = SHIPPED.recording(name)
    config, frame = recording.config, recording.frames[-1]
    hand = SceneMaker(config, library(config))
    opened = Opened(config, frame, hand.library.lexicon).models
    scenes = [hand.held_out(n) for n in hand.picks()]
    sent = charts.stage(
        config, frame.step, opened, scenes, [(s.query, s.rows[0]) for s in scenes], [()] * len(scenes), 0.0, "recorded"
    )
    assert pack(sent, start=Position(0, 0.0, "clsm"), seek=0).nbytes <= 1_000_000
    for s, scene in enumerate(scenes):
        begin = len(sent.steps) - len(scene.rows[0])
        assert sent.names[s][begin:] == scene.rows[0]
        for model, at in opened.items():
            traced = trace(at, scene.query, scene.rows)
            count = len(scene.rows)
            np.testing.assert_allclose(
                np.asarray(sent.arrays[f"{model}.cos"])[s, -1, :count], traced["cosine"], atol=1e-6
            )
            np.testing.assert_allclose(np.asarray(sent.arrays[f"{model}.p"])[s, -1, :count], traced["p"], atol=1e-5)
            read = np.asarray(sent.arrays[f"{model}.cos"])[s, begin:-1, 0]
            np.testing.assert_allclose(read, traced["cosine_read"][0, : len(scene.rows[0]) - 1], atol=1e-6)
