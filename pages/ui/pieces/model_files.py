"""The model on stage as files: its weights, what a model server runs, and the code that trains it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import NothingToLearn, UserError
from engine.runs.playground import Engine, Opened
from engine.runs.recording import Recording
from engine.runs.table import Table
from engine.taken.code import code
from engine.taken.onnx import onnx
from engine.taken.weights import Origin, weights
from pages.ui.language import explain, t
from pages.ui.run import uploads
from pages.ui.run.on_stage import OnStage


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a press makes, or why there is no model to make it of: `missing` is "" where there is one. `name` is part of the
    files'."""

    name: str
    title: str
    missing: str = ""
    weights: Callable[[], bytes] = bytes
    onnx: Callable[[], bytes] = bytes
    code: Callable[[], bytes] | None = None


def of_stage(engine: Engine[Any, Any], now: OnStage[Any], rung: str, open_: Callable[[Any], Opened[Any]]) -> ModelFiles:
    """The files of the rung on stage at its moment, gathered while the page is drawn."""
    if rung not in engine.ladder:
        return ModelFiles(
            rung, rung, t("What is selected on the stage has no model of its own: select one that is trained.")
        )
    return of_moment(engine, lambda: open_(now), rung, now.recording, now.frame.step)


def of_moment(
    engine: Engine[Any, Any], open_: Callable[[], Any], rung: str, recording: Recording[Any], step: int
) -> ModelFiles:
    """The files of a rung of what is opened, at a step of a recording."""
    title, name = t(engine.ladder[rung].title), f"{rung}-{step}"

    def origin() -> Origin:
        return Origin(engine.name, recording.config, rung, step, recording.digest)

    file = uploads.of_config(recording.config)

    def script() -> bytes:
        return code(origin(), _bytes(file)).encode()

    try:
        carried = engine.leaving.carry(open_(), rung)
    except NothingToLearn as error:
        return ModelFiles(name, title, explain(error))
    except UserError as error:
        return ModelFiles(name, title, explain(error), code=script)
    return ModelFiles(
        name, title, weights=lambda: weights(carried, origin()), onnx=lambda: onnx(carried, origin()), code=script
    )


def _bytes(file: Table | None) -> bytes | None:
    """A viewer's file as long as it is there: without it the code brings along all that reads any file."""
    try:
        return None if file is None else file.read()
    except UserError:
        return None
