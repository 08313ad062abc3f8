"""python -m engine.tables: one JSON object, also where a file is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.tables.__main__ import main

LOG = "wer;was;wann\n" + "".join(f"u{n % 5};i{n % 7};{1_700_000_000 + n}\n" for n in range(60))


def said(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, dict[str, object]]:
    status = main(arguments)
    return status, json.loads(capfdbinary.readouterr().out)


def test_a_log_is_told(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    status, found = said(capfdbinary, str(path), "--as", "log", "--latest", "--user", "wer", "--separator", "semicolon")
    assert status == 0 and set(found) == {
        "encoding", "separator", "decimal", "header", "rows", "columns", "left_out", "warnings", "users", "items", "watches",
        "doubles", "first", "last", "latest",
    }  # fmt: skip
    assert (found["users"], found["items"], found["watches"], found["doubles"]) == (5, 7, 60, 0)
    assert found["latest"] == {f"u{n % 5}": f"i{n % 7}" for n in range(55, 60)}
    assert found["columns"] == [
        {"name": "wer", "type": "id", "role": "user", "distinct": 5, "missing": 0},
        {"name": "was", "type": "id", "role": "item", "distinct": 7, "missing": 0},
        {"name": "wann", "type": "time", "role": "time", "distinct": 60, "missing": 0},
    ]


@pytest.mark.parametrize(("arguments", "words"), [
    (("--as", "log"), "A log needs a user"), (("--as", "pairs", "--encoding", "nonsense"), "no encoding nonsense"),
    (("--as", "text", "--user", "a"), "no role user"), (("--as", "table", "--label", "nobody"), "no column nobody"),
    (("--separator", "x"), "A separator is"),
])  # fmt: skip
def test_a_refusal_is_an_object_too(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], arguments: tuple[str, ...], words: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n" + "red,blue\n" * 30)
    status, found = said(capfdbinary, str(path), *arguments)
    assert status == 2 and set(found) == {"refused"} and words in str(found["refused"])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert said(capfdbinary, str(tmp_path / "nothing"))[0] == 2
