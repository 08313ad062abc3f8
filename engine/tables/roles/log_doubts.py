"""What about a log limits any test on its last watches: in sentences, with the number."""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array
from engine.tables.notes import N_, Note, note
from engine.tables.roles.log import LogTable

TESTED = 3
"""Watches of a user whose last one is a test."""
TAIL = 0.1
"""Ranking is judged on the last tenth of the rows."""


def doubts(log: LogTable) -> tuple[Note, ...]:
    """Rows that stand there again, and what the last watch of each user cannot tell."""
    notes = []
    if log.again.any():
        notes.append(note("Rows whose user, item and time stand there once more count once: {rows}.", rows=f"{int(log.again.sum()):,}"))  # fmt: skip
    notes += _of_last_watches(log)
    clicked = log.clicked[~log.again][np.argsort(log.moments[~log.again], kind="stable")]
    tail = clicked[int(len(clicked) * (1 - TAIL)) :]
    if len(tail) and not clicked.all() and (tail.all() or not tail.any()):
        sentence = (
            N_("Ranking has nothing to be judged by: the last tenth of the rows holds watches alone. Of {shown} rows, {unwatched} were not watched.")
            if tail.all()
            else N_("Ranking has nothing to be judged by: the last tenth of the rows holds no watch. Of {shown} rows, {unwatched} were not watched.")
        )  # fmt: skip
        notes.append(Note(sentence, {"shown": f"{len(clicked):,}", "unwatched": f"{int((~clicked).sum()):,}"}))
    return tuple(notes)


def newest(log: LogTable, fewest: int = 1) -> Array:
    """The rows (U,) of the newest watch of each user with so many; of equal times the file's last."""
    rows = np.flatnonzero(log.clicked & ~log.again)
    order = rows[np.lexsort((rows, log.moments[rows], log.user[rows]))]
    user = log.user[order]
    last = np.flatnonzero(np.r_[user[1:] != user[:-1], True]) if len(user) else np.zeros(0, np.int64)
    enough = np.bincount(user, minlength=len(log.users))[user[last]] >= fewest
    return np.asarray(order[last[enough]])


def _of_last_watches(log: LogTable) -> list[Note]:
    """Each user's last watch is the test, and all others are learnt from."""
    tested = newest(log, TESTED)
    if not len(tested):
        return []
    learnt = log.clicked & ~log.again
    learnt[tested] = False
    pairs = log.user.astype(np.int64) * len(log.items) + log.item
    seen = np.isin(pairs[tested], pairs[learnt])
    unlearnt = ~np.isin(log.item[tested], log.item[learnt])
    tied = _ties(log, tested, learnt)
    ahead = log.moments[tested] < (log.moments[learnt].max() if learnt.any() else 0)
    count, notes = f"{len(tested):,}", []
    for marks, sentence in (
        (seen, N_("Of {tested} last watches, {count} are of an item that the same user watched before: a list of unseen items cannot hit them.")),
        (unlearnt, N_("Of {tested} last watches, {count} are of an item that is never watched but last: it has no training example.")),
        (tied, N_("Of {tested} last watches, {count} share their moment with another watch of the same user: the file's order decides which is the last.")),
        (ahead, N_("Only a user's own future is kept out: for {count} of {tested} last watches, others' later watches are learnt from, which no recommender knows in time.")),
    ):  # fmt: skip
        if marks.any():
            notes.append(Note(sentence, {"tested": count, "count": f"{int(marks.sum()):,}"}))
    return notes


def _ties(log: LogTable, tested: Array, learnt: Array) -> Array:
    """Which last watches have another one of the same user at the same moment."""
    last = np.full(len(log.users), np.iinfo(np.int64).min)
    last[log.user[tested]] = log.moments[tested]
    tied = np.zeros(len(log.users), bool)
    tied[log.user[learnt & (log.moments == last[log.user])]] = True
    return tied[log.user[tested]]
