"""Why not recommended: one video's way through the funnel, the stage where it died, and by how much."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.recommender.serving.explain import explain_logit, explain_score
from engine.recommender.serving.scene import Scene
from engine.recommender.serving.server import COLD, FUTURE, RANKING, RECALL, SHOWN, WATCHED, Lost, Server
from engine.runs.explanation import Explanation
from pages.recommender import naming, settings, where
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import N_, sentences, t
from pages.ui.marked import Marked, plain
from pages.ui.pieces.drawer import open_drawer
from pages.ui.pieces.zoom import zoom

STAGES = (FUTURE, WATCHED, COLD, RECALL, RANKING)
"""In the order in which a video can be lost."""
PASSED = {
    FUTURE: N_("uploaded"),
    WATCHED: N_("not watched yet"),
    COLD: N_("has a vector"),
    RECALL: N_("recalled"),
    RANKING: N_("shown"),
}
DIED = {
    FUTURE: N_("not uploaded yet"),
    WATCHED: N_("watched already"),
    COLD: N_("no vector"),
    RECALL: N_("not recalled"),
    RANKING: N_("lost at ranking"),
}

MINUTES = N_("**Ranking**: the logit z; its odds e^z are {odds} minutes for each impression that is not clicked")
ODDS = N_("**Ranking**: the logit z; its odds e^z of a click are {odds}, no minutes")


def draw() -> None:
    """Nothing until a video is chosen."""
    now = shown()
    video = where.video()
    if video is None or video >= len(now.site.world.videos):
        _suggest(now)
        return
    _, day, scene = now.now()
    with st.container(border=True, key="why"):
        lost = now.server.lost(scene.given, video)
        _head(now, video, lost)
        st.markdown(_way(now, lost))
        st.markdown(told(now, lost, len(scene.given.candidates), video in where.without()))
        _facts(now, scene, video, day)
        sums = _sums(now, scene, video, lost) if lost.stage in (RECALL, RANKING, SHOWN) else {}
        way = told(now, lost, len(scene.given.candidates), video in where.without())
        open_drawer(PLACE, _question(now, video, lost), (way,), sums, below="why", of=f"video {video}")


def _suggest(now: Shown) -> None:
    """What it took, and one thing to click."""
    _, day, scene = now.now()
    st.caption(sentences(_took(now, day, scene)))
    st.caption(t("Click any video of the field, or a line: why is it not recommended?"))
    with st.container(horizontal=True, key="suggest"):
        for one in scene.lost:
            st.button(
                plain(naming.title(now.site, one.video)),
                key=f"why_{one.video}",
                icon=":material/help:",
                type="tertiary",
                on_click=_look_at,
                args=(one.video,),
            )


def _took(now: Shown, day: float, scene: Scene) -> list[str]:
    """Sentences about the time of each stage, and from when the models are."""
    path, search, ranked = (f"{spent:.1f}" for spent in scene.given.milliseconds)
    parts: list[str] = [
        t(
            "The user's path took {path} ms, the search among {known} vectors {search} ms ({index}: {found}% of the exact answer).",
            path=path,
            search=search,
            index=t(settings.INDEXES[now.config.index]),
            found=f"{100 * scene.found:.0f}",
            known=f"{len(now.site.known):,}",
        )
    ]
    if now.server.ranker:
        parts.append(
            t(
                "Ranking {candidates} candidates took {ranked} ms.",
                candidates=len(scene.given.candidates),
                ranked=ranked,
            )
        )
    if day < now.days[-1]:
        parts.append(
            t(
                "Recall has learnt from all {days} days: here it serves an earlier one.",
                days=f"{now.days[-1]:.0f}",
            )
        )
    return parts


def _head(now: Shown, video: int, lost: Lost) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        channel = naming.channel(now.site, video)
        question = _asked(lost)
        head = Marked("**{question}** “{title}” · :gray[{channel}]" if channel else "**{question}** “{title}”")
        st.markdown(head.format(question=question, title=naming.title(now.site, video), channel=channel))
        st.button(t("Close"), icon=":material/close:", key="why_close", type="tertiary", on_click=_close)


def _asked(lost: Lost) -> Marked:
    return t("Recommended") if lost.stage == SHOWN else t("Why not recommended?")


def _question(now: Shown, video: int, lost: Lost) -> Marked:
    """The same on the stage, in a line."""
    return Marked("{question} “{title}”").format(question=_asked(lost), title=naming.title(now.site, video))


def _close() -> None:
    where.let_go()
    PLACE.refresh()


def _look_at(video: int) -> None:
    where.look_at(video)
    PLACE.refresh()


def _way(now: Shown, lost: Lost) -> str:
    """A badge for each stage, up to the one where it died."""
    badges: list[str] = []
    for stage in STAGES:
        if stage == lost.stage:
            died = t("not shown") if stage == RANKING and now.server.ranker is None else t(DIED[stage])
            badges.append(Marked(":orange-badge[:material/close: {died}]").format(died=died))
            break
        badges.append(Marked(":green-badge[:material/check: {passed}]").format(passed=t(PASSED[stage])))
    return Marked(" → ").join(badges)


def told(now: Shown, lost: Lost, candidates: int, taken: bool = False) -> str:
    """The stage and the gap as a sentence; `taken`: its watch was taken away."""
    if lost.stage == FUTURE:
        return t("On this day it does not exist yet.")
    if lost.stage == WATCHED:
        watched = t("This user has watched it already.")
        return (
            sentences((watched, t("Taken away, it shapes u and ranking no more, but it is not offered again.")))
            if taken
            else watched
        )
    if lost.stage == COLD:
        if now.config.fewest == 1:
            return t("Nobody watched it, so training gave it no vector: however well it suits, recall cannot find it.")
        return t("It was watched fewer than {least} times, so training gave it no vector: however well it suits, recall cannot find it.", least=now.config.fewest)  # fmt: skip
    if lost.stage == RECALL and lost.gap < 0:
        return t("Place {place} of recall by its u · v, but the index did not look at it.", place=f"{lost.place:,}")
    if lost.stage == RECALL:
        return t("Place {place} of recall, and {candidates} go on: its u · v misses the last of them by {gap}.", place=f"{lost.place:,}", candidates=candidates, gap=f"{lost.gap:.3f}")  # fmt: skip
    if lost.stage == RANKING and now.server.ranker is None:
        return t("Place {place} of recall, and {shown} are shown: there is no ranking yet.", place=lost.place, shown=now.config.shown)  # fmt: skip
    if lost.stage == RANKING:
        return t("Place {place} of ranking, and {shown} are shown: its z misses the last of them by {gap}.", place=lost.place, shown=now.config.shown, gap=f"{lost.gap:.3f}")  # fmt: skip
    return t("It is recommended: place {place}.", place=lost.place)


def _facts(now: Shown, scene: Scene, video: int, day: float) -> None:
    """The truth, which no model knows, and what ranking reads."""
    world, user = now.site.world, scene.given.user
    parts, age = [], day - float(world.videos.uploaded[video])
    if world.true:
        minutes = float(now.truth.minutes(user, np.array([video]), day)[0])
        best = now.truth.favourites(user, day)[1]
        above = int((best > minutes).sum())
        parts.append(t("truth: expected watch time {minutes} min", minutes=f"{minutes:.2f}"))
        if above < len(best) and age >= 0:
            parts.append(t("the user's number {place} of all", place=f"{above + 1:,}"))
        parts.append(t("{minutes} min long", minutes=f"{float(world.videos.minutes[video]):.1f}"))
        if world.videos.bait[video] > 0.5:
            parts.append(t("click-bait"))
    if age >= 0:
        parts.append(t("{days} days old", days=f"{age:,.0f}"))
    st.caption(Marked(" · ").join(parts))


def _sums(now: Shown, scene: Scene, video: int, lost: Lost) -> dict[str, Explanation]:
    """Recall's sum and ranking's, written out as far as it came; by their headings."""
    server, given = now.server, scene.given
    row = int(now.site.row(np.array([video]))[0])
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(t("**Recall**: the score u · v"))
        score = explain_score(server, given, row)
        zoom(score)
    with right:
        if server.ranker is None or lost.stage == RECALL:
            st.caption(t("Ranking never read it.") if server.ranker else now.unranked())
            return {t("Recall"): score}
        odds = _odds(server, scene, video)
        st.markdown(t(MINUTES if now.weighed else ODDS, odds=f"{odds:.2f}"))
        some = server.features(given.user, np.array([video]), given.now, where.without())
        logit = explain_logit(server, server.ranker.seen(some))
        zoom(logit)
        if now.weighed and now.site.world.true and odds > now.site.world.videos.minutes[video]:
            st.caption(
                t(
                    "More minutes than the video has: odds are close to watch time only where clicks are rare. *Watch time* below holds them against the truth."
                )
            )
    return {t("Recall"): score, t("Ranking"): logit}


def _odds(server: Server, scene: Scene, video: int) -> float:
    at = np.flatnonzero(scene.given.candidates == video)
    return float(np.exp(scene.given.z[at[0]])) if len(at) else float("nan")
