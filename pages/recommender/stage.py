"""What a click on the stage asks, and what another world or another training forgets."""

from __future__ import annotations

import numpy as np

from engine.recommender.serving.scene import watches
from engine.recommender.shipped import recorded
from pages.recommender import charts, where
from pages.recommender.shown import Shown, same_world
from pages.recommender.where import PLACE
from pages.ui.language import t
from pages.ui.player.position import Click, Position
from pages.ui.player.stage import Stage
from pages.ui.run import training


def stage(now: Shown) -> Stage:
    """The player's scene of the offered users."""
    return charts.stage(now, now.origin)


def clicked(now: Shown, stage: Stage, click: Click) -> None:
    """Bring another user on stage where the slider was moved and not yet told; then what is asked of that one."""
    user = int(click.hero or 0)
    if user != now.at():
        where.choose_user(float(user))
    _ask(now, click, user)
    PLACE.remember(Position(click.frame, click.hero, click.rung), stage.steps)


def switched() -> None:
    """The other source was chosen: users and videos of another world are others."""
    run = training.current()
    if run is None or not same_world(run.config, recorded().config):
        where.forget()


def otherwise(now: Shown) -> str:
    """What is on stage, in a line."""
    return t("On stage: {videos} videos, seed {seed}.", videos=f"{len(now.site.world.videos):,}", seed=now.config.seed)


def _ask(now: Shown, click: Click, at: int) -> None:
    """A click on a pixel or a line asks about a video; one on a watch takes it away."""
    if click.row is None:
        return
    user, day = now.users[at], now.days[click.frame]
    if click.panel == "history":
        seen = watches(now.site, user, day, charts.LISTED)
        if click.row < len(seen):
            where.toggle(seen[click.row].video)
        return
    if click.panel == "field":
        video = now.field.video(click.row)
    else:
        scene = now.scene(user, day)
        lines = charts.lines_of(scene)
        video = int(lines[min(click.row, len(lines) - 1)]) if len(lines) else -1
    if video >= 0:
        where.look_at(int(np.int64(video)))
