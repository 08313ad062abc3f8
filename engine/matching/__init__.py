"""Matching queries and documents: DSSM → CNN-DSSM (CLSM) → LSTM-DSSM."""

from functools import partial

from engine.matching.config import MODELS, PAPER, PAPERS, SKILLS, MatchingConfig, PairsConfig
from engine.matching.data.hashing import letter_trigrams
from engine.matching.ladder import LADDER
from engine.matching.models import CLSM, DSSM, LSTMDSSM
from engine.matching.opened.opened import Opened
from engine.matching.own_pairs.pairs import train_pairs
from engine.matching.shipped import SHIPPED, library
from engine.matching.taken.model import LEAVING
from engine.matching.training import train
from engine.runs.playground import Engine
from engine.runs.work import Work
from engine.training_time import time_training

ENGINE = Engine(
    "matching",
    MatchingConfig,
    LADDER,
    works={
        "train": Work(MatchingConfig, train, warm=MatchingConfig(steps=2, frames=2, queries=40, batch_size=8)),
        "time": Work(MatchingConfig, partial(time_training, train)),
        "pairs": Work(PairsConfig, train_pairs, needs_table=True),
    },
    open=lambda config, frames: Opened(config, frames[-1], library(config).lexicon),
    shipped=SHIPPED,
    leaving=LEAVING,
)

__all__ = [
    "ENGINE",
    "CLSM",
    "DSSM",
    "LSTMDSSM",
    "MODELS",
    "PAPER",
    "PAPERS",
    "SKILLS",
    "MatchingConfig",
    "PairsConfig",
    "letter_trigrams",
    "train",
]
