"""A frame's models, opened, with the lexicon that they read with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self

import torch

from engine.cost import ROWS, Served
from engine.matching.config import MatchingConfig
from engine.matching.data.texts import Lexicon
from engine.matching.opened.explain import explain
from engine.matching.opened.trace import OpenedModel, Row, matcher_at, trace
from engine.measures import parameter_count
from engine.runs.explanation import Explanation
from engine.runs.frame import Frame
from engine.runs.playground import Address
from engine.runs.trace import Trace


class Search(NamedTuple):
    """A query, and the documents that compete for it, as token rows."""

    query: Row
    documents: tuple[Row, ...]


class Opened:
    """Every model of a run as it was at one frame. Raises UserError where the frame keeps no parameters."""

    def __init__(self, config: MatchingConfig, frame: Frame, lexicon: Lexicon) -> None:
        self.models = {
            model: OpenedModel(config, model, matcher_at(config, frame, model), lexicon) for model in config.models
        }

    @classmethod
    def of(cls, models: Mapping[str, OpenedModel]) -> Self:
        """Models that somebody else has opened."""
        one = cls.__new__(cls)
        one.models = dict(models)
        return one

    def trace(self, model: str, inputs: Search) -> Trace:
        """Every intermediate, as `engine.matching.opened.trace` names them."""
        return trace(self.models[model], inputs.query, inputs.documents)

    def served(self, model: str, inputs: Search) -> Served:
        """The semantic vectors of many documents like the first, its words already hashed."""
        at = self.models[model]
        texts, tower = at.read(inputs.documents[:1] * ROWS), at.tower(1)
        return Served(parameter_count(at.matcher), torch.inference_mode()(lambda: tower(texts)))

    def explain(self, model: str, inputs: Search, at: Address) -> Explanation:
        """The sum behind one number: a part of the rung, of the side, unit and step that it has."""
        return explain(self.models[model], inputs.query, inputs.documents, at)
