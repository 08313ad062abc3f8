"""The answer of the moment on stage, as one sentence."""

from __future__ import annotations

from engine.recommender.serving.scene import Favourite
from engine.recommender.serving.server import COLD, RANKING
from pages.recommender import naming
from pages.recommender.shown import Shown
from pages.ui.language import t
from pages.ui.marked import Marked
from pages.ui.run.live import earlier


def answer(now: Shown) -> str:
    """How many are left after each stage for the user and day on stage, what they keep, where a favourite died, and of which
    moment the models are, unless the last."""
    user, day, scene = now.now()
    site, given = now.site, scene.given
    parts: list[str] = [
        t(
            "{user}, day {day}: {videos} videos → {known} watched often enough to be found → {recalled} recalled in {recall} ms → {last}.",
            user=naming.user(site, user),
            day=f"{day:,.0f}",
            videos=f"{int((site.world.videos.uploaded <= day).sum()):,}",
            known=f"{int((site.world.videos.uploaded[site.known] <= day).sum()):,}",
            recalled=len(given.candidates),
            recall=f"{given.milliseconds[0] + given.milliseconds[1]:.1f}",
            last=_last(now, len(given.shown), given.milliseconds[2]),
        )
    ]
    if site.world.true:
        kept = dict(zip("abc", (f"{100 * share:.0f}" for share in scene.kept), strict=True))
        parts.append(t("Of the best possible watch time {a}% → {b}% → **{c}%** are left.", **kept))
        if now.server.ranker and scene.lost:
            parts.append(lost(now, scene.lost[0]))
    if earlier(now.recording, now.frame):
        parts.append(
            t(
                "The models are those of training step {step} of {last}.",
                step=f"{now.frame.step:,}",
                last=f"{now.recording.frames[-1].step:,}",
            )
        )
    return Marked(" ").join(parts)


def _last(now: Shown, shown: int, milliseconds: float) -> str:
    if not now.ranks:
        return t(
            "the first **{shown}** are shown: too few impressions that were not watched for a ranking", shown=shown
        )
    if now.server.ranker is None:
        return t("the first **{shown}** are shown: ranking is not trained yet", shown=shown)
    return t("**{shown}** shown in {rank} ms", shown=shown, rank=f"{milliseconds:.1f}")


def lost(now: Shown, one: Favourite) -> str:
    """Where a favourite died, and how near it was."""
    about = {"title": naming.title(now.site, one.video), "n": f"{one.place:,}", "place": f"{one.lost.place:,}"}
    if one.lost.stage == COLD:
        return t(
            "This user's favourite {n}, “{title}”, died before recall: too seldom watched, it has no vector.", **about
        )
    if one.lost.stage == RANKING:
        return t("This user's favourite {n}, “{title}”, died at ranking: place {place}.", **about)
    if one.lost.gap < 0:
        return t("This user's favourite {n}, “{title}”, died at recall: the index did not look at it.", **about)
    return t("This user's favourite {n}, “{title}”, died at recall: place {place}.", **about)
