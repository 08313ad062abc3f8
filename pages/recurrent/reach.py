"""The main picture: how often each cell is right, over the distance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.recurrent.config import RecurrentConfig
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.tasks import task_of
from engine.runs.frame import Frame
from pages.recurrent import apart
from pages.ui import numbers
from pages.ui.language import N_, bare, t
from pages.ui.player.stage import Array, Curve, Reach, Ref

SHORT = {"peephole": N_("Peephole")}
"""Names of cells where there is little room."""


def short(cell: str) -> str:
    """A cell's name where there is little room."""
    return t(SHORT.get(cell, TITLES[cell]))


def panel(config: RecurrentConfig, origin: str) -> Reach:
    """A line a cell: of what is recorded both what was trained at one distance alone and what the stage shows."""
    study, high = _study(config, origin), _tested(config)[-1]
    class_ = task_of(config).kind == "class"
    return Reach(
        "reach",
        t("Right if trained ● at one distance alone, – from near to far")
        if study
        else t("Right answers over distance"),
        t("distance in words") if config.task == "language" else t("distance"),
        t("held-out accuracy"),
        1.0,
        float(max(high, 2)),
        tuple(_curves(config, origin)),
        tuple((cell, short(cell)) for cell in LADDER if cell in config.cells),
        (t("● alone"), t("– near to far")) if study else ("", ""),
        numbers.PERCENT,
        bare("{at} words apart") if config.task == "language" else bare("distance {at}"),
        apart.chance(config) if class_ else None,
        t("guessing"),
        float(config.distance),
        t("longer than in training"),
    )


def arrays(config: RecurrentConfig, frame: Frame, origin: str, frames: int) -> dict[str, Array]:
    """The numbers of the accuracy panel. Of a run that goes on they have as many frames as the stage, so that they travel with what moves."""
    places = [config.test_distances.index(d) for d in _tested(config)]
    found = {
        f"{cell}.reach": frame.metrics[f"{cell}.accuracy"].mean(0)[places].astype(np.float32) for cell in config.cells
    }
    if _study(config, origin):
        found |= {f"{cell}.alone": np.array([v for _, v in points], np.float32) for cell, points in apart.lines()}
    return {name: np.broadcast_to(one, (1, frames if origin == "live" else 1, len(one))) for name, one in found.items()}


def _study(config: RecurrentConfig, origin: str) -> bool:
    """Whether the stored study stands beside what is on stage."""
    return origin == "recorded" and config.task == "language"


def _tested(config: RecurrentConfig) -> tuple[int, ...]:
    """Where the run on stage was tested: of the sentences as far as the slider goes; of others, beyond their training too."""
    return tuple(d for d in config.test_distances if config.task != "language" or d <= config.distance)


def _curves(config: RecurrentConfig, origin: str) -> Iterator[Curve]:
    study = _study(config, origin)
    for cell in config.cells:
        at = tuple(map(float, _tested(config)))
        rung = LADDER[cell]
        yield Curve(cell, Ref(f"{cell}.reach"), at, rung.hue, rung.dash, "beside" if study else "main")
    if study:
        for cell, points in apart.lines():
            at = tuple(float(d) for d, _ in points)
            yield Curve(cell, Ref(f"{cell}.alone"), at, LADDER[cell].hue, LADDER[cell].dash)
