"""A run's two stages, opened at one moment: the path of one user to u, and ranking of what was recalled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from engine.cost import ROWS, Served
from engine.errors import NothingToLearn, UserError
from engine.measures import parameter_count
from engine.recommender.held_out.data import rankable
from engine.recommender.ranking.model import Ranker, Seen
from engine.recommender.serving.explain import (
    explain_logit,
    explain_ranking_unit,
    explain_score,
    explain_unit,
    layers_of_ranking,
)
from engine.recommender.serving.server import Recommendation, Server
from engine.runs.explanation import Explanation
from engine.runs.playground import Address
from engine.runs.trace import Trace


class Request(NamedTuple):
    """Who asks for a recommendation, when in days (None: at the end of the log), and which watches are taken away."""

    user: int
    when: float | None = None
    without: tuple[int, ...] = ()


class Opened:
    """Both networks of a run as they serve. "recall" and "rank" are the rungs that have sums.

    Raises UserError for ranking before it is trained.
    """

    def __init__(self, server: Server) -> None:
        self.server = server

    def trace(self, rung: str, inputs: Request) -> Trace:
        """Recall: "joined" (D,) what enters, "hidden_n" (H,) the n-th ReLU layer from 0, "u" (D,) the last, "score" (C,)
        u·v of the candidates, best first. Ranking, of the same candidates: "joined" (C, D), "hidden_n" (C, H), "z" (C,).
        """
        given = self._given(inputs)
        if rung == "recall":
            read = given.read
            arrays = {"joined": read.joined[0], "u": read.vector[0], "score": torch.from_numpy(given.scores)}
            arrays |= {f"hidden_{n}": layer[0] for n, layer in enumerate(read.hidden)}
            axes: dict[str, tuple[str, ...]]
            axes = {name: ("candidate",) if name == "score" else ("unit",) for name in arrays}
        else:
            joined, *hidden = layers_of_ranking(self.ranker.net, self._seen(given, inputs))
            arrays = {"joined": joined, "z": torch.from_numpy(given.z)}
            arrays |= {f"hidden_{n}": layer for n, layer in enumerate(hidden)}
            axes = {name: ("candidate",) if name == "z" else ("candidate", "unit") for name in arrays}
        return Trace({name: array.numpy() for name, array in arrays.items()}, axes)

    def served(self, rung: str, inputs: Request) -> Served:
        """Recall: the candidates of many users like this one, by the index. Ranking: z of many candidates of this user, their
        features already read."""
        given = self._given(inputs)
        if rung == "recall":
            net, index, most = self.server.net, self.server.index, self.server.config.recalled
            seen = self.server.seen(np.full(ROWS, given.user), given.now)
            return Served(
                parameter_count(net), torch.inference_mode()(lambda: index.search(net(seen).vector.numpy(), most))
            )
        some = self.server.features(given.user, np.resize(given.candidates, ROWS), given.now)
        ranker, ready = self.ranker, self.ranker.seen(some)
        return Served(parameter_count(ranker.net), torch.inference_mode()(lambda: ranker.net(ready)))

    def explain(self, rung: str, inputs: Request, at: Address) -> Explanation:
        """Recall: "hidden" (step = which layer), "u", "score" (side = which candidate). Ranking: "hidden", "z", of the
        candidate that `side` names."""
        given = self._given(inputs)
        part = (rung, at.part)
        try:
            if min(at.unit, at.step, at.side) < 0 or at.side >= len(given.candidates):
                raise IndexError
            if part == ("recall", "score"):
                row = int(self.server.site.row(given.candidates[[at.side]])[0])
                return explain_score(self.server, given, row)
            if part in (("recall", "hidden"), ("recall", "u")):
                last = len(given.read.hidden) - 1
                return explain_unit(self.server, given, last if at.part == "u" else at.step, at.unit)
            if part == ("rank", "z"):
                return explain_logit(self.server, self._seen(given, inputs), at.side)
            if part == ("rank", "hidden"):
                return explain_ranking_unit(self.server, self._seen(given, inputs), at.step, at.unit, at.side)
            raise IndexError
        except IndexError:
            raise UserError("There is no sum behind {part}.", part=f"{at.part[:20]} {at.unit + 1}") from None

    @property
    def ranker(self) -> Ranker:
        """What ranks. Raises UserError before it is trained, and where there is nothing to learn it from."""
        if self.server.ranker is None:
            if not rankable(self.server.site.world):
                raise NothingToLearn("There is no ranking: this log has too few impressions that were not watched.")
            raise UserError("Ranking is not trained yet.")
        return self.server.ranker

    def _given(self, inputs: Request) -> Recommendation:
        return self.server.recommend(*inputs)

    def _seen(self, given: Recommendation, inputs: Request) -> Seen:
        some = self.server.features(given.user, given.candidates, given.now, inputs.without)
        return self.ranker.seen(some)
