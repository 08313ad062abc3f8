"""What is on stage: a run at one moment of its training, its site, and scenes of the offered users."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, cast

import streamlit as st

from engine.recommender import OwnLogConfig, RecommenderConfig, open_site
from engine.recommender.held_out.data import rankable
from engine.recommender.looks.plain import Plain
from engine.recommender.own_log.found import log_in
from engine.recommender.own_log.log import OwnLog
from engine.recommender.own_log.site import site_of_log
from engine.recommender.serving.course import TOLD, Course, asked, course, course_of
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.scene import Scene, days, scene
from engine.recommender.serving.server import Server
from engine.recommender.serving.truth import Truth
from engine.recommender.serving.users import users_of
from engine.recommender.shipped import recorded
from engine.recommender.site.field import Field, field_of
from engine.recommender.site.vocabulary import Site
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from pages.recommender import where
from pages.recommender.where import PLACE
from pages.ui.language import t
from pages.ui.run import reading
from pages.ui.run.on_stage import OnStage, current

FRAMES, MOST_GLOW, MOST_LIVE_GLOW = 6, 600_000, 220_000
"""Days on stage, and the most numbers of glow that a stage sends, once or with each frame of training; a large vocabulary has
fewer days."""


class Shown(OnStage[RecommenderConfig]):
    """Both models of a run at one moment, its site, and scenes of the users that are offered."""

    @property
    def own(self) -> bool:
        """Whether the run on stage is of the viewer's own log."""
        return isinstance(self.config, OwnLogConfig)

    @property
    def _keep(self) -> tuple[Callable[..., Any], ...]:
        return _KEEP[self.own]

    @cached_property
    def server(self) -> Server:
        """Both models at this moment, ready to recommend."""
        return cast(Server, self._keep[0](self.config.digest, self.frame.step, self.recording, self.frame))

    @cached_property
    def site(self) -> Site:
        """The world as the models see it."""
        return self.server.site

    @cached_property
    def truth(self) -> Truth:
        """What the users would really watch."""
        world = self.config if self.own else _world(self.config)
        return cast(Truth, self._keep[4](world.digest, self.site))

    @cached_property
    def field(self) -> Field:
        """Where every video stands."""
        world = self.config if self.own else _world(self.config)
        return cast(Field, self._keep[1](world.digest, self.site))

    @cached_property
    def users(self) -> tuple[int, ...]:
        """Who is offered."""
        shipped = recorded()
        frames = shipped.frames if same_world(self.config, shipped.config) else self.recording.frames
        return cast(tuple[int, ...], self._keep[3](self.config.digest, frames[-1].step, self.site, frames))

    @cached_property
    def course(self) -> Course | None:
        """What recall finds for them as training goes on, where that is over and the viewer looks at its end."""
        if self.live or self.frame is not self.recording.frames[-1]:
            return None
        return cast(Course | None, self._keep[7](self.config.digest, self.recording.digest, self))

    @cached_property
    def days(self) -> tuple[float, ...]:
        """The days on stage."""
        glow = MOST_LIVE_GLOW if self.live else MOST_GLOW
        most = max(2, min(FRAMES, glow // (len(self.users) * len(self.site.known))))
        return days(self.site, min(most, self.site.world.config.days))

    @cached_property
    def ranks(self) -> bool:
        """Whether there is anything to rank by: an own log of watches alone holds nothing that was shown in vain."""
        return rankable(self.site.world)

    def unranked(self) -> str:
        """Why there is no ranking, as a sentence."""
        if self.ranks:
            return t("Ranking is not trained yet.")
        return t("There is no ranking: this log has too few impressions that were not watched.")

    @cached_property
    def timed(self) -> bool:
        """Whether watch times are known: an own log without them counts a minute for each watch."""
        log = self.site.world.log
        return bool((log.minutes[log.clicked] != 1.0).any())

    @property
    def weighed(self) -> bool:
        """Whether ranking's odds are minutes: its positives weigh by their watch time, and that is known."""
        return self.config.weighting != "none" and self.timed

    def at(self) -> int:
        """Which of the users is on stage; the first where the URL names none that there is."""
        return where.hero() if where.hero() < len(self.users) else 0

    def scene(self, user: int, day: float) -> Scene:
        """One of the offered users at one day; without the watches that the viewer took away, if on stage."""
        gone = where.without() if user == self.users[self.at()] else ()
        return cast(Scene, self._keep[2](self.config.digest, self.frame.step, user, day, gone, self))

    def plain(self, user: int, day: float) -> tuple[float, float]:
        """The shares of a simulated user's best possible watch time that recent hits would leave, and that chance would."""
        world = self.config if self.own else _world(self.config)
        plain = self._keep[5](world.digest, self.site, self.truth)
        return cast(tuple[float, float], self._keep[6](self.config.digest, user, day, plain, self))

    def now(self) -> tuple[int, float, Scene]:
        """User, day and scene on stage."""
        user = self.users[self.at()]
        steps = steps_of(self.days)
        day = self.days[PLACE.start(steps, where.RUNGS, float(self.at())).frame]
        return user, day, self.scene(user, day)


def steps_of(days_: tuple[float, ...]) -> tuple[int, ...]:
    """Frames of the player are days, in whole numbers."""
    return tuple(round(day) for day in days_)


def same_world(one: Config, other: Config) -> bool:
    """Whether users and videos are the same; a user's own log is like no other."""
    simulated = all(isinstance(c, RecommenderConfig) and not isinstance(c, OwnLogConfig) for c in (one, other))
    return simulated and _world(cast(RecommenderConfig, one)) == _world(cast(RecommenderConfig, other))


def _world(config: RecommenderConfig) -> RecommenderConfig:
    """The same site with every other setting at its default."""
    return replace(RecommenderConfig.of(config.world), test=RecommenderConfig().test)


@st.cache_resource(max_entries=6, show_spinner=False)
def _simulated(digest: str, _config: RecommenderConfig) -> Site:
    return open_site(_config)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _own(table: str, told: str, rated: str, fewest: int, asked: str, _config: OwnLogConfig, _log: OwnLog) -> Site:
    return site_of_log(_config, _log)


def site_of_config(config: RecommenderConfig) -> Site:
    """The site of a config; those that differ in training alone share it. An own log's is read from this session's file."""
    if isinstance(config, OwnLogConfig):
        log = reading.again(config.table, log_in, rated=config.rated, told=config.told)
        site = _own(config.table, config.told, config.rated, config.fewest, config.asked, config, log)
    else:
        world = _world(config)
        site = _simulated(world.digest, world)
    return replace(site, world=replace(site.world, config=config))


def _open(digest: str, step: int, _recording: Recording[RecommenderConfig], _frame: Frame) -> Server:
    frames = [frame for frame in _recording.frames if frame.step <= step]
    return server_at(site_of_config(_recording.config), frames)


def _lay_out(digest: str, _site: Site) -> Field:
    return field_of(_site.world.videos)


def _know(digest: str, _site: Site) -> Truth:
    return Truth(_site)


def _offer(digest: str, step: int, _site: Site, _frames: Sequence[Frame]) -> tuple[int, ...]:
    return users_of(_site, _frames)


def _follow(digest: str, run: str, _now: Shown) -> Course | None:
    """As a shipped run says; of another as the parameters that its frames keep say."""
    site, frames = _now.site, _now.recording.frames
    kept = [frame for frame in frames if TOLD in frame.parameters]
    return course_of(site, frames) or course(
        site, {frame.step: asked(site, frame, _now.users, _now.truth) for frame in kept}
    )


def _look(digest: str, step: int, user: int, day: float, without: tuple[int, ...], _now: Shown) -> Scene:
    return scene(_now.server, _now.truth, user, day, without)


def _without_training(digest: str, _site: Site, _truth: Truth) -> Plain:
    return Plain(_site, _truth)


def _plainly(digest: str, user: int, day: float, _plain: Plain, _now: Shown) -> tuple[float, float]:
    return _plain.shares(user, day, _now.server.gone(user, day), _now.config.shown)


_kept = partial(st.cache_resource, show_spinner=False)
_KEEPING = (_open, _lay_out, _look, _offer, _know, _without_training, _plainly, _follow)
_KEEP: dict[bool, tuple[Callable[..., Any], ...]] = {
    False: tuple(
        _kept(max_entries=most)(one) for one, most in zip(_KEEPING, (8, 6, 400, 8, 6, 6, 400, 8), strict=True)
    ),
    True: tuple(
        _kept(scope="session", max_entries=most)(one)
        for one, most in zip(_KEEPING, (2, 2, 90, 2, 2, 2, 90, 2), strict=True)
    ),
}
"""Server, field, scenes, offered users, truth and what needs no training, by whether they are of a user's own log, which goes with the browser session."""


def shown() -> Shown:
    """What is on stage now."""
    return current(PLACE, RecommenderConfig, Shown, recorded, lambda now: site_of_config(now.config))
