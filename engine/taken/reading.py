"""How a file of a user is read in code that is taken away: in a few lines where these read what the page read."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from engine.tables.beside import apart, read_both
from engine.tables.opened import Opened
from engine.tables.table import MOST_ROWS
from engine.tables.told import Told
from engine.tables.told import told as decisions
from engine.tables.written.file import MOST_COLUMNS, read_file
from engine.tables.written.packed import GZIP, ZIP
from engine.taken import plain

PLAIN, WIDE = "engine.taken.plain", 90
WAYS: dict[str, Callable[[pd.Series[Any]], pd.Series[Any]]] = {
    "whole": plain.whole, "number": plain.number, "seconds": plain.seconds, "milliseconds": plain.milliseconds,
    "day": plain.day, "moment": plain.moment, "word": plain.word, "identifier": plain.identifier,
}  # fmt: skip
"""How a column of text becomes values, by the name of what does it; the first that gives what the page read is taken."""


class Call(NamedTuple):
    """The cells of a file as text, and how they were read, as Python."""

    text: pd.DataFrame
    arguments: str


def as_text(data: bytes, form: Opened, trimmed: bool = True) -> Iterator[Call]:
    """The cells of a file in every way in which pandas has them in as many rows and columns as the page read."""
    packed = "gzip" if data[:2] == GZIP else "zip" if data[:2] == ZIP else None
    named = ((None,) if form.header else ()) + (list(form.names),)
    for encoding, names, quoting in itertools.product(("utf-8", "utf-8-sig", form.encoding), named, (0, 3)):
        how: dict[str, Any] = {"encoding": encoding, "names": names, "header": form.header, "compression": packed, "quoting": quoting, "trimmed": trimmed}  # fmt: skip
        given = {name: value for name, value in how.items() if value != _USUAL[name]}
        try:
            text = plain.cells(io.BytesIO(data), form.separator or ",", **given)
        except Exception:  # pandas raises whatever its parsers do
            continue
        if list(text) == list(form.names) and len(text) == form.rows:
            rest = "".join(f", {name}={value!r}" for name, value in given.items())
            yield Call(text, f"{form.separator or ','!r}{rest}")


_USUAL: dict[str, Any] = {
    "encoding": "utf-8", "names": None, "header": True, "compression": None, "quoting": 0, "trimmed": True,
}  # fmt: skip


def way(text: pd.Series[Any], wanted: pd.Series[Any]) -> str:
    """Which of `WAYS` makes some values of a column of text; "" where none does."""
    for name, make in WAYS.items():
        try:
            pd.testing.assert_series_equal(make(text), wanted, check_names=False, check_exact=True)
        except Exception:  # the other ways are not for such a column
            continue
        return name
    return ""


TABLE = '''def read(*files: str) -> pd.DataFrame:
    """{rows} rows as the page read them, the columns that are used."""
    text = pd.concat([cells(file, {arguments}) for file in files], ignore_index=True)
    return pd.DataFrame({{
{columns}
    }})
'''


def of_table(data: bytes, told: str, columns: Sequence[str]) -> str:
    """A function `read` that reads some columns of a table, or of two one below the other; "" where that takes more than a
    few lines. Raises UserError where the file cannot be used."""
    real, decided = read_both(data, decisions(told)), decisions(told)
    tries = (as_text(part, _alone(part, decided, real.opened)) for part in apart(data) if part)
    for calls in itertools.product(*tries):
        if len({call.arguments for call in calls}) > 1:
            continue
        text = pd.concat([call.text for call in calls], ignore_index=True)
        if (found := _ways(text, real.frame, columns)) is not None:
            lines = [
                f"        **{{name: {made}(text[name]) for name in {listed(names)}}}," for made, names in found.items()
            ]
            return TABLE.format(rows=f"{len(text):,}", arguments=calls[0].arguments, columns="\n".join(lines))
    return ""


def _ways(text: pd.DataFrame, frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, list[str]] | None:
    """By way the columns that it makes; None where one can be made by none."""
    found: dict[str, list[str]] = {}
    for name in columns:
        made = way(text[name], frame[name]) if name in text and name in frame and len(text) == len(frame) else ""
        if not made:
            return None
        found.setdefault(made, []).append(name)
    return found


def _alone(part: bytes, decided: Told, both: Opened) -> Opened:
    """How one of two files was read."""
    written = read_file(part, replace(decided, header=both.header), MOST_ROWS, MOST_COLUMNS)
    return replace(both, rows=written.rows, names=written.names, separator=written.separator)


def listed(names: Sequence[str]) -> str:
    """A tuple of texts, a few in a line."""
    lines = [""]
    for name in names:
        if lines[-1] and len(lines[-1]) + len(name) > WIDE:
            lines.append("")
        lines[-1] += f"{name!r}, "
    if len(lines) == 1:
        return f"({lines[0].strip()})" if len(names) == 1 else f"({lines[0].strip().rstrip(',')})"
    rest = "\n".join(f"            {one.rstrip()}" for one in lines)
    return f"(\n{rest}\n        )"


def used(text: str) -> list[str]:
    """What a `read` that was written uses of `engine.taken.plain`, as roots of a text that is gathered."""
    return [f"{PLAIN}:{name}" for name in ("cells", *WAYS) if re.search(rf"\b{name}\(", text)]
