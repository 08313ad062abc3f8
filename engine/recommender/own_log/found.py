"""What a page and its stage need of a user's own log, and no more: the rows themselves stay where they are read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.formats import bare
from engine.recommender.own_log.log import OwnLog, decides, examples_of, read_log
from engine.recommender.own_log.present import listed_in
from engine.tables.opened import Opened


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of a log before anything trains on it.

    first, last   the moments of the first and the last row, in whole seconds since 1970
    roles, unit, twice   as in `Events`; decides  the roles by which a row is a watch or not
    opened        how the file was read, and what about it is doubtful
    examples      watches that candidate generation can learn from
    listed        users of the log who have a list in the second file; None where there is none
    """

    rows: int
    watches: int
    users: int
    items: int
    days: int
    first: int
    last: int
    twice: int
    unit: float
    roles: dict[str, str]
    decides: tuple[str, ...]
    timed: bool
    ranked: bool
    examples: int
    opened: Opened
    listed: int | None = None


def found_in(data: bytes, rated: str = "all", told: str = "") -> Found:
    """Read a file and count. Raises UserError where it cannot be used."""
    log = read_log(data, rated, told)
    events = log.events
    return Found(
        len(log.log.user), int(log.log.clicked.sum()), len(log.users), len(log.items), int(log.days), int(events.time[0]),
        int(events.time[-1]), events.twice, events.unit, events.found, decides(events), log.timed, log.ranked,
        examples_of(log, OwnLogConfig()), events.opened,
        listed_in(log.served, log.users, log.items) if log.served else None,
    )  # fmt: skip


def log_in(data: bytes, rated: str = "all", told: str = "") -> OwnLog:
    """The log of a file without the events it was made from. Raises UserError where it cannot be used."""
    log = read_log(data, rated, told)
    return replace(log, events=bare(log.events))
