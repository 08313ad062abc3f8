"""Recurrent cells: RNN, GRU, LSTM and the LSTM with peepholes."""

from engine.cells.gru import GRU
from engine.cells.lstm import LSTM, PeepholeLSTM
from engine.cells.rnn import RNN, Cell
from engine.cells.steps import GRUSteps, LSTMSteps, RNNSteps, Steps

__all__ = ["GRU", "LSTM", "RNN", "Cell", "GRUSteps", "LSTMSteps", "PeepholeLSTM", "RNNSteps", "Steps"]
