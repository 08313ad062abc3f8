"""The model on stage as files: its weights, and what a model server runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.carried import Carried
from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.playground import Engine, Opened
from engine.taken.onnx import onnx
from engine.taken.weights import Origin, weights
from pages.ui.language import explain, t
from pages.ui.run.on_stage import OnStage


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a press makes, or why there is nothing to make: `missing` is "" where there is. `name` begins the files'."""

    name: str
    title: str
    missing: str = ""
    weights: Callable[[], bytes] = bytes
    onnx: Callable[[], bytes] = bytes


def of_stage(engine: Engine[Any, Any], now: OnStage[Any], rung: str, open_: Callable[[Any], Opened[Any]]) -> ModelFiles:
    """The files of the rung on stage at its moment, gathered while the page is drawn."""
    if rung not in engine.ladder:
        return ModelFiles(
            rung, rung, t("What is selected on the stage has no model of its own: select one that is trained.")
        )
    title = t(engine.ladder[rung].title)
    try:
        carried = engine.leaving.carry(open_(now), rung)
    except UserError as error:
        return ModelFiles(rung, title, explain(error))
    return _files(carried, rung, title, engine.name, now.config, now.frame.step, lambda: now.recording.digest)


def _files(
    carried: Carried, rung: str, title: str, playground: str, config: Config, step: int, recording: Callable[[], str]
) -> ModelFiles:
    def origin() -> Origin:
        return Origin(playground, config, rung, step, recording())

    return ModelFiles(f"{rung}-{step}", title, "", lambda: weights(carried, origin()), lambda: onnx(carried, origin()))
