"""The question, the stage and the run bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import streamlit as st

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.claims import CLAIMS, LOG
from engine.matching.config import TITLES
from engine.matching.hashing import tokens
from engine.matching.pairs import log_of_pairs, read_pairs
from engine.matching.scene import Index, Scene, Stagehand, desks_at, without
from engine.matching.shipped import library, recorded, stored_seeds
from engine.matching.trace import Desk, Row
from engine.matching.training import Library
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from pages.matching import PLAYGROUND, charts, settings, where
from pages.matching.where import PLACE
from pages.ui import live, training
from pages.ui.language import N_, language, listed, plain, t
from pages.ui.live import RECORDED, RUN
from pages.ui.player import player
from pages.ui.position import Click, Position
from pages.ui.verdict import badge

PLAYER = "matching_player"
TABLE = "matching_table"
"""In the session: the path of the user's file, which a run on own pairs needs again for every look inside."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on stage: a recording, the moment of its training that is looked into, and its texts."""

    recording: Recording[MatchingConfig]
    frame: Frame
    source: str
    live: bool = False

    @property
    def config(self) -> MatchingConfig:
        return self.recording.config

    @property
    def hand(self) -> Stagehand:
        """The texts, and who makes scenes of them."""
        return _hand(self.config.digest, self.config)

    @property
    def desks(self) -> dict[str, Desk]:
        """Every model at this moment."""
        return self._opened()[0]

    @property
    def index(self) -> Index:
        """The same with the documents' vectors, to rank with."""
        return self._opened()[1]

    def _opened(self) -> tuple[dict[str, Desk], Index]:
        # A run is a function of its config: config and step name a moment, without a look at its numbers.
        return _open(self.config.digest, self.frame.step, self.config, self.frame)

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


@st.cache_resource(max_entries=12, show_spinner=False)
def _hand(digest: str, _config: MatchingConfig) -> Stagehand:
    if isinstance(_config, PairsConfig):
        data = Path(st.session_state[TABLE]).read_bytes()
        return Stagehand(_config, Library(_config, log_of_pairs(read_pairs(data))))
    return Stagehand(_config, library(_config))


@st.cache_resource(max_entries=40, show_spinner=False)
def _open(digest: str, step: int, _config: MatchingConfig, _frame: Frame) -> tuple[dict[str, Desk], Index]:
    hand = _hand(_config.digest, _config)
    desks = desks_at(_config, _frame, hand.library)
    return desks, Index(desks, hand)


def shown() -> Shown:
    """The live run when there is one with frames and the viewer did not choose what was recorded, else the recording of
    the texts' language."""
    run, view = training.current(), live.running(PLACE, MatchingConfig)
    if run is not None and view is not None:
        recording = Recording(cast(MatchingConfig, run.config), view.frames)
        return Shown(recording, _moment(recording, view.active), RUN, view.active)
    held = st.session_state.get(settings.LANGUAGE) or language()
    recording = recorded(held if held in LOG else "en")
    return Shown(recording, _moment(recording, False), RECORDED)


def moments(recording: Recording[MatchingConfig]) -> list[int]:
    """Steps of training whose parameters were kept."""
    return [frame.step for frame in recording.frames if frame.parameters]


def _moment(recording: Recording[MatchingConfig], active: bool) -> Frame:
    steps = moments(recording)
    written = st.query_params.get(where.MOMENT, "")
    step = int(written) if written.isdecimal() and len(written) < 6 and not active else steps[-1]
    return recording.frames[recording.nearest(min(steps, key=lambda one: abs(one - step)))]


def draw(config: MatchingConfig | None, below: Callable[[], None]) -> None:
    """Question, stage, what is on it, and the run bar; `below` is drawn anew with them."""

    def everything() -> None:
        _stage(config)
        below()

    live.stage(PLACE, everything)


