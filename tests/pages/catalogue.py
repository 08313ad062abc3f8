"""Every sentence that the app can say: extracted from the code as gettext would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARKERS = {"t", "bare", "N_", "UserError", "Busy", "note"}


def sentences() -> dict[str, str]:
    """Sentence → the first place that says it."""
    found: dict[str, str] = {}
    for path in sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]):
        tree = ast.parse(path.read_text())
        for sentence, line in _said(tree):
            found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return found


def _said(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in MARKERS and node.args:
            yield from _literals(node.args[0])
        elif isinstance(node, ast.Dict):  # a worker writes what went wrong into a record
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "sentence":
                    yield from _literals(value)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literals(node: ast.AST) -> Iterator[tuple[str, int]]:
    """String constants, also both sides of a conditional."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value, node.lineno
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
