"""Settings as a plain class, whose defaults are those of one run: they were admitted, and need not be again."""

from __future__ import annotations

import dataclasses
import pprint
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.runs.config import Config
from engine.taken.modules import documented

WIDE = 110
"""Characters in a line."""


def as_class(
    kind: type[Config], name: str, values: Mapping[str, Any], asked: Collection[str], methods: Sequence[str]
) -> str:
    """The class of a config: the fields that are asked for, with some values, else its own, and some methods."""
    held = kind()
    lines = ["@dataclass(frozen=True)", f"class {name}:", documented(kind.__doc__ or "", 4), ""]
    for one in dataclasses.fields(kind):
        if one.name in asked:
            lines += _written(one.name, str(one.type), values.get(one.name, getattr(held, one.name)))
    for constant in ("every_rung", "rungs", "ladder", "playground"):
        if constant in asked and not any(f"def {constant}(" in method for method in methods):
            lines.append(f"    {constant} = {getattr(held, constant)!r}")
    return "\n".join([*lines, *(f"\n{method}" for method in methods)])


def _written(name: str, kind: str, value: object) -> list[str]:
    """One field, over several lines where its value is long."""
    line = f"    {name}: {kind} = {value!r}"
    if len(line) <= WIDE:
        return [line]
    if isinstance(value, str):
        parts = [value[at : at + 80] for at in range(0, len(value), 80)]
        return [f"    {name}: {kind} = (", *(f"        {part!r}" for part in parts), "    )"]
    told = textwrap.indent(pprint.pformat(value, width=WIDE - 10, compact=True), "        ").lstrip()
    return [f"    {name}: {kind} = {told}"]
