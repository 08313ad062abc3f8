"""The answer of the moment on stage, as one sentence."""

from __future__ import annotations

from engine.recommender.scene import Favourite
from engine.recommender.serving import COLD, RANKING
from pages.recommender import named
from pages.recommender.shown import Shown
from pages.ui.language import N_, plain, t

UNRANKED = N_("Ranking is not trained yet: the order is that of recall.")


def answer(now: Shown) -> str:
    """How many are left after each stage for the user and day on stage, what they keep, and where a favourite died."""
    user, day, scene = now.now()
    site, given = now.site, scene.given
    counts = {
        "videos": f"{int((site.world.videos.uploaded <= day).sum()):,}",
        "known": f"{len(site.known):,}",
        "recalled": len(given.candidates),
        "shown": len(given.shown),
        "recall": f"{given.milliseconds[0] + given.milliseconds[1]:.1f}",
        "rank": f"{given.milliseconds[2]:.1f}",
    }
    who = {"user": plain(named.user(site, user)), "day": f"{day:.0f}"}
    if not site.world.true:
        sentence = t("{user}, day {day}: {videos} videos → {known} with a vector → {recalled} recalled in {recall} ms → **{shown}** shown in {rank} ms.", **who, **counts)  # fmt: skip
        return sentence if now.server.ranker else f"{sentence} {t(UNRANKED)}"
    kept = dict(zip("abc", (f"{100 * share:.0f}" for share in given.kept), strict=True))
    sentence = t(
        "{user}, day {day}: {videos} videos → {known} with a vector → {recalled} recalled in {recall} ms → **{shown}** shown in {rank} ms; of the best possible watch time {a}% → {b}% → **{c}%** are left.",
        **who,
        **counts,
        **kept,
    )
    if now.server.ranker is None:
        return f"{sentence} {t(UNRANKED)}"
    return f"{sentence} {lost(now, scene.lost[0])}" if scene.lost else sentence


def lost(now: Shown, one: Favourite) -> str:
    """Where a favourite died, and how near it was."""
    named_ = plain(named.title(now.site, one.video))
    about = {"title": named_, "n": f"{one.place:,}", "place": f"{one.lost.place:,}"}
    if one.lost.stage == COLD:
        return t("Their number {n}, “{title}”, died before recall: too seldom watched, it has no vector.", **about)
    if one.lost.stage == RANKING:
        return t("Their number {n}, “{title}”, died at ranking: place {place}.", **about)
    return t("Their number {n}, “{title}”, died at recall: place {place}.", **about)
