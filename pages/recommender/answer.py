"""The answer of the moment on stage, as one sentence."""

from __future__ import annotations

from engine.recommender.serving.scene import Scene
from engine.recommender.serving.users import largest_loss
from pages.recommender import naming
from pages.recommender.left import counts_of
from pages.recommender.shown import Shown
from pages.ui.language import N_, sentences, t
from pages.ui.run.live import earlier


def answer(now: Shown) -> str:
    """What is left of the best possible watch time for the user and day on stage, and which stage takes most of it; how many are
    left after each where nobody knows the best. And of which moment the models are, unless the last."""
    user, day, scene = now.now()
    parts = [
        served(now, user, day, scene) if now.site.world.true and now.server.ranker else _counted(now, user, day, scene)
    ]
    if earlier(now.recording, now.frame):
        parts.append(
            t(
                "The models are those of training step {step} of {last}.",
                step=f"{now.frame.step:,}",
                last=f"{now.recording.frames[-1].step:,}",
            )
        )
    return sentences(parts)


MOST_LOST = (
    N_("Most is lost **before recall**: too few people watched those videos."),
    N_("Most is lost **at recall**: others of the {known} vectors are nearer to the user's."),
    N_("Most is lost **at ranking**: it puts others first."),
)
"""By the stage that takes most."""


def served(now: Shown, user: int, day: float, scene: Scene) -> str:
    """What comes of it, beside what needs no training, and where most is lost."""
    videos, known, _, shown = counts_of(now, scene)
    said = t(
        "{user}, day {day}: {videos} videos to {shown} in {ms} ms, at **{share}** of the best possible watch time (recent hits: {hits}).",
        user=naming.user(now.site, user),
        day=f"{day:,.0f}",
        videos=f"{videos:,}",
        shown=shown,
        ms=f"{sum(scene.given.milliseconds):.1f}",
        share=f"{scene.kept[2]:.0%}",
        hits=f"{now.plain(user, day)[0]:.0%}",
    )
    return sentences((said, t(MOST_LOST[largest_loss(scene.kept)], known=f"{known:,}")))


def _counted(now: Shown, user: int, day: float, scene: Scene) -> str:
    videos, known, recalled, shown = counts_of(now, scene)
    given = scene.given
    said = t(
        "{user}, day {day}: {videos} videos → {known} watched often enough to be found → {recalled} recalled in {recall} ms → {last}.",
        user=naming.user(now.site, user),
        day=f"{day:,.0f}",
        videos=f"{videos:,}",
        known=f"{known:,}",
        recalled=recalled,
        recall=f"{given.milliseconds[0] + given.milliseconds[1]:.1f}",
        last=_last(now, shown, given.milliseconds[2]),
    )
    if not now.site.world.true:
        return said
    kept = dict(zip("abc", (f"{100 * share:.0f}" for share in scene.kept), strict=True))
    return sentences((said, t("Of the best possible watch time {a}% → {b}% → **{c}%** are left.", **kept)))


def _last(now: Shown, shown: int, milliseconds: float) -> str:
    if not now.ranks:
        return t(
            "the first **{shown}** are shown: too few impressions that were not watched for a ranking", shown=shown
        )
    if now.server.ranker is None:
        return t("the first **{shown}** are shown: ranking is not trained yet", shown=shown)
    return t("**{shown}** shown in {rank} ms", shown=shown, rank=f"{milliseconds:.1f}")
