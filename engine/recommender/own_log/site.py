"""A user's own log as a site: watches to recall from and, where it tells what was shown in vain, impressions to rank."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.errors import UserError
from engine.recommender.held_out.data import HELD_OUT, Data, check_vocabulary, prepare, rankable
from engine.recommender.opponents.on_a_log import OnALog
from engine.recommender.own_log import moment
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.found import Found
from engine.recommender.own_log.further import further
from engine.recommender.own_log.log import OwnLog, examples_of, read_log, sized
from engine.recommender.own_log.present import Present
from engine.recommender.own_log.stopping import train_recall_until
from engine.recommender.recall.samples import FEWEST
from engine.recommender.site.vocabulary import Site, site_of
from engine.recommender.training import train_from, train_ranking
from engine.runs.frame import Frame
from engine.runs.work import Tick
from engine.tables.beside import apart

TESTED = 20
"""Users with enough watches that a log needs."""
MOST_ITEMS = 50_000
"""With a vector. Beyond it the three tables and their optimisers outgrow the memory."""
PASSES = 3
"""Over the examples. Of KuaiRand-Pure's watches, each user's last left out, fifteen passes over a short log found less."""
LEAST_STEPS, MOST_STEPS = {"recall": 3_000, "rank": 500}, 6_000


def enough_steps(log: OwnLog | Found, config: OwnLogConfig | None = None) -> tuple[int, int]:
    """How long to train candidate generation and ranking on a file: `PASSES` over its examples, within bounds."""
    config = config or OwnLogConfig()
    examples, rows = (
        (log.examples, log.rows) if isinstance(log, Found) else (examples_of(log, config), len(log.log.user))
    )
    recall, ranking = (
        min(max(round(PASSES * n / config.batch_size), LEAST_STEPS[stage]), MOST_STEPS)
        for stage, n in (("recall", examples), ("rank", int(rows * (1.0 - HELD_OUT))))
    )
    return recall, ranking


def own_config(log: OwnLog | Found, table: str, base: OwnLogConfig | None = None) -> OwnLogConfig:
    """The config of a file: its sizes and its hash."""
    named = replace(base or OwnLogConfig(), table=table)
    if isinstance(log, Found):
        return replace(named, videos=log.items, users=log.users, days=log.days)
    return sized(log, named)


def own_site(config: OwnLogConfig, data: bytes) -> Site:
    """The site of a file, for training. Raises UserError where the file is not the one that `config.table` names, or
    cannot be used."""
    if config.table and hashlib.sha256(data).hexdigest() != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    return site_of_log(config, read_log(data, config.rated, config.told))


def site_of_log(config: OwnLogConfig, log: OwnLog) -> Site:
    """The site of a log, also for what is shown of a run. Raises UserError where it cannot be used."""
    site = site_of(log.world(config))
    return checked(moment.before(site) if config.asked == "moment" else site)


def checked(site: Site) -> Site:
    """The site, if there is enough to learn from and to test by. Raises UserError."""
    config, known = site.world.config, len(site.known)
    tested = int((np.diff(site.history.watches.start) >= FEWEST).sum())
    if tested < TESTED:
        raise UserError(
            "Users with {least} watches or more: {count}; {users} are needed, since each one's last watch is the test.",
            count=tested, least=FEWEST, users=TESTED,
        )  # fmt: skip
    if known > MOST_ITEMS:
        raise UserError(
            "Items with at least {least} watches: {count}; the limit is {limit}. Raise how many watches an item needs.",
            count=f"{known:,}", least=config.fewest, limit=f"{MOST_ITEMS:,}",
        )  # fmt: skip
    return site


def prepared(config: OwnLogConfig, site: Site) -> Data:
    """What both models learn from and are asked. Raises UserError where there is too little."""
    ready = moment.prepare_at(site) if config.asked == "moment" else prepare(site)
    check_vocabulary(ready.site, ready.train)
    return ready


def train_own(config: OwnLogConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on a file. Metrics as `train`, and those of `OnALog` beside them, in the last frame of recall those of `further`
    too, and where it was stopped by validation those of `train_recall_until`; nothing of ranking, which has no negatives to
    learn from, where the log does not tell what was shown in vain. The data may be two files joined: a log, and the lists that
    another system serves.

    Raises UserError where the file is not the one that `config.table` names, or cannot be used.
    """
    ready = prepared(config, own_site(config, data))
    served = apart(data)[1]
    present = Present(served, ready.site) if served else None
    beside = OnALog(ready)
    try:
        for frame in _frames(config, ready, tick, beside):
            known = beside.facts() if "recall.hits" in frame.metrics else {}
            last = "recall.stopped" in frame.metrics or frame.step == config.steps
            known |= further(ready, (frame,), beside, present) if last else {}
            yield replace(frame, metrics={**frame.metrics, **known})
    finally:
        beside.stop()


def _frames(config: OwnLogConfig, ready: Data, tick: Tick | None, beside: OnALog) -> Iterator[Frame]:
    if config.stop == "steps":
        yield from train_from(ready, tick, beside)
        return
    yield from train_recall_until(ready, tick, beside)
    if rankable(ready.site.world):
        yield from train_ranking(ready, tick, beside)
