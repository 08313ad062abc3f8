"""Opponents on a simulated site, once for each world: whatever trains on it stands beside the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

from engine.recommender.config import RecommenderConfig, WorldConfig
from engine.recommender.held_out.data import Data, prepare, rankable
from engine.recommender.held_out.evaluation import judged, truth_of
from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import OPPONENTS, Beside
from engine.recommender.opponents.on_a_log import facts
from engine.recommender.opponents.tuning import tune
from engine.recommender.site.taste import click_probability
from engine.recommender.site.vocabulary import open_site
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick


def measure(config: WorldConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """One frame, of what needs no training on this site.

    metrics: "ceiling" the share of the held-out watches that any list can hold; of each of `OPPONENTS` "{name}.hits" (3,) at
    20, 100, 300, and what tuning on earlier watches chose and tried, as `facts` tells it. Of ranking, on the last tenth of the days,
    what the truth allows at most: "click.auc", "click.mispredicted" and "click.first" by the true P(click), and the same
    by the true expected minutes, "best".
    """
    data = prepare(open_site(RecommenderConfig.of(config)))
    made, total = 0, len(OPPONENTS) + 1

    def going() -> None:
        if tick is not None:
            tick(made, total)

    held_out, labels = data.test.place, data.test.label
    tuned, serving = tune(data.site, held_out, going), Serving(data.site, data.test)
    found = facts(data, tuned)
    most = min(CUTS[-1], len(data.site.known))
    for name, scores in Beside(data.site, held_out, tuned.chosen, going).scores(data.test, OPPONENTS):
        made += 1
        going()
        found[f"{name}.hits"] = hit_rates(serving.best(scores, most), labels)
    if rankable(data.site.world):
        found |= _truth(data)
    yield Frame(0, found, {})


def _truth(data: Data) -> dict[str, Array]:
    """What the best possible orders of the judged impressions reach: by P(click), and by expected minutes."""
    world, rows, minutes = data.site.world, data.judged, truth_of(data)
    log = world.log
    clicks = click_probability(world.config, world.videos, world.users, log.user[rows], log.video[rows], log.seen[rows])
    return judged(data, "click", clicks, minutes) | judged(data, "best", minutes, minutes)  # type: ignore[arg-type]
