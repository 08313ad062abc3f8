"""The YouTube DNN in a simulated video site: candidate generation → ranking (Covington, Adams & Sargin 2016)."""

from dataclasses import replace
from functools import partial

from engine.recommender.config import AbConfig, RecommenderConfig, SimulationConfig, WorldConfig
from engine.recommender.days.ab import ab_test
from engine.recommender.days.simulation import simulate_days
from engine.recommender.ladder import LADDER
from engine.recommender.opponents.costs import time_methods
from engine.recommender.opponents.world import measure
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.site import train_own
from engine.recommender.own_log.streamed.config import ShardsConfig, StreamedConfig
from engine.recommender.own_log.streamed.prepared import prepare_log
from engine.recommender.own_log.streamed.training import train_streamed
from engine.recommender.own_log.taken.code import code
from engine.recommender.ranking.model import RankNet
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.model import CandidateNet
from engine.recommender.serving.opened import Opened
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.server import Server
from engine.recommender.shipped import SHIPPED, stored
from engine.recommender.site.log import simulate
from engine.recommender.site.vocabulary import open_site
from engine.recommender.taken.model import LEAVING
from engine.recommender.training import train
from engine.runs.playground import Engine
from engine.runs.work import Work

TINY = RecommenderConfig(videos=2_000, users=100, days=10, steps=2, ranking_steps=2, frames=2, batch_size=16)

ENGINE = Engine(
    "recommender",
    RecommenderConfig,
    LADDER,
    works={
        "train": Work(RecommenderConfig, train, warm=TINY),
        "own": Work(OwnLogConfig, train_own, needs_table=True),
        "time": Work(RecommenderConfig, partial(time_methods, stored)),
        "prepare": Work(ShardsConfig, prepare_log),
        "streamed": Work(StreamedConfig, train_streamed, needs_table=True),
        "world": Work(WorldConfig, measure),
        "days": Work(SimulationConfig, simulate_days),
        "ab": Work(AbConfig, ab_test),
    },
    open=lambda config, frames: Opened(server_at(open_site(config), frames)),
    shipped=SHIPPED,
    leaving=replace(LEAVING, code=code),
)

__all__ = [
    "ENGINE",
    "AbConfig",
    "CandidateNet",
    "OwnLogConfig",
    "RankNet",
    "RecommenderConfig",
    "Retriever",
    "Server",
    "ShardsConfig",
    "SimulationConfig",
    "StreamedConfig",
    "WorldConfig",
    "ab_test",
    "open_site",
    "simulate",
    "simulate_days",
    "train",
    "train_own",
]
