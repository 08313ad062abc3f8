"""From the frames of a run back to what serves: both networks with the parameters of a moment."""

from __future__ import annotations

from collections.abc import Sequence

from engine.features import Quantiles
from engine.recommender.ranking.model import Ranker, RankNet
from engine.recommender.recall.model import CandidateNet
from engine.recommender.serving.server import Server
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Frame
from engine.runs.restore import keeper, loaded, state_of


def server_at(site: Site, frames: Sequence[Frame]) -> Server:
    """Serve as of the last of these frames: each network as it was kept last; without ranking before it was trained.

    Raises UserError where no frame keeps the parameters of recall.
    """
    config, videos = site.world.config, len(site.known)
    recalled, ranked = keeper(frames, "recall") or frames[-1], keeper(frames, "ranking")
    net = loaded(CandidateNet(videos, config.dimensions, config.tower), state_of(recalled, "recall"))
    if ranked is None:
        return Server(site, net)
    rank = loaded(RankNet(videos, config.dimensions, config.layers), state_of(ranked, "ranking"))
    hours, shown = (Quantiles(ranked.parameters[f"ranking.{name}"]) for name in ("hours", "shown"))
    return Server(site, net, Ranker(rank, site, hours, shown))
