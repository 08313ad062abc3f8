"""Candidate generation on a log for as long as its hits rise: the watch before the held-out one says when to stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from engine.recommender.held_out.data import Data
from engine.recommender.held_out.evaluation import Opponents, RecallJudge
from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import watch_before
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import ITEM2VEC, WARM, Recall, batches
from engine.recommender.site.history import SECONDS
from engine.recommender.training import Losses, kept_parameters, nbytes_of, steps_of
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.work import Tick

PATIENCE = 3
"""Looks at the validation watches without a better one, after which it stops."""


class Best:
    """The network as it hit most of the validation watches."""

    def __init__(self, recall: Recall, validation: Examples) -> None:
        self._recall, self._validation = recall, validation
        self._looks, self.hits, self.step = 0, -1.0, 0
        self._kept: dict[str, Tensor] = {}

    def look(self, step: int) -> float:
        """The share of validation watches among the first 100 now; the parameters are kept where it is the best so far."""
        site, some = self._recall.site, self._validation
        u = torch.cat([self._recall.read(part).vector for part in batches(some)]).numpy()
        v, cut = self._recall.net.output.weight.detach().numpy(), min(CUTS[1], len(site.known))
        found = Serving(site, some).best(lambda rows: u[rows] @ v.T, cut)
        hits = float(hit_rates(found, some.label, (cut,))[0])
        self._looks += 1
        if hits > self.hits:
            self.hits, self.step, self._looks = hits, step, 0
            self._kept = {name: one.detach().clone() for name, one in self._recall.net.state_dict().items()}
        return hits

    def over(self, step: int, steps: int) -> bool:
        """Whether there is nothing to wait for; never while the learning rate rises at first."""
        return step == steps or (step > WARM * steps and self._looks >= PATIENCE)

    def back(self) -> None:
        """The network as it was then."""
        self._recall.net.load_state_dict(self._kept)


def validation_of(data: Data) -> Examples:
    """The watches before the held-out ones, of at most a thousand users."""
    before = watch_before(data.site, data.test.place)
    return replace(before, age=data.site.world.config.days - before.moment / SECONDS)


def train_recall_until(data: Data, tick: Tick | None, beside: Opponents | None) -> Iterator[Frame]:
    """Train recall as `engine.recommender.training.train_recall` does, but the validation watches are not learnt from, and it ends at the last
    step or once their hits have not risen for `PATIENCE` frames, with the network that hit most.

    metrics beside those: "recall.validation" () hits at 100, in the last frame "recall.stopped" () the step it went back to.
    """
    config, total, validation = data.site.world.config, steps_of(data), validation_of(data)
    learnt = data.train.some(np.flatnonzero(~np.isin(data.train.place, validation.place)))
    recall = Recall(data.site, learnt, np.concatenate((data.test.place, validation.place)))
    judge, best, losses = RecallJudge(data, beside), Best(recall, validation), Losses()
    moments = frame_steps(config.steps, config.frames)
    keeping, unseen = kept_steps(moments, nbytes_of(recall.net)), True
    for step, loss in enumerate(recall.fit(None if tick is None else lambda: tick(0, total))):
        losses.add(loss)
        if tick is not None:
            tick(step, total)
        if step not in moments:
            continue
        metrics: dict[str, Array] = {"recall.validation": np.asarray(best.look(step))}
        over = best.over(step, config.steps)
        if over:
            best.back()
            metrics["recall.stopped"] = np.asarray(best.step)
        metrics |= judge.metrics(recall, whole=over) | losses.take("recall")
        parameters = kept_parameters("recall", recall.net) if over or step in keeping else {}
        if parameters and recall.item2vec is not None and unseen:
            parameters[ITEM2VEC], unseen = recall.item2vec, False
        yield Frame(step, metrics, parameters)
        if over:
            return
