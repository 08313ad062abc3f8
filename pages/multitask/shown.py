"""What is on stage: a run, or the shipped sweep at the hero's correlation; its scene, and what a click does."""

from __future__ import annotations

from typing import TypeAlias

from engine.multitask import MultitaskConfig
from engine.multitask.shipped import sweep
from engine.runs.recording import Recording
from pages.multitask import charts, settings, where
from pages.multitask.where import PLACE
from pages.ui.declared import select
from pages.ui.language import t
from pages.ui.player.position import Click
from pages.ui.player.stage import Stage
from pages.ui.run.live import RECORDED
from pages.ui.run.on_stage import OnStage, current

Shown: TypeAlias = OnStage[MultitaskConfig]


def shown() -> Shown:
    """What is on stage now."""
    return current(PLACE, MultitaskConfig, OnStage, _nearest)


def _nearest() -> Recording[MultitaskConfig]:
    p = PLACE.hero_value()
    return min(sweep(), key=lambda recording: abs(recording.config.correlation - p))


def stage(now: Shown) -> Stage:
    """The player's scene: the whole sweep, or one run."""
    hero, names = PLACE.hero_value(), settings.task_names(now.config.num_tasks)
    if now.source == RECORDED:
        return charts.sweep_stage(hero, names)
    return charts.run_stage(now.recording, hero, names, now.live)


def clicked(now: Shown, stage: Stage, click: Click) -> None:
    """A part, or a dot of one: its unit then."""
    select(PLACE, stage, click)
    if click.element is not None and ">" not in click.element and click.row is not None:
        where.choose_unit(click.element, charts.unit_of(now.config, click.rung, click.row))


def otherwise(now: Shown) -> str:
    """What is on stage, in a line."""
    of = now.config
    return t("On stage: {count} seeds of each structure, seed {seed} followed.", count=of.runs, seed=of.seed)