def _stage(config: MatchingConfig | None) -> None:
    now = shown()
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now))
    _player(now)
    _remarks(now)
    own = isinstance(now.config, PairsConfig)
    changes = config.differences(now.config) if config is not None and not own else {}
    if config is not None:
        live.on_stage(
            PLACE,
            changes,
            lambda name, mine, theirs: f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}",
            run_shown=now.source == RUN,
            recorded_name=t("Recorded"),
            otherwise=t("On stage: {log}, seed {seed}.", log=log_title(now.config), seed=now.config.seed),
            digest=now.recording.digest,
        )
    training.run_bar(config, changed=len(changes), on_train=lambda: live.train(PLACE, config), on_reset=_reset)


def _remarks(now: Shown) -> None:
    """What the stage cannot show: a typed text without words, one that was never seen, a document that was cut."""
    lexicon, scene, longest = now.hand.library.lexicon, now.scene(), now.config.longest
    if where.asked() and not lexicon.row(where.asked()):
        st.info(t("“{query}” holds no letter to read, so the stage shows another query.", query=plain(where.asked())))
    known = [flag for token in scene.query for flag in lexicon.known(token)]
    if known and sum(known) < len(known):
        st.caption(
            t(
                "{unseen} of the {all} features of this query never occurred in training: they count nothing.",
                unseen=len(known) - sum(known),
                all=len(known),
            )
        )
    whole = tokens(now.hand.library.log.documents[scene.documents[0]], now.config.language)
    read = len(now.hand.library.documents[scene.documents[0]])
    if len(whole) > read:
        st.caption(
            t(
                "D₁ is cut to {read} of its {all} words: {longest} positions with <s> are the most.",
                read=read,
                all=len(whole),
                longest=longest,
            ).replace("<s>", "\\<s\\>")
        )


def train_pairs(config: PairsConfig, path: Path) -> None:
    """Callback: train on the user's file, which every look inside needs again."""
    st.session_state[TABLE] = str(path)
    where.forget_query()
    live.train(PLACE, config, path, "pairs")


def _reset() -> None:
    live.end(PLACE)
    where.go({})


def log_title(config: MatchingConfig) -> str:
    """What the run learns from."""
    if isinstance(config, PairsConfig):
        return t("your pairs")
    return t("a generated click log in English") if config.language == "en" else t("a generated click log in Chinese")


def answer(now: Shown) -> str:
    """The answer of the moment on stage: how the query's kind fares, model by model, with the claim's verdict."""
    config, frame = now.config, now.frame
    skill = _skill(now)
    if not skill:
        values = listed(f"{TITLES[m]} **{float(frame.metrics[f'{m}.mrr']):.2f}**" for m in config.models)
        return t(
            "After {step} steps, held-out queries: mean reciprocal rank {values}.",
            step=f"{frame.step:,}",
            values=values,
        )
    at = config.skills.index(skill)
    values = listed(f"{TITLES[m]} **{float(frame.metrics[f'{m}.pairs'][at]):.2f}**" for m in config.models)
    sentence = t(
        "{skill}, step {step}, share of held-out queries with the clicked D₁ above D₂: {values}.",
        skill=t(settings.SKILLS[skill]),
        step=f"{frame.step:,}",
        values=values,
    )
    told = _verdicts(config, skill)
    return f"{sentence} {told}" if told else sentence


def _skill(now: Shown) -> str:
    """What the query on stage asks of a model; "" of a typed one or of own pairs."""
    picks, at = now.hand.picks(), now.at()
    return now.hand.library.log.test[picks[at]].skill if at < len(picks) else ""


TOLD = {
    "order": (("dssm_chance_order", N_("DSSM tosses a coin: {verdict}")),),
    "spelling": (("dssm_spelling", N_("Trigrams bridge it: {verdict}")),),
    "evidence": (("clsm_evidence", N_("CNN-DSSM keeps it: {verdict}")),),
    "beyond": (("clsm_chance_beyond", N_("CNN-DSSM tosses a coin: {verdict}")),),
}
"""By what the query asks: the claim of the headline."""


