"""What is on stage: a run at one moment of its training, and the unit of each cell; its scene, and what a move of it does."""

from __future__ import annotations

from functools import cached_property

import streamlit as st

from engine.recurrent import RecurrentConfig
from engine.recurrent.opened import Opened
from engine.recurrent.probe import Probe
from engine.recurrent.shipped import nearest
from pages.recurrent import charts, settings, where
from pages.recurrent.where import PLACE
from pages.ui.declared import select
from pages.ui.language import language, t
from pages.ui.player.position import Click
from pages.ui.player.stage import Stage
from pages.ui.run.on_stage import OnStage, current


class Shown(OnStage[RecurrentConfig]):
    """A run's cells at one moment, reading the sequence of the hero's distance."""

    @cached_property
    def opened(self) -> Opened:
        """The readers as they are at this moment."""
        return Opened(self.config, self.frame)

    @property
    def hero(self) -> float:
        """The distance on stage."""
        return where.hero(self.config.distance)

    @property
    def rung(self) -> str:
        """The cell on stage."""
        return PLACE.start(self.recording.steps, self.config.cells, self.hero).rung

    @property
    def probe(self) -> Probe:
        """The sequence on stage."""
        return charts.probe_at(self.config, self.hero)

    def units(self) -> dict[str, int]:
        """The viewer's units, else those that carry the answer most."""
        asked = {cell: PLACE.number(where.unit_key(cell), 1, self.config.hidden) for cell in self.config.cells}
        chosen = {cell: unit - 1 for cell, unit in asked.items() if unit is not None}
        return charts.units_of(self.recording, self.frame, chosen)


def shown() -> Shown:
    """What is on stage now; of the recordings the nearest to the controls."""
    return current(PLACE, RecurrentConfig, Shown, lambda: nearest(_asked(), language()))


def _asked() -> RecurrentConfig:
    """Task and sentences as the controls say, without drawing them."""
    held = st.session_state
    task = held.get("recurrent_task") or st.query_params.get("recurrent_task", "language")
    sentences = held.get(settings.SENTENCES) or language()
    return RecurrentConfig(
        task=task if task in settings.TASKS else "language", sentences=sentences if sentences in ("en", "zh") else "en"
    )


def stage(now: Shown) -> Stage:
    """The player's scene."""
    return charts.stage(now.recording, now.frame, now.hero, now.units(), where.source(now.probe.told), now.origin)


def otherwise(now: Shown) -> str:
    """What is on stage, in a line."""
    return t("On stage: {task}, seed {seed}.", task=charts.task_title(now.config), seed=now.config.seed)


def clicked(now: Shown, stage: Stage, click: Click) -> None:
    """A row of the belt, whose trace is followed then; or a part."""
    if click.panel == "belt" and click.row is not None:
        recorded = stage.sweep.recorded if stage.sweep else (now.hero,)
        at = min(range(len(recorded)), key=lambda s: abs(recorded[s] - now.hero))
        PLACE.write(where.SOURCE, str(max(click.row - stage.names[at].count(""), 0)))
    else:
        select(PLACE, stage, click)
