"""The question, the stage and the run bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import streamlit as st

from engine.recurrent import RecurrentConfig, TextConfig
from engine.recurrent.claims import CLAIMS, MIXED
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.opened import Opened
from engine.recurrent.shipped import SHIPPED, nearest
from engine.runs.config import Whole
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.runs.verdict import Verdict
from pages.recurrent import PLAYGROUND, charts, settings, where
from pages.recurrent.where import PLACE
from pages.ui.language import language, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import badge, stored_verdict
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.run import live, training
from pages.ui.run.live import RECORDED, RUN

PLAYER = "recurrent_player"


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on stage: a recording, the moment of its training that is looked into, and the unit of each cell."""

    recording: Recording[RecurrentConfig]
    frame: Frame
    source: str
    live: bool = False

    @property
    def config(self) -> RecurrentConfig:
        return self.recording.config

    @cached_property
    def opened(self) -> Opened:
        """The readers as they are at this moment."""
        return Opened(self.config, self.frame)

    def units(self) -> dict[str, int]:
        """The viewer's units, else those that carry the answer most."""
        domain = Whole(1, self.config.hidden)
        chosen = {}
        for cell in self.config.cells:
            written = where.PLACE.read(where.unit_key(cell))
            if written.isdecimal() and len(written) < 4 and domain.low <= int(written) <= domain.high:
                chosen[cell] = int(written) - 1
        return charts.units_of(self.recording, self.frame, chosen)


def shown() -> Shown:
    """The live run when there is one with frames and the viewer did not choose what was recorded, else the recording
    nearest to the controls."""
    run, view = training.current(), live.running(PLACE, RecurrentConfig)
    if run is not None and view is not None:
        recording = Recording(cast(RecurrentConfig, run.config), view.frames)
        return Shown(recording, live.moment(PLACE, recording, view.active), RUN, view.active)
    recording = nearest(_asked(), language())
    return Shown(recording, live.moment(PLACE, recording, False), RECORDED)


def _asked() -> RecurrentConfig:
    """Task and sentences as the controls say, without drawing them."""
    held = st.session_state
    task = held.get("recurrent_task") or st.query_params.get("recurrent_task", "language")
    sentences = held.get(settings.SENTENCES) or language()
    return RecurrentConfig(
        task=task if task in settings.TASKS else "language", sentences=sentences if sentences in ("en", "zh") else "en"
    )


def stage(config: RecurrentConfig | None) -> None:
    """Question, stage, what is on it, and the run bar."""
    now = shown()
    with st.container(key="question", gap="xsmall"):
        st.title(t(PLAYGROUND.question), anchor=False)
        st.markdown(answer(now))
    _player(now)
    own = isinstance(now.config, TextConfig)
    changes = config.differences(now.config) if config is not None and not own else {}
    if config is not None:
        live.on_stage(
            PLACE,
            changes,
            lambda name, mine, theirs: f"{settings.label(name)} {settings.written(theirs)} → {settings.written(mine)}",
            run_shown=now.source == RUN,
            recorded_name=t("Recorded"),
            otherwise=t("On stage: {task}, seed {seed}.", task=charts.task_title(now.config), seed=now.config.seed),
            recording=now.recording,
        )
    training.run_bar(config, changed=len(changes), on_train=lambda: live.train(PLACE, config), on_reset=_reset)


def _reset() -> None:
    live.end(PLACE)
    where.go({})


def answer(now: Shown) -> str:
    """The answer of the moment on stage as one sentence: the held-out accuracy of each cell at the longest distance."""
    config, frame = now.config, now.frame
    at = config.test_distances.index(config.distance)
    if isinstance(config, TextConfig):
        losses = {cell: float(frame.metrics[f"{cell}.test_loss"][:, at].mean()) for cell in config.cells}
        return t(
            "Your text after {step} training steps, held out: {losses} nats per character.",
            step=f"{frame.step:,}",
            losses=_of_each(losses),
        )
    found = {cell: float(frame.metrics[f"{cell}.accuracy"][:, at].mean()) for cell in config.cells}
    shares = _of_each(found)
    sentence = t(
        "{task}, distance {distance}, step {step}: {accuracies} right.",
        task=charts.task_title(config),
        distance=config.distance,
        step=f"{frame.step:,}",
        accuracies=shares,
    )
    verdict = _verdict(config)
    if verdict is None or live.earlier(now.recording, frame):  # it is about trained ones
        return sentence
    return sentence + " " + t("RNN below LSTM: {verdict}", verdict=badge(verdict))


def _of_each(cells: dict[str, float]) -> str:
    one = Marked("{cell} **{value:.2f}**")
    return listed(one.format(cell=t(TITLES[cell]), value=value) for cell, value in cells.items())


def _verdict(config: RecurrentConfig) -> Verdict | None:
    """Of the stored study of this setting; one run alone would judge nothing."""
    if replace(config, cells=MIXED.cells, seed=0, frames=MIXED.frames, runs=MIXED.runs, sentences="en") != MIXED:
        return None
    claim = next(claim for claim in CLAIMS if claim.id == "rnn_below_lstm@40")
    try:
        return stored_verdict(claim, SHIPPED.results)
    except KeyError:
        return None


def _player(now: Shown) -> None:
    hero = settings.hero(now.config.distance)
    one = charts.probe_at(now.config, hero)
    origin = "live" if now.live else "recorded" if now.source == RECORDED else "run"
    stage = charts.stage(now.recording, now.frame, hero, now.units(), where.source(one.told), origin)
    first = st.session_state.setdefault("recurrent_autoplay", not PLACE.read(PLACE.step))

    def moved(position: Position) -> None:
        if LADDER[position.rung].model.peeping and now.source == RECORDED and where.first_peephole():
            where.take(settings.COUNTING)  # an LSTM without peepholes solves France … French: nothing would be seen
        else:
            PLACE.remember(position, stage.steps)
        PLACE.refresh()

    def released(value: float) -> None:
        PLACE.set_hero(float(round(value)))
        PLACE.refresh()

    def clicked(click: Click) -> None:
        if click.panel == "belt" and click.row is not None:
            told = stage.sweep.recorded if stage.sweep else (hero,)
            at = min(range(len(told)), key=lambda s: abs(told[s] - hero))
            PLACE.write(where.SOURCE, str(max(click.row - stage.names[at].count(""), 0)))
            return
        element = click.element if click.element is None or ">" not in click.element else None
        PLACE.remember(Position(click.frame, click.hero, click.rung, element or PLACE.read(PLACE.part)), stage.steps)
        PLACE.refresh()

    player(
        stage,
        key=PLAYER,
        start=PLACE.start(stage.steps, now.config.cells, hero),
        seek=PLACE.seeks,
        autoplay=bool(first),
        on_position=moved,
        on_hero=released,
        on_click=clicked,
    )
