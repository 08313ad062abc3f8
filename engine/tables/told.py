"""What somebody decided about a file against what it seems to be: it travels with a config, as a short text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.errors import UserError

LONGEST = 2_000
"""Characters of all decisions about a file."""


@dataclass(frozen=True, slots=True)
class Told:
    """Decisions; what is empty or None is left to the reader.

    separator  one of `engine.tables.written.dialect.SEPARATORS`, or its name; decimal "." or ","
    header     whether the first row names the columns; day_first  whether 01/02 is 1 February
    roles      role → column, or columns, or "" for none
    """

    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    header: bool | None = None
    day_first: bool | None = None
    roles: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def one(self) -> dict[str, str]:
        """Role → the column, where a role has one; "" where it shall have none."""
        return {role: name if isinstance(name, str) else name[-1] for role, name in self.roles.items()}

    def as_text(self) -> str:
        """Only what was decided, "" where nothing was."""
        decided = {name: value for name, value in asdict(self).items() if value not in ("", None, {})}
        return json.dumps(decided, ensure_ascii=False, sort_keys=True) if decided else ""


KINDS: Mapping[str, tuple[type, ...]] = {
    "encoding": (str,), "separator": (str,), "decimal": (str,), "header": (bool,), "day_first": (bool,), "roles": (dict,),
}  # fmt: skip


def told(text: str) -> Told:
    """Decisions from their text. Raises UserError where it is none."""
    if not text:
        return Told()
    try:
        found: Any = json.loads(text)
        fits = isinstance(found, dict) and all(isinstance(found[name], KINDS.get(name, ())) for name in found)
        roles = found.get("roles", {}) if fits else {}
        fits = fits and all(isinstance(name, str) for name in roles.values())
    except (ValueError, RecursionError):
        fits = False
    if not fits or found.get("decimal", ".") not in (".", ","):
        raise UserError("What was chosen for the file cannot be read. Choose it again.")
    return Told(**found)
