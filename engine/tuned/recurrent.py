"""The learning rates of the studies of recurrent, and those that were tried for each. Written by `make claims`."""

from __future__ import annotations

from engine.runs.studies.tuning import Found

FOUND: Found = {
    "rnn": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "gru": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1, 0.25)),
    "lstm": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "peephole": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distances mixed": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, distances mixed": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distance 3, distances single": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, distance 3, distances single": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distance 6, distances single": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, distance 6, distances single": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distance 12, distances single": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "gru, distance 12, distances single": (0.1, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1, 0.25)),
    "lstm, distance 12, distances single": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distance 25, distances single": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, distance 25, distances single": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, distances single": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, distances single": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, forget_bias -1.0": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "rnn, task counting, distance 10, hidden 2, embedding 4": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "gru, task counting, distance 10, hidden 2, embedding 4": (0.1, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1, 0.25)),
    "lstm, task counting, distance 10, hidden 2, embedding 4": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "peephole, task counting, distance 10, hidden 2, embedding 4": (0.04, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "lstm, task delays, distances single, hidden 8": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
    "peephole, task delays, distances single, hidden 8": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04, 0.1)),
}
