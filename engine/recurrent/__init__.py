"""Recurrent networks: RNN → GRU → LSTM → peephole LSTM."""

from functools import partial

from engine.cells import GRU, LSTM, RNN, PeepholeLSTM
from engine.recurrent.config import CELLS, TASKS, RecurrentConfig, TextConfig
from engine.recurrent.ladder import LADDER
from engine.recurrent.opened import Opened
from engine.recurrent.own_text.text import read
from engine.recurrent.shipped import SHIPPED
from engine.recurrent.taken.model import LEAVING
from engine.recurrent.training import train
from engine.runs.playground import Engine
from engine.runs.work import Work
from engine.training_time import time_training

ENGINE = Engine(
    "recurrent",
    RecurrentConfig,
    LADDER,
    works={
        "train": Work(
            RecurrentConfig, train, warm=RecurrentConfig(steps=2, frames=2, distance=3, batch_size=8, cells=CELLS)
        ),
        "time": Work(RecurrentConfig, partial(time_training, train)),
        "read": Work(TextConfig, read, needs_table=True),
    },
    open=lambda config, frames: Opened(config, frames[-1]),
    shipped=SHIPPED,
    leaving=LEAVING,
)

__all__ = [
    "ENGINE",
    "CELLS",
    "GRU",
    "LSTM",
    "RNN",
    "TASKS",
    "PeepholeLSTM",
    "RecurrentConfig",
    "TextConfig",
    "read",
    "train",
]
