"""The recommender page in both languages, and whatever a URL may carry."""

from __future__ import annotations

import dataclasses
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.files import ROOT
from engine.recommender import OwnLogConfig, RecommenderConfig
from engine.recommender.config import TOPICS
from engine.recommender.looks.plain import Plain
from engine.recommender.serving.before import watched_before
from engine.recommender.serving.server import COLD, RANKING, RECALL
from engine.recommender.shipped import recorded
from engine.recommender.site.concentration import share_of_top, watches_of
from engine.recommender.site.history import SECONDS
from engine.runs.recording import Recording
from pages.recommender import answer, charts, naming
from pages.recommender.declared import PAGE as DECLARED
from pages.recommender.shown import Shown, same_world, steps_of
from pages.recommender.where import PLACE
from pages.ui.language import LANGUAGES, catalogue, speaking
from pages.ui.player.pack import pack
from pages.ui.player.position import Position
from pages.ui.player.stage import Quantised, Slopes, Stages
from pages.ui.run.live import RECORDED, RUN
from tests.pages.checks import moment_is_chosen
from tests.pages.visits import CHINESE, LOCALES, opened_at, titles

PAGE = "pages/recommender/page.py"
ASKED = "How do a million videos become twenty, and where was this one lost?"
QUESTION = {"en": ASKED, "zh": catalogue("zh").get(ASKED, "")}
opened = partial(opened_at, PAGE)
EVERYTHING = {PLACE.open_key(section): "true" for section in DECLARED.sections}


@pytest.fixture(scope="module")
def now() -> Shown:
    """What the page opens on."""
    recording = recorded()
    return Shown(recording, recording.frames[-1], RECORDED)


def lost(now: Shown, stage: str) -> tuple[int, int]:
    """A user's place among those offered, and a favourite of theirs that was lost at this stage on the last day."""
    for place, user in enumerate(now.users):
        for one in now.scene(user, now.days[-1]).lost:
            if one.lost.stage == stage:
                return place, one.video
    raise AssertionError(stage)


