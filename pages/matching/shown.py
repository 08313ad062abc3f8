"""What is on stage: a run at one moment of its training, a query, and the documents that compete for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, cast

import streamlit as st

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.baselines import Baselines
from engine.matching.claims import LOG
from engine.matching.data.log import Log
from engine.matching.opened.opened import Opened
from engine.matching.opened.scene import Index, Scene, SceneMaker, without
from engine.matching.opened.trace import OpenedModel, Row
from engine.matching.own_pairs.pairs import log_in
from engine.matching.shipped import SHIPPED, library
from engine.matching.training import Library
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from pages.matching import charts, settings, where
from pages.matching.where import PLACE
from pages.ui.language import language
from pages.ui.run import reading
from pages.ui.run.on_stage import OnStage, current


class Shown(OnStage[MatchingConfig]):
    """A run's models at one moment, its texts, and the query that is asked."""

    @cached_property
    def hand(self) -> SceneMaker:
        """The texts, and who makes scenes of them."""
        return _hand(self.config)

    @property
    def models(self) -> dict[str, OpenedModel]:
        """Every model at this moment."""
        return self._opened[0]

    @property
    def index(self) -> Index:
        """The models with the vectors of all documents, to rank with."""
        return self._opened[1]

    @cached_property
    def _opened(self) -> tuple[dict[str, OpenedModel], Index]:
        # A run is a function of its config: config and step name a moment, without a look at its numbers.
        keep = _open_own if isinstance(self.config, PairsConfig) else _open_shared
        return cast(
            tuple[dict[str, OpenedModel], Index], keep(self.config.digest, self.frame.step, self.config, self.frame)
        )

    def offered(self) -> list[Scene]:
        """The queries to choose from, the typed one last."""
        hand = self.hand
        scenes = [hand.held_out(n) for n in hand.picks()]
        typed = where.asked()
        row = hand.library.lexicon.row(typed)
        if row:
            scenes.append(hand.typed(typed, self.index.ranking(row)))
        return scenes

    def at(self) -> int:
        """Which of them is on stage; the first where the URL names none that there is."""
        return where.hero() if where.hero() < len(self.offered()) else 0

    def whole(self) -> Scene:
        """The scene on stage with every word."""
        return self.offered()[self.at()]

    def scene(self) -> Scene:
        """The scene on stage as it is read: without the words that were deleted."""
        return shortened(self.whole())


def gone_of(scene: Scene) -> tuple[int, ...]:
    """The words that the viewer deleted, by their place through query and document. One of each text stays: without any
    there would be nothing to compare."""
    count, whole = len(scene.query), len(scene.query) + len(scene.rows[0])
    gone = set(where.deleted(whole))
    for side in (range(count), range(count, whole)):
        if gone.issuperset(side):
            gone.discard(side.start)
    return tuple(sorted(gone))


def shortened(scene: Scene) -> Scene:
    """Without the words that the viewer deleted."""
    count, gone = len(scene.query), gone_of(scene)
    first = without(scene.rows[0], [n - count for n in gone if n >= count])
    return replace(scene, query=without(scene.query, [n for n in gone if n < count]), rows=(first, *scene.rows[1:]))


def _hand(config: MatchingConfig) -> SceneMaker:
    if isinstance(config, PairsConfig):
        return _own_hand(config.digest, config, reading.again(config.table, log_in, told=config.told))
    return _shared_hand(config.digest, config)


@st.cache_resource(max_entries=12, show_spinner=False)
def _shared_hand(digest: str, _config: MatchingConfig) -> SceneMaker:
    return SceneMaker(_config, library(_config))


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)  # a user's texts go with the browser session
def _own_hand(digest: str, _config: PairsConfig, _log: Log) -> SceneMaker:
    return SceneMaker(_config, Library(_config, _log))


def _open(digest: str, step: int, _config: MatchingConfig, _frame: Frame) -> tuple[dict[str, OpenedModel], Index]:
    hand = _hand(_config)
    models = Opened(_config, _frame, hand.library.lexicon).models
    return models, Index(models, hand)


_kept: Callable[..., Callable[..., Any]] = partial(st.cache_resource, show_spinner=False)
_open_shared = _kept(max_entries=40)(_open)
_open_own = _kept(scope="session", max_entries=5)(_open)


def shown() -> Shown:
    """What is on stage now; of the recordings the one of the texts' language."""
    return current(PLACE, MatchingConfig, Shown, _recorded, lambda now: now.hand)


def _recorded() -> Recording[MatchingConfig]:
    held = st.session_state.get(settings.LANGUAGE) or language()
    return SHIPPED.recording(held if held in LOG else "en")


def position(now: Shown) -> tuple[str, int, str]:
    """Rung on stage, the word of the first document up to which it has been read, from 0, and the part selected, or ""."""
    scenes, at = now.offered(), now.at()
    scenes[at] = shortened(scenes[at])
    steps = charts.steps(scenes)
    start = PLACE.start(steps, now.config.models, float(at))
    words = len(scenes[at].rows[0])
    return start.rung, max(start.frame - (len(steps) - words), 0), start.selected or ""


def scores_of(now: Shown, scene: Scene) -> dict[str, Array]:
    """Scores of the pool by model and baseline, the first document as it is read on stage."""
    found = now.index.ranking(scene.query)
    pool = now.hand.library.log.pool
    if scene.documents[0] in pool and scene.rows[0] != now.hand.library.documents[scene.documents[0]]:
        place = pool.index(scene.documents[0])
        for name, at in now.models.items():
            found[name][place] = at.cosines(scene.query, [scene.rows[0]])[0]
        own = _against(now, scene.query, scene.rows[0], place)
        for name, score in own.items():
            found[name][place] = score
    return found


def _against(now: Shown, query: Row, document: Row, place: int) -> dict[str, float]:
    """Baselines for a document that lost words."""
    pool = list(now.hand.library.pool)
    pool[place] = document
    return {
        name: float(scores[0, place]) for name, scores in Baselines(now.config.language, pool).scores([query]).items()
    }
