"""Recurrent cells: RNN, LSTM and the LSTM with peepholes."""

from engine.cells.lstm import LSTM, PeepholeLSTM
from engine.cells.rnn import RNN, Cell
from engine.cells.steps import LSTMSteps, RNNSteps

__all__ = ["LSTM", "RNN", "Cell", "LSTMSteps", "PeepholeLSTM", "RNNSteps"]