@pytest.mark.parametrize(("language", "said"), [("en", "the most watched percent"), ("zh", "观看最多的百分之一")])
def test_what_the_story_says_of_the_head_is_so_on_stage(now: Shown, language: str, said: str) -> None:
    story = (ROOT / "assets" / "stories" / f"recommender.{language}.md").read_text()
    (line,) = [line for line in story.splitlines() if said in line]
    assert "about half" in line or "约一半" in line
    assert share_of_top(watches_of(now.site.world)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_it_opens_on_a_million_videos_in_the_browsers_language(chosen: str) -> None:
    at = opened(LOCALES[chosen])
    assert not at.exception and titles(at) == [QUESTION[chosen]]
    answer = next(m.value for m in at.markdown if "1,000,000" in m.value)
    assert " 20 " in answer and bool(CHINESE.search(answer)) == (chosen == "zh")


@pytest.mark.parametrize("stage", [COLD, RECALL, RANKING])
def test_why_a_favourite_is_not_recommended(now: Shown, stage: str) -> None:
    user, video = lost(now, stage)
    at = opened(recommender_user=str(user), recommender_video=str(video))
    told = {COLD: "no vector", RECALL: "not recalled", RANKING: "lost at ranking"}[stage]
    assert not at.exception
    assert any(told in m.value and "badge" in m.value for m in at.markdown)
    assert len(at.latex) == {COLD: 0, RECALL: 2, RANKING: 4}[stage]  # a sum is two formulas
    assert not [c.value for c in at.caption if "this differs from the forward pass" in c.value]


def test_why_of_what_is_shown_watched_or_not_there_yet(now: Shown) -> None:
    user = now.users[0]
    shown = int(now.scene(user, now.days[-1]).given.shown[0])
    watched = int(watched_before(now.server.site, user, now.days[0])[0])
    late = len(now.site.world.videos) - 1
    first = str(steps_of(now.days)[0])
    for video, told, step in ((shown, "It is recommended: place 1", ""), (watched, "watched it already", ""), (late, "does not exist yet", first)):  # fmt: skip
        at = opened(recommender_video=str(video), recommender_step=step)
        assert not at.exception and any(told in m.value for m in at.markdown), told


def test_a_watch_taken_away_changes_what_is_shown(now: Shown) -> None:
    user, day = now.users[0], now.days[-1]
    gone = [str(int(v)) for v in watched_before(now.server.site, user, day)]
    at = opened(recommender_without=".".join(gone))
    assert not at.exception
    whole = now.scene(user, day)
    left, answer = (
        re.search(r"\*\*(\d+)%\*\* of the best", next(m.value for m in page.markdown if "1,000,000" in m.value))
        for page in (opened(), at)
    )
    assert left and answer and left[1] == f"{100 * whole.kept[2]:.0f}" and int(answer[1]) < int(left[1])


def test_an_earlier_day_counts_what_there_was(now: Shown) -> None:
    """In the answer: what was uploaded by then; and the models are said to come from later."""
    day = now.days[0]
    at = opened(recommender_step=str(steps_of(now.days)[0]))
    uploaded = now.site.world.videos.uploaded
    there = [int((uploaded[some] <= day).sum()) for some in (slice(None), now.site.known)]
    assert any(f"{there[0]:,} videos" in m.value for m in at.markdown)
    (bars,) = [panel for panel in charts.stage(now, "recorded").panels if isinstance(panel, Stages)]
    assert bars.counts[0][0][:2] == tuple(f"{count:,}" for count in there)
    assert any("learnt from all" in c.value for c in at.caption)
    assert not any("learnt from all" in c.value for c in opened().caption)


def test_another_world_has_other_users() -> None:
    base = RecommenderConfig()
    assert same_world(base, dataclasses.replace(base, dimensions=64, weighting="none"))
    assert not same_world(base, dataclasses.replace(base, videos=5_000))
    assert not same_world(base, OwnLogConfig()) and not same_world(OwnLogConfig(), OwnLogConfig())


def test_an_earlier_moment_is_on_stage() -> None:
    moment_is_chosen(opened, "recommender", "learning", "training step 0 of 9,000")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_course_of_training_counts_what_lies_in_the_columns(now: Shown, language: str) -> None:
    with speaking(language):
        sent = charts.stage(now, "recorded")
    course, told = sent.course, now.course
    assert course is not None and told is not None
    assert course.steps == told.steps and course.rung == "recall" and len(course.captions) == len(now.users)
    pixels = np.asarray(sent.arrays[course.stand_ins["candidates"]])
    topic = np.empty(now.field.width * now.field.height, np.int64)
    for number, start, end in now.field.bands:
        topic.reshape(now.field.height, -1)[:, start:end] = number
    for n, user in enumerate(now.users):
        liked = np.argsort(-now.site.world.users.taste[user])[:3]
        for k, said in enumerate(course.captions[n]):
            inside = int(np.isin(topic[pixels[n, k].astype(int)], liked).sum())
            numbers = [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", said)]
            assert sorted(numbers) == sorted((told.steps[k], inside, now.config.recalled)), said
            assert bool(CHINESE.search(said)) == (language == "zh")
    left = np.asarray(sent.arrays[course.stand_ins["left"]])
    assert (left[:, :, 0] == 1).all() and left.shape == (len(now.users), len(told.steps), 4)
    assert (left[:, -1, 2] > 1.2 * left[:, 0, 2]).all()  # what recall leaves of the best grows as it learns


def test_there_is_no_course_while_a_run_goes_on_or_at_an_earlier_moment(now: Shown) -> None:
    for other in (dataclasses.replace(now, live=True), dataclasses.replace(now, frame=now.recording.frames[0])):
        assert other.course is None


def test_lines_of_ranking_have_the_colour_of_the_true_minutes(now: Shown) -> None:
    sent = charts.stage(now, "recorded")
    (slopes,) = [panel for panel in sent.panels if isinstance(panel, Slopes)]
    assert slopes.values is not None and slopes.value_label
    minutes = np.asarray(sent.arrays[slopes.values])
    for s, user in enumerate(now.users):
        scene = now.scene(user, now.days[-1])
        lines = charts.lines_of(scene)
        np.testing.assert_allclose(
            minutes[s, -1, : len(lines)], now.truth.minutes(user, lines, now.days[-1]), rtol=1e-6
        )
    assert 0 < slopes.value_high <= np.ceil(np.nanmax(minutes))
    assert np.nanmean(minutes <= slopes.value_high) >= 0.95


def test_users_are_named_with_the_sign_of_their_topic(now: Shown) -> None:
    sweep = charts.stage(now, "recorded").sweep
    assert sweep is not None and len(sweep.options) == len(sweep.icons) == len(set(sweep.icons)) == 6
    assert len(set(naming.ICONS)) == TOPICS


def test_a_run_of_the_same_world_has_the_users_of_the_recording(now: Shown) -> None:
    other = dataclasses.replace(now.config, steps=now.config.steps + 1)
    frames = tuple(dataclasses.replace(frame, metrics={}) for frame in now.recording.frames)
    run = Shown(Recording(other, frames), frames[-1], RUN)
    assert run.users == now.users


def test_what_the_stage_sends_comes_from_scenes(now: Shown) -> None:
    sent = charts.stage(now, "recorded")
    assert pack(sent, start=Position(0, 0.0, "rank"), seek=0).nbytes <= 1_000_000
    assert list(sent.steps) == list(steps_of(now.days))
    glow = sent.arrays["glow"]
    assert isinstance(glow, Quantised)
    for s, user in enumerate(now.users):
        for f, day in enumerate(now.days):
            scene = now.scene(user, day)
            np.testing.assert_allclose(glow.bytes[s, f] / 255, scene.glow, atol=0.5 / 255)
            places = np.asarray(sent.arrays["places"])[s, f]
            pixels = np.asarray(sent.arrays["shown"])[s, f]
            for n, video in enumerate(scene.given.shown):
                assert places[n, 1] == n + 1 and scene.given.candidates[int(places[n, 0]) - 1] == video
                assert now.field.video(int(pixels[n])) == video
            np.testing.assert_allclose(np.asarray(sent.arrays["left"])[s, f], (1.0, *scene.kept), atol=1e-6)
            np.testing.assert_allclose(np.asarray(sent.arrays["plain"])[s, f], now.plain(user, day), atol=1e-6)


def test_a_link_keeps_what_was_picked_of_many() -> None:
    """As long as it is offered: another user has other videos."""

    def boxes(at: AppTest) -> dict[str, Any]:
        assert not at.exception
        return {box.label: box for box in at.selectbox}

    at = opened(**{PLACE.open_key("which"): "true", PLACE.open_key("item2vec"): "true"})
    assert "recommender_which_raised" not in at.query_params
    offered = boxes(at)["Neighbours of"].options
    boxes(at)["Raise the score of"].select_index(3).run()
    boxes(at)["Neighbours of"].select_index(4).run()
    link = {name: "".join(at.query_params[name]) for name in at.query_params}
    again = boxes(opened(**link))
    assert again["Raise the score of"].value == 3 and again["Neighbours of"].index == 4
    other = opened(**link | {"recommender_user": "1"})
    assert boxes(other)["Neighbours of"].options != offered and boxes(other)["Neighbours of"].index == 0
    assert "recommender_item2vec_video" not in other.query_params


def test_a_link_keeps_what_a_slider_of_a_section_chose() -> None:
    at = opened(**{PLACE.open_key("age"): "true", PLACE.open_key("serving"): "true"})
    next(button for button in at.button if button.label == "Build three indexes and measure them").click().run()
    started = {slider.label: slider.value for slider in at.select_slider}
    for label, chosen in (("Uploaded on", 20), ("Candidates", 100), ("Cells looked at", 1)):
        next(slider for slider in at.select_slider if slider.label == label).set_value(chosen).run()
        assert not at.exception
    link = {name: "".join(at.query_params[name]) for name in at.query_params}
    assert link["recommender_life"] == "20" and link["recommender_serving_candidates"] == "100"
    again = opened(**link)
    next(button for button in again.button if button.label == "Build three indexes and measure them").click().run()
    found = {slider.label: slider.value for slider in again.select_slider}
    assert found.keys() == started.keys() and all(found[label] != started[label] for label in found)


LARGEST = {
    "en": ("**before recall**", "**at recall**", "**at ranking**"),
    "zh": ("**在召回之前**", "**在召回**", "**在精排**"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_the_stage_that_takes_most_for_every_user_and_day(now: Shown, language: str) -> None:
    for user in now.users:
        for day in now.days:
            scene = now.scene(user, day)
            at = np.argmax(-np.diff((1.0, *scene.kept)))
            with speaking(language):
                said = answer.served(now, user, day, scene)
            assert [one in said for one in LARGEST[language]] == [n == at for n in range(3)]
            assert f"**{scene.kept[2]:.0%}**" in said and f"{now.plain(user, day)[0]:.0%}" in said
            if language == "zh":
                told = said.partition("：")[2]  # behind who and when
                assert len(re.split(r"[0-9]", told)[0]) <= 45


def test_what_needs_no_training_is_worth_what_it_is_in_truth(now: Shown) -> None:
    """Recent hits: watched most in the last days among the kinds of the last watches, nothing watched before; and chance."""
    user, day = now.users[0], now.days[-1]
    gone, most = now.server.gone(user, day), now.config.shown
    plain = Plain(now.site, now.truth)
    hits = plain.recent(user, day, gone, most)
    assert len(set(hits)) == most and not np.isin(hits, gone).any()
    topics, taste = now.site.world.videos.topic[hits], now.site.world.users.taste[user]
    assert taste[topics].mean() > 2 * taste.mean()
    watches = now.site.history.watches
    lately = watches.item[(watches.second < day * SECONDS) & (watches.second >= (day - 7) * SECONDS)]
    counts = np.bincount(lately, minlength=len(now.site.world.videos))
    assert counts[hits].mean() > 20 * counts[now.site.known].mean()
    best = now.truth.favourites(user, day)[1][:most].sum()
    worth, chance = now.plain(user, day)
    assert worth == pytest.approx(now.truth.minutes(user, hits, day).sum() / best)
    some = np.random.default_rng(9).choice(len(now.site.world.videos), 4_000, replace=False)
    assert chance == pytest.approx(now.truth.minutes(user, some, day).mean() * most / best, rel=0.2)


def test_bars_stand_where_the_truth_is_known_alone(now: Shown) -> None:
    stage = charts.stage(now, "recorded")
    assert [type(panel).__name__ for panel in stage.panels] == ["Field", "Stages", "Slopes", "Listing"]
    assert stage.instead == {"history": "slopes"} and "rank" not in stage.stands_on["history"]
