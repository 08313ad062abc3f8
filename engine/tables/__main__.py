"""What a file is read as, for whoever prepares one.

    python -m engine.tables FILE --as log|table|pairs|text

Prints one JSON object. A file that cannot be used gives {"refused": sentence}, and the exit status is 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.tables.report import KINDS, ROLES, refusal, report
from engine.tables.told import Told

SEVERAL = ("label", "feature")
"""Roles of a table that more than one column may have."""


def parser() -> argparse.ArgumentParser:
    """The command's options: one for each decision, and one for each role."""
    found = argparse.ArgumentParser("python -m engine.tables", description="What a file is read as, as JSON.")
    found.add_argument("file", type=Path)
    found.add_argument("--as", dest="kind", choices=KINDS, default="table")
    found.add_argument(
        "--encoding", default="", help="UTF-8, UTF-16, GB18030, Big5, Windows-1252 or any that Python knows"
    )
    found.add_argument("--separator", default="", help="tab, comma, semicolon, bar, blank or ::")
    found.add_argument("--decimal", default="", choices=("", ".", ",", "point", "comma"))
    found.add_argument(
        "--header", dest="header", action="store_true", default=None, help="the first row names the columns"
    )
    found.add_argument("--no-header", dest="header", action="store_false", help="the first row is data")
    found.add_argument("--day-first", dest="day_first", action="store_true", default=None, help="01/02 is 1 February")
    found.add_argument("--month-first", dest="day_first", action="store_false", help="01/02 is 2 January")
    found.add_argument("--latest", action="store_true", help="of a log: each user's newest watch")
    for role in dict.fromkeys(role for roles in ROLES.values() for role in roles):
        names = [f"--{role.replace('_', '-')}"] + (["--clicks"] if role == "label" else [])
        found.add_argument(
            *names, dest=f"role_{role}", action="append", metavar="NAME", help=f"the column that is the {role}"
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a file and say what is in it; 2 where it is refused."""
    asked = parser().parse_args(arguments)
    decimal = {"point": ".", "comma": ","}.get(asked.decimal, asked.decimal)
    status = 0
    found: dict[str, Any]
    try:
        told = Told(asked.encoding, asked.separator, decimal, asked.header, asked.day_first, _roles(asked))
        found = report(_bytes(asked.file), asked.kind, told, asked.latest)
    except UserError as error:
        found, status = refusal(error), 2
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    return status


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError("The file cannot be opened: {reason}.", reason=error.strerror or "") from None


def _roles(asked: argparse.Namespace) -> dict[str, Any]:
    """Role → the column, or the columns, that were told. Raises UserError where a kind has no such role."""
    told: dict[str, Any] = {}
    for name, columns in vars(asked).items():
        if not name.startswith("role_") or not columns:
            continue
        role = name.removeprefix("role_")
        if role not in ROLES[asked.kind]:
            raise UserError("There is no role {role} in a file of this kind.", role=role)
        told[role] = columns if asked.kind == "table" and role in SEVERAL else columns[-1]
    return told


if __name__ == "__main__":
    sys.exit(main())
