"""The lists that a viewer's present system serves, in a file of user, item and place: judged beside the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import UserError
from engine.recommender.recall.samples import Examples
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array
from engine.tables.names import LOG, recognised
from engine.tables.typed.columns import Column, column_of, decimal_of
from engine.tables.written.cells import Written
from engine.tables.written.file import read_file

PLACES = ("rank", "place", "position", "pos", "排名", "名次", "位置")
SCORES = ("score", "prediction", "predicted", "得分", "分数")
"""What a column is called by which a list is ordered: the lowest place, or the highest score, comes first."""


class Present:
    """Lists by user: E held-out watches."""

    def __init__(self, data: bytes, site: Site) -> None:
        self._owner, self._item = _rows(data, site.world.people, site.world.titles)

    def lists(self, test: Examples, most: int) -> Array:
        """(E, most) items for the user of each held-out watch, as they are served; -1 where there are no more."""
        begin, end = (np.searchsorted(self._owner, test.user, side) for side in ("left", "right"))
        at = begin[:, None] + np.arange(most)
        return np.where(at < end[:, None], self._item[np.minimum(at, len(self._item) - 1)], -1)


def listed_in(data: bytes, people: Sequence[str], titles: Sequence[str]) -> int:
    """How many users have a list. Raises UserError where none has, or the file cannot be read."""
    return len(np.unique(_rows(data, people, titles)[0]))


def _rows(data: bytes, people: Sequence[str], titles: Sequence[str]) -> tuple[Array, Array]:
    """User and item (N,) by their numbers, users in their order and each one's list in its own, an item once; what the log has
    not is left out."""
    written = read_file(data)
    owners = _numbers(_named(written, "user"), people)
    videos = _numbers(_named(written, "item"), titles)
    there = (owners >= 0) & (videos >= 0)
    if not there.any():
        raise UserError(
            "No row of the lists names a user and an item of the log. Check that both files call them alike."
        )
    order = np.lexsort((_order(written)[there], owners[there]))
    owner, item = owners[there][order], videos[there][order]
    once = np.sort(np.unique(owner * len(titles) + item, return_index=True)[1])  # an item twice would count twice
    return owner[once], item[once]


def _named(written: Written, role: str) -> Column:
    """The column of users, or of items, by its name; in a file without names the first, or the second."""
    name = recognised(written.names, {role: LOG[role]}).get(role, "")
    if not name and not written.header and len(written.names) > 1:
        name = written.names[("user", "item").index(role)]
    if not name:
        raise UserError("The lists need a user and an item; found the columns {columns}. Name them user_id and item_id.", columns=", ".join(written.names)[:120])  # fmt: skip
    return column_of(written, name, decimal_of(written), "id")


def _numbers(column: Column, names: Sequence[str]) -> Array:
    """(N,) each row's number among some names, -1 where it is none of them."""
    places = {name: n for n, name in enumerate(names)}
    different = np.array([places.get(str(one), -1) for one in column.texts.different.to_pylist()], np.int64)
    return column.texts.of_rows(different)


def _order(written: Written) -> Array:
    """(N,) by which each user's rows are ordered, ascending: places, scores from the highest, or as they stand."""
    found = recognised(written.names, {"place": PLACES, "score": SCORES})
    if not written.header and len(written.names) > 2:
        found = {"place": written.names[2]}
    for role, sign in (("place", 1.0), ("score", -1.0)):
        if role in found:
            numbers = column_of(written, found[role], decimal_of(written), "number").numbers
            if numbers is None:
                raise UserError("Column {column} of the lists holds no numbers.", column=found[role][:80])
            return sign * np.nan_to_num(numbers.values, nan=np.inf)
    return np.arange(written.cells.num_rows, dtype=np.float64)
