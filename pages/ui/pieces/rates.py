"""The learning rate of each model of a run, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.runs.config import Config
from engine.runs.playground import Engine
from engine.runs.studies.tuning import name_of, nearest
from pages.ui.language import t


def cells(engine: Engine[Any, Any], config: Config, rung: str) -> Mapping[str, str]:
    """By column what a table says of a model; nothing where its config has no rates."""
    if not hasattr(config, "rate"):
        return {}
    rate = float(config.rate(rung))
    return {t("learning rate"): f"{rate:g}", t("it is from"): origin(engine, config, rung, rate)}


def origin(engine: Engine[Any, Any], config: Config, rung: str, rate: float) -> str:
    """Where a rate is from: the study's tuning of this setting, or of the nearest one, or what a page begins with, or a viewer's
    choice."""
    default = rate == type(config)().rate(rung)  # type: ignore[attr-defined]
    if type(config) is not engine.config:
        return t("what the page offers for own data") if default else t("set by you")
    found = engine.shipped.found
    here = name_of(config, rung)
    near = here if here in found else nearest(engine.shipped.tunings, config, rung)
    best, tried = found.get(near, (0.0, ()))
    if rate == best:
        ends = {"count": len(tried), "low": f"{tried[0]:g}", "high": f"{tried[-1]:g}"}
        if near == here:
            return t("tuned: the best of {count} from {low} to {high}", **ends)
        return t("tuned in the nearest setting of the study: the best of {count} from {low} to {high}", **ends)
    if default:
        return t("what the page begins with; tuned for the study's steps: {rate}", rate=f"{best:g}")
    return t("set by you; tuned: {rate}", rate=f"{best:g}")


def told(engine: Engine[Any, Any]) -> str:
    """How the study tuned."""
    tunings = engine.shipped.tunings
    seeds = {cell.seed + n for one in tunings[:1] for cell in one.every for n in range(getattr(cell, "runs", 1))}
    return t(
        "Learning rate: what each begins with in the run on stage. Tuned: chosen by the stored study, in {settings} settings, on {seeds} seeds that judge nothing.",
        seeds=len(seeds),
        settings=len(tunings),
    )
