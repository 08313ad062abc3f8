"""Matching queries and documents: DSSM → CNN-DSSM (CLSM) → LSTM-DSSM."""

from engine.matching.config import MODELS, PAPER, SKILLS, MatchingConfig, PairsConfig
from engine.matching.data.hashing import letter_trigrams
from engine.matching.data.pairs import train_pairs
from engine.matching.models import CLSM, DSSM, LSTMDSSM
from engine.matching.training import train
from engine.runs.work import Work

WORKS = {
    "train": Work(MatchingConfig, train, warm=MatchingConfig(steps=2, frames=2, queries=40, batch_size=8)),
    "pairs": Work(PairsConfig, train_pairs, needs_table=True),
}
"""What a worker may be asked to do here."""

__all__ = [
    "CLSM",
    "DSSM",
    "LSTMDSSM",
    "MODELS",
    "PAPER",
    "SKILLS",
    "WORKS",
    "MatchingConfig",
    "PairsConfig",
    "letter_trigrams",
    "train",
]
