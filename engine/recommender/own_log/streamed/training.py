"""Candidate generation that learns from a log in shards: a piece is in memory, never the log.

The vocabulary, what is held out to judge by, the methods beside it and ranking are those of the sample of whole users.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from torch import Tensor

from engine.errors import UserError
from engine.recommender.held_out.data import Data, rankable
from engine.recommender.held_out.evaluation import Opponents, RecallJudge
from engine.recommender.opponents.on_a_log import OnALog
from engine.recommender.own_log.further import further
from engine.recommender.own_log.log import read_log
from engine.recommender.own_log.site import prepared, site_of_log
from engine.recommender.own_log.streamed.config import StreamedConfig
from engine.recommender.own_log.streamed.pieces import Piece, Place, begin_of, places, stream
from engine.recommender.own_log.streamed.prepared import shards_of
from engine.recommender.recall.training import ITEM2VEC, Recall
from engine.recommender.training import Losses, kept_parameters, nbytes_of, steps_of, train_ranking
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.table import digest_of
from engine.runs.work import Tick


class StreamedRecall(Recall):
    """Candidate generation as `Recall` trains it, but every step learns from examples of the piece at hand. Where items are drawn as negatives by how often they
    are watched, and in item2vec, the sample speaks for the log."""

    def __init__(self, data: Data, pieces: Iterator[tuple[Piece, int]]) -> None:
        super().__init__(data.site, data.train, data.test.place)
        self._pieces, self._left = pieces, 0
        self._piece: Piece | None = None

    def learn(self) -> Tensor:
        """One step on a batch of the piece's examples; its loss ()."""
        if not self._left:
            self._piece, self._left = next(self._pieces, (None, 0))
        if self._piece is None:
            raise UserError("No watch of the log is of an item with a vector. Lower how many watches one needs.")
        whole = self.site, self._train
        self._left -= 1
        self.site, self._train = self._piece.site, self._piece.examples
        try:
            return super().learn()
        finally:
            self.site, self._train = whole


def train_streamed(config: StreamedConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on a prepared log; `data` is its sample. Metrics as `train_own`, and in every frame of recall "streamed.examples" ()
    what it may learn from, and "streamed.passes" () how often its steps pass through that.

    Raises UserError where the sample is not the one that `config.table` names, or what was prepared is gone.
    """
    if config.table and digest_of(data) != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    log = read_log(data, config.rated, config.told)
    ready = prepared(config, site_of_log(config, log))
    found = places(shards_of(config.shards), config.examples if config.per_user == "equal" else None)
    recall = StreamedRecall(ready, stream(found, ready.site, begin_of(log), config.steps, config.batch_size))
    beside = OnALog(ready)
    try:
        for frame in _recall(ready, recall, tick, beside):
            known = beside.facts() | _passes(config, found)
            known |= further(ready, (frame,), beside) if frame.step == config.steps else {}
            yield replace(frame, metrics={**frame.metrics, **known})
        if rankable(ready.site.world):
            yield from train_ranking(ready, tick, beside)
    finally:
        beside.stop()


def _passes(config: StreamedConfig, found: list[Place]) -> dict[str, Array]:
    examples = sum(place.examples for place in found)
    passes = config.steps * config.batch_size / max(examples, 1)
    return {"streamed.examples": np.asarray(examples), "streamed.passes": np.asarray(passes)}


def _recall(data: Data, recall: StreamedRecall, tick: Tick | None, beside: Opponents) -> Iterator[Frame]:
    """Frames as those of `engine.recommender.training.train_recall`."""
    config, total = data.site.world.config, steps_of(data)
    judge, losses, unseen = RecallJudge(data, beside), Losses(), True
    moments = frame_steps(config.steps, config.frames)
    keeping = kept_steps(moments, nbytes_of(recall.net))
    for step, loss in enumerate(recall.fit(None if tick is None else lambda: tick(0, total))):
        losses.add(loss)
        if tick is not None:
            tick(step, total)
        if step in moments:
            metrics = judge.metrics(recall, whole=step == config.steps) | losses.take("recall")
            parameters = kept_parameters("recall", recall.net) if step in keeping else {}
            if parameters and recall.item2vec is not None and unseen:
                parameters[ITEM2VEC], unseen = recall.item2vec, False
            yield Frame(step, metrics, parameters)
