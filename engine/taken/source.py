"""Definitions of this project as one text that needs it no more: a model as it is read here, in a file that is taken away."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

PROJECT = "engine."
Definition = type[Any] | Callable[..., Any]


def gathered(roots: Sequence[Definition], further: Sequence[str] = ()) -> tuple[str, str]:
    """The imports that some classes and functions need, `further` ones among them, and their source with that of all they
    use, what is used first. Docstrings are cut to their first sentence; what only an annotation names is not brought along."""
    imports: set[str] = set(further)
    found: dict[Definition, str] = {}
    for root in roots:
        _gather(root, imports, found)
    return _sorted(imports), "\n\n\n".join(found.values())


def _sorted(imports: set[str]) -> str:
    """Python's own first, then the others; names from one module in one line."""
    together: dict[str, list[str]] = {}
    for line in sorted(imports):
        module, _, name = line.partition(" import ")
        together.setdefault(module, []).append(name)
    lines = [f"{module} import {', '.join(names)}" if names[0] else module for module, names in together.items()]
    lines.sort(key=lambda line: (line.startswith("from"), line))
    blocks = (line for line in lines if _standard(line)), (line for line in lines if not _standard(line))
    return "\n\n".join("\n".join(block) for block in blocks)


def _standard(line: str) -> bool:
    return line.split()[1].partition(".")[0] in sys.stdlib_module_names


def _gather(one: Definition, imports: set[str], found: dict[Definition, str]) -> None:
    if one in found:
        return
    found[one] = ""  # one that names itself is there
    text, module = textwrap.dedent(inspect.getsource(one)), sys.modules[one.__module__]
    for name, runs in _names(ast.parse(text)):
        value = vars(module).get(name)
        if isinstance(value, type | FunctionType) and value.__module__.startswith(PROJECT):
            if runs:
                _gather(value, imports, found)
        elif value is not None and (line := _import_of(module, name)):
            imports.add(line)
    del found[one]
    found[one] = _shortened(text)  # behind what it uses


def _names(node: ast.AST, runs: bool = True) -> Iterator[tuple[str, bool]]:
    """Names that are looked up, and whether that is when it runs: not those of an annotation."""
    if isinstance(node, ast.Name):
        yield node.id, runs
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _names(child, runs and field not in ("annotation", "returns"))


def _import_of(module: ModuleType, name: str) -> str:
    """The line that brings a name into a module from outside the project, "" where none does."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) != name:
                    continue
                if isinstance(node, ast.Import):
                    return ast.unparse(ast.Import([alias]))
                if not (node.module or "").startswith(PROJECT):
                    return ast.unparse(ast.ImportFrom(node.module, [alias], 0))
    return ""


def _shortened(text: str) -> str:
    """Every docstring's first sentence alone, and no method that others only overwrite."""
    lines = text.rstrip().splitlines()
    documented = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    for node in sorted(documented, key=lambda one: -one.lineno):
        if isinstance(node.body[-1], ast.Raise):
            begin = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            del lines[begin - 1 - (lines[begin - 2] == "") : node.end_lineno]
            continue
        first, said = node.body[0], ast.get_docstring(node)
        if said is not None:
            sentence = " ".join(said.split("\n\n")[0].split()).partition(". ")[0].rstrip(".")
            lines[first.lineno - 1 : first.end_lineno] = [f'{" " * first.col_offset}"""{sentence}."""']
    return "\n".join(lines)
