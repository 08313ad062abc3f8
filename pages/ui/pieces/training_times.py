"""How long each model on stage takes to train on this machine: measured behind whatever else trains, once for all visitors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.playground import Engine
from engine.runs.service.run import Run, State
from pages.ui.latest import Latest
from pages.ui.run import training
from pages.ui.run.house import owner

WORK, RUNS, A_STEP = "time", "training_times", "seconds_a_step"


def ask(engine: Engine[Any, Any], config: Config) -> None:
    """Have it measured; nothing where it is known, is being measured, no process may, or too many wait."""
    work = engine.works.get(WORK)
    if work is None or type(config) is not work.config or _known.held(config.digest) or config.digest in _runs():
        return
    if not training.service().policy.workers:
        return
    try:
        _runs()[config.digest] = training.service().submit(config, owner(), work=WORK, background=True)
    except UserError:
        return  # asked again when the section is drawn again


def seconds(config: Config) -> Mapping[str, float]:
    """Seconds of a whole run of one seed, by rung; empty where it is not known."""
    each = {name.rpartition("."): one for name, one in measured(config).items()}
    steps = int(config.to_dict().get("steps", 0))
    known = {rung: steps * one for (rung, _, what), one in each.items() if what == A_STEP}
    return known | {rung: one for (rung, _, what), one in each.items() if what == "seconds"}


def measured(config: Config) -> Mapping[str, float]:
    """All that was measured, by its name; empty where it is not known."""
    run = _runs().get(config.digest)
    if run is not None and run.state == State.FINISHED:
        _known.get(config.digest, lambda: {name: float(one) for name, one in run.frames[-1].metrics.items()})
    return _known.held(config.digest) or {}


def measuring(config: Config) -> bool:
    """Whether the training times are being measured."""
    run = _runs().get(config.digest)
    return run is not None and run.state.active


def stamp(config: Config) -> object:
    """What is new of it."""
    return bool(seconds(config)), measuring(config)


def _runs() -> dict[str, Run]:
    held: dict[str, Run] = st.session_state.setdefault(RUNS, {})
    return held


_known: Latest[Mapping[str, float]] = Latest(64)