def _verdicts(config: MatchingConfig, skill: str) -> str:
    """Of the stored study of this setting; one run alone would judge nothing."""
    base = LOG[config.language]
    if replace(config, seed=0, frames=base.frames, models=base.models) != base:
        return ""
    claims = {claim.id: claim for claim in CLAIMS}
    try:
        return " · ".join(
            t(text, verdict=badge(claims[f"{name}@{config.language}"].verdict(stored_seeds())))
            for name, text in TOLD[skill]
        )
    except KeyError:  # older than the claims; a test fails on that
        return ""


def _player(now: Shown) -> None:
    scenes, at = now.offered(), now.at()
    whole = scenes[at]
    scenes[at] = shortened(whole)
    texts = [(scene.query, scene.rows[0]) for scene in scenes]
    texts[at] = (whole.query, whole.rows[0])
    count = len(whole.query) + len(whole.rows[0])
    gone = [gone_of(whole) if n == at else () for n in range(len(scenes))]
    origin = "live" if now.live else "recorded" if now.source == RECORDED else "run"
    stage = charts.stage(now.config, now.frame.step, now.desks, scenes, texts, gone, float(at), origin)
    first = st.session_state.setdefault("matching_autoplay", PLACE.step not in st.query_params)

    def moved(position: Position) -> None:
        PLACE.remember(position, stage.steps)
        PLACE.refresh()

    def released(value: float) -> None:
        where.choose_query(value)
        PLACE.refresh()

    def asked(text: str) -> None:
        where.ask(text, len(now.hand.picks()))
        PLACE.seek()
        PLACE.refresh()

    def clicked(click: Click) -> None:
        if click.panel == "match" and click.row is not None:
            where.toggle(click.row, count)
        elif click.panel == "maps" and click.row is not None and click.column is not None:
            rows = np.asarray(stage.arrays[f"{click.rung}.rows"])
            PLACE.write(where.UNIT, str(int(rows[at, 0, click.row]) + 1))
            PLACE.remember(Position(click.column, click.hero, click.rung, "d1_inner"), stage.steps)
            PLACE.seek()
        else:
            element = click.element if click.element is None or ">" not in click.element else None
            here = Position(click.frame, click.hero, click.rung, element or st.query_params.get(PLACE.part))
            PLACE.remember(here, stage.steps)
        PLACE.refresh()

    player(
        stage,
        key=PLAYER,
        start=PLACE.start(stage.steps, now.config.models, float(at)),
        seek=PLACE.seeks,
        autoplay=bool(first),
        on_position=moved,
        on_hero=released,
        on_asked=asked,
        on_click=clicked,
    )


def position(now: Shown) -> tuple[str, int, str]:
    """Rung on stage, the word of the first document up to which it has been read, from 0, and the part selected, or ""."""
    scenes, at = now.offered(), now.at()
    scenes[at] = shortened(scenes[at])
    steps = charts.steps(scenes)
    start = PLACE.start(steps, now.config.models, float(at))
    words = len(scenes[at].rows[0])
    return start.rung, max(start.frame - (len(steps) - words), 0), start.selected or ""


def ranking(now: Shown, scene: Scene) -> dict[str, Array]:
    """Scores of the pool by model and baseline, the first document as it is read on stage."""
    found = now.index.ranking(scene.query)
    pool = now.hand.library.log.pool
    if scene.documents[0] in pool and scene.rows[0] != now.hand.library.documents[scene.documents[0]]:
        place = pool.index(scene.documents[0])
        for name, at in now.desks.items():
            found[name][place] = at.cosines(scene.query, [scene.rows[0]])[0]
        own = _against(now, scene.query, scene.rows[0], place)
        for name, score in own.items():
            found[name][place] = score
    return found


def _against(now: Shown, query: Row, document: Row, place: int) -> dict[str, float]:
    """Baselines for a document that lost words."""
    from engine.matching.baselines import Baselines

    pool = list(now.hand.library.pool)
    pool[place] = document
    return {
        name: float(scores[0, place]) for name, scores in Baselines(now.config.language, pool).scores([query]).items()
    }
