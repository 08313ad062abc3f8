"""The YouTube DNN in a simulated video site: candidate generation → ranking (Covington, Adams & Sargin 2016)."""

from engine.recommender.candidates import CandidateNet
from engine.recommender.config import RecommenderConfig
from engine.recommender.own import train_own
from engine.recommender.own_config import OwnLogConfig
from engine.recommender.ranking import RankNet
from engine.recommender.retrieval import Retriever
from engine.recommender.serving import Server
from engine.recommender.simulation import SimulationConfig, simulate_days
from engine.recommender.site import open_site
from engine.recommender.training import train
from engine.recommender.world import simulate
from engine.runs.work import Work

TINY = RecommenderConfig(videos=2_000, users=100, days=10, steps=2, ranking_steps=2, frames=2, batch_size=16)

WORKS = {
    "train": Work(RecommenderConfig, train, warm=TINY),
    "own": Work(OwnLogConfig, train_own, needs_table=True),
    "days": Work(SimulationConfig, simulate_days),
}
"""What a worker may be asked to do here."""

__all__ = [
    "WORKS",
    "CandidateNet",
    "OwnLogConfig",
    "RankNet",
    "RecommenderConfig",
    "Retriever",
    "Server",
    "SimulationConfig",
    "open_site",
    "simulate",
    "simulate_days",
    "train",
    "train_own",
]
