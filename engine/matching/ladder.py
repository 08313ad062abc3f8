"""The ladder of text models, as a stage and a report show it."""

from __future__ import annotations

from engine.matching.models import CLSM, DSSM, LSTMDSSM, Tower
from engine.runs.ladder import Rung, titles

LADDER: dict[str, Rung[Tower]] = {
    "dssm": Rung("DSSM", 5, None, ("hidden1", "hidden2", "semantic", "cosine", "p"), DSSM),
    "clsm": Rung("CNN-DSSM", 2, None, ("map", "pooled", "semantic", "cosine", "p"), CLSM),
    "lstm": Rung("LSTM-DSSM", 3, None, ("i", "f", "g", "o", "c", "h", "cosine", "p"), LSTMDSSM),
}
TITLES = titles(LADDER)
