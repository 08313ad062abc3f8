"""Small runs, trained once for the whole folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest

from engine.matching import MatchingConfig, train
from engine.matching.data.log import generated
from engine.matching.opened.opened import Opened
from engine.matching.opened.scene import SceneMaker
from engine.matching.opened.trace import OpenedModel
from engine.matching.training import Library
from engine.runs.frame import Frame

SMALL = {
    "queries": 40, "steps": 12, "frames": 4, "batch_size": 8, "dimensions": 512,
    "hidden": 10, "filters": 12, "semantic": 8, "embedding": 6, "units": 7,
}  # fmt: skip


class Trained(NamedTuple):
    """A run at its last step, and what looks at it."""

    config: MatchingConfig
    frame: Frame
    library: Library
    hand: SceneMaker
    opened: dict[str, OpenedModel]


@pytest.fixture(scope="session")
def small() -> MatchingConfig:
    return MatchingConfig.from_dict(SMALL)


@pytest.fixture(scope="session")
def trained() -> Callable[..., Trained]:
    @cache
    def run(**setting: Any) -> Trained:
        config = MatchingConfig.from_dict(SMALL | setting)
        frame, library = list(train(config))[-1], Library(config, generated(config))
        return Trained(
            config, frame, library, SceneMaker(config, library), Opened(config, frame, library.lexicon).models
        )

    return run
