"""Recurrent networks: RNN → LSTM → peephole LSTM."""

from engine.cells import LSTM, RNN, PeepholeLSTM
from engine.recurrent.config import CELLS, TASKS, RecurrentConfig, TextConfig
from engine.recurrent.text import read
from engine.recurrent.training import train
from engine.runs.work import Work

WORKS = {
    "train": Work(RecurrentConfig, train, warm=RecurrentConfig(steps=2, frames=2, distance=3, batch_size=8)),
    "read": Work(TextConfig, read, needs_table=True),
}
"""What a worker may be asked to do here."""

__all__ = ["CELLS", "LSTM", "RNN", "TASKS", "WORKS", "PeepholeLSTM", "RecurrentConfig", "TextConfig", "read", "train"]
