"""Tables as they come: each kind of dirt is read for what was meant, or named."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import prepare
from engine.tables.report import report
from engine.tables.table import read_table
from engine.tables.told import Told

ROWS = 240
SOURCE = np.random.default_rng(0)
X = np.round(SOURCE.normal(size=ROWS) * 2_000, 2)
CLICK = (X > 0).astype(int)
LIKE = (X + SOURCE.normal(size=ROWS) * 900 > 200).astype(int)


def table(
    x: Any = X, click: Any = CLICK, like: Any = LIKE, mark: str = ",", names: str = "x,click,like", end: str = "\n"
) -> bytes:
    """Three columns as text."""
    rows = [names.split(","), *zip(x, click, like, strict=True)]
    return "".join(mark.join(map(str, row)) + end for row in rows).encode()


def spelled(form: str) -> list[str]:
    return [form.format(x) for x in X]


def european(group: str) -> list[str]:
    return [f"{x:,.2f}".replace(",", "_").replace(".", ",").replace("_", group) for x in X]


def words(yes: str, no: str, of: Any = CLICK) -> list[str]:
    return [yes if one else no for one in of]


ALIKE = {
    "a German table": table(european("."), words("ja", "nein"), words("ja", "nein", LIKE), ";"),
    "a French table with thin blanks between thousands": table(european("\u202f"), words("oui", "non"), words("oui", "non", LIKE), ";"),
    "blanks that do not break": table(european("\u00a0"), mark="\t"),
    "plain blanks between thousands": table(european(" "), mark=";"),
    "Swiss marks between thousands": table([f"{x:,.2f}".replace(",", "'") for x in X]),
    "an amount in euro behind": table([f"{one} €" for one in european(".")], mark=";"),
    "losses in brackets": table([f"({-x:.2f})" if x < 0 else f"{x:.2f}" for x in X]),
    "a typesetter's minus": table([f"{x:.2f}".replace("-", "\u2212") for x in X]),
    "ticks and crosses, and the line ends of an old Mac": table(click=words("√", "×"), like=words("TRUE", "FALSE", LIKE), end="\r"),
    "labels that are 1 and -1": table(click=2 * CLICK - 1, like=2 * LIKE - 1),
    "labels that are 1 and 2": table(click=1 + CLICK, like=1 + LIKE),
    "two files one behind the other": table(X[:100], CLICK[:100], LIKE[:100]) + table(X[100:], CLICK[100:], LIKE[100:]),
    "a total below": table() + f"Summe,{CLICK.sum()},{LIKE.sum()}\n".encode(),
    "truth values in JSON lines": "\n".join(
        json.dumps({"x": float(x), "click": bool(a), "like": bool(b), "tags": ["t"]}) for x, a, b in zip(X, CLICK, LIKE, strict=True)
    ).encode(),
}  # fmt: skip
"""The same table, each time."""


@pytest.mark.parametrize("kind", ALIKE)
def test_the_same_table_however_it_is_written(kind: str) -> None:
    found = report(ALIKE[kind], "table", Told())
    roles = {
        column["name"]: (column["type"], column["role"]) for column in found["columns"] if column["name"] != "tags"
    }
    assert roles["x"] == ("number", "feature") and [roles[name][1] for name in ("click", "like")] == ["label"] * 2
    assert found["labels"] == {"click": CLICK.sum(), "like": LIKE.sum()}
    assert any("x alone tells click: AUC 1.000" in one for one in found["warnings"])
    frame = read_table(ALIKE[kind])
    np.testing.assert_allclose(frame.x, X, atol=0.006)
    data = prepare(frame, TableConfig(labels=("click", "like"), features=("x",)))
    assert (
        data.binary == (True, True) and data.labels.numpy().astype(int).tolist() == np.stack([CLICK, LIKE], 1).tolist()
    )


def test_errors_of_a_spreadsheet_are_gaps_and_are_counted() -> None:
    written = ["#DIV/0!" if n % 40 == 0 else "#REF!" if n == 7 else str(x) for n, x in enumerate(X)]
    found = report(table(written), "table", Told())
    column = found["columns"][0]
    assert (column["type"], column["role"], column["missing"]) == ("number", "feature", 7)
    assert any("#DIV/0!" in one and "#REF!" in one for one in found["warnings"])


def test_units_below_the_names_are_no_row() -> None:
    written = table().replace(b"x,click,like\n", b"x,click,like\nUSD,0/1,0/1\n")
    found = report(written, "table", Told())
    assert found["labels"] == {"click": CLICK.sum(), "like": LIKE.sum()} and [
        one["rows"] for one in found["left_out"]
    ] == [[1]]


def test_what_is_known_only_afterwards_is_named_by_its_gaps() -> None:
    played = [str(3 + n) if one else "" for n, one in enumerate(CLICK)]
    found = report(table(played, names="play_time,click,like"), "table", Told())
    assert any("gaps of play_time tell click: AUC 1.000" in one for one in found["warnings"])


def test_a_copy_of_a_label_under_another_writing_is_named() -> None:
    found = report(table(words("yes", "no"), names="ever,click,like"), "table", Told())
    assert any("copy of" in one for one in found["warnings"])


def test_a_row_number_is_left_out_in_any_place() -> None:
    found = report(table(range(1, ROWS + 1), names="nr,click,like"), "table", Told())
    assert found["columns"][0]["role"] is None and any("numbers the rows" in one for one in found["warnings"])


@pytest.mark.parametrize(("click", "role"), [(words("Berlin", "Bonn"), "feature"), (words("yes", "no"), "label")])
def test_two_towns_are_no_label_that_is_guessed(click: list[str], role: str) -> None:
    found = report(table(click=click, names="x,where,like"), "table", Told())
    assert found["columns"][1]["role"] == role
