"""What each stage leaves of the best possible watch time, and what would without any training: the bars at the right of the stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.recommender.serving.scene import Scene
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, t
from pages.ui.player.stage import Ref, Stages

STAGES = (N_("uploaded"), N_("with a vector"), N_("recalled"), N_("shown"))
PLAINLY = (N_("recent hits {share}"), N_("at random {share}"))


def arrays(now: Shown, grid: Sequence[Sequence[Scene]]) -> dict[str, np.ndarray]:
    """What each stage leaves, and what would need no training; nothing where nobody knows what a user would watch."""
    if not now.site.world.true:
        return {}
    plain = [[now.plain(user, day) for day in now.days] for user in now.users]
    return {
        "left": np.array([[(1.0, *scene.kept) for scene in row] for row in grid], np.float32),
        "plain": np.array(plain, np.float32),
    }


def panel(now: Shown, grid: Sequence[Sequence[Scene]]) -> tuple[Stages, ...]:
    """The bars, where there is a truth to compare with."""
    if not now.site.world.true:
        return ()
    counts = tuple(tuple(tuple(f"{n:,}" for n in counts_of(now, one)) for one in row) for row in grid)
    return (
        Stages(
            "left",
            t("Watch time of the best {shown} still possible", shown=now.config.shown),
            Ref("left"),
            tuple(t(name) for name in STAGES),
            counts,
            Ref("plain"),
            tuple(bare(one) for one in PLAINLY),
            "−{share}",
        ),
    )


def counts_of(now: Shown, one: Scene) -> tuple[int, int, int, int]:
    """How many videos are there at a scene's moment, have a vector, are recalled, and are shown."""
    world, given = now.site.world, one.given
    there = [int((world.videos.uploaded[some] <= given.now).sum()) for some in (slice(None), now.site.known)]
    return there[0], there[1], len(given.candidates), len(given.shown)
