"""A small trained funnel, and its bundle."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from engine.recommender.config import RecommenderConfig
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.server import Server
from engine.recommender.site.vocabulary import open_site
from engine.recommender.taken.bundle import bundle, write
from engine.recommender.training import train
from engine.runs.recording import Recording
from engine.taken.weights import Origin
from serving.bundle import read
from serving.funnel import Funnel

CONFIG = RecommenderConfig(
    videos=2_000, users=300, days=20, dimensions=8, tower=(32,), layers=(16,), recalled=60, shown=10, fewest=2,
    steps=60, ranking_steps=60, frames=2, batch_size=64, watches=12, searches=9,
)  # fmt: skip


@cache
def trained(**changes: object) -> tuple[Server, Recording[RecommenderConfig]]:
    """A run of a config, and what serves it."""
    config = replace(CONFIG, **changes)
    recording = Recording(config, tuple(train(config)))
    return server_at(open_site(config), recording.frames), recording


@cache
def files(**changes: object) -> dict[str, bytes]:
    """Its bundle."""
    server, recording = trained(**changes)
    return bundle(server, Origin("recommender", recording.config, "rank", recording.frames[-1].step, recording.digest))


def funnel(folder: Path, **changes: object) -> Funnel:
    """The bundle, written and read again."""
    write(files(**changes), folder)
    return Funnel(read(folder))
