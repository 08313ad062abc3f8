"""Fingerprint: the code that a stored result rests on, definition by definition.

Found by walking from the function that trains: what it names, what that names, and so on through the modules of the
engine. What the walk reaches counts as it stands in the syntax tree; where it stands, and what it is called, does not. So
a definition may move or get another name, and one that no result rests on, as a new rung beside the old ones, ages nothing.
A study whose stored fingerprint is another than today's is old: `build claims` trains it again.

Left out: docstrings, annotations, imports, what an error says, and what a config admits: its values are stored beside each
result.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import importlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from engine.files import ROOT
from engine.runs.config import Config
from engine.runs.work import Work

TRAIN = "train"
"""What most cells ask a worker to do."""
BORDER = "engine.runs.config"
LADDER = "Ladder"
"""The annotation of a module's table of rungs by id: of such a table only the rungs that a result names count."""
Source = Callable[[str], str | None]
Name = tuple[str, str]
"""A definition: its module, and its name there; "" for statements of the module that define nothing."""


def fingerprints(cells: Iterable[Config]) -> dict[str, str]:
    """A fingerprint of all code that some cells are trained by: `key` of a cell → 16 hex digits."""
    kinds = {key(cell): cell for cell in cells}
    return {rungs: digest(closure(roots(type(cell)), cell.rungs)) for rungs, cell in sorted(kinds.items())}


def key(cell: Config) -> str:
    """The rungs of a cell, under which its fingerprint is kept; of one that is not trained, its work."""
    work = work_of(type(cell))
    return "+".join(cell.rungs) if work == TRAIN else work


def work_of(kind: type[Config]) -> str:
    """What a worker does with such a config: "train" where several may be asked for."""
    works = _works(kind)
    return next((name for name in (TRAIN, *works) if works[name].config is kind), TRAIN)


def kind_of(playground: type[Config], work: str) -> type[Config]:
    """The config that a work of the same playground takes."""
    return playground if work == TRAIN else _works(playground)[work].config


def roots(kind: type[Config]) -> tuple[Name, ...]:
    """Where the walk begins: the function that works on such a config, and the config itself."""
    run = _works(kind)[work_of(kind)].run
    assert isinstance(run, FunctionType)
    return (run.__module__, run.__name__), (kind.__module__, kind.__name__)


def _works(kind: type[Config]) -> Mapping[str, Work]:
    works: Mapping[str, Work] = importlib.import_module(f"engine.{kind.playground}").ENGINE.works
    return works


def digest(found: dict[Name, str]) -> str:
    """16 hex digits of everything that was found, in the order in which it was met."""
    return hashlib.sha256("\n".join(found.values()).encode()).hexdigest()[:16]


def source_of(module: str) -> str | None:
    """The text of a module of the engine, None where there is none."""
    path = _path(module)
    return None if path is None else path.read_text(encoding="utf-8")


def closure(start: Iterable[Name], rungs: Collection[str] = (), source: Source = source_of) -> dict[Name, str]:
    """What the definitions at the start rest on, themselves included → what each says, in the order in which it is met.
    KeyError where one of them is not there."""
    met: dict[Name, int] = {}
    found: dict[Name, str] = {}
    for name in start:
        met.setdefault(name, len(met))
        if name[1] not in _module(name[0], source(name[0])).definitions:
            raise KeyError(f"{name[0]} defines no {name[1]}")
    while len(found) < len(met):
        name = list(met)[len(found)]
        if "" in _module(name[0], source(name[0])).definitions:
            met.setdefault((name[0], ""), len(met))
        found[name] = reduced(name, met, rungs, source)
    return found


def reduced(name: Name, met: dict[Name, int], rungs: Collection[str] = (), source: Source = source_of) -> str:
    """What one definition does, as text; the definitions that it names are added to `met`."""
    module = _module(name[0], source(name[0]))
    plain = _Plain(module, met, frozenset(rungs), source)
    return "\n".join(ast.unparse(plain.visit(copy.deepcopy(line))) for line in module.definitions.get(name[1], []))


@dataclass(frozen=True, slots=True)
class _Module:
    """Statements by the name that they define, and imports: local name → module and name there, "" for the module itself."""

    name: str
    definitions: dict[str, list[ast.stmt]]
    imports: dict[str, Name]


@functools.lru_cache(maxsize=512)
def _module(name: str, text: str | None) -> _Module:
    tree = ast.parse(text or "")
    definitions: dict[str, list[ast.stmt]] = {}
    for line in tree.body:
        if not isinstance(line, ast.Import | ast.ImportFrom) and not _is_text(line):
            for bound in _bound(line) or [""]:
                definitions.setdefault(bound, []).append(line)
    imports: dict[str, Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {one.asname or one.name.partition(".")[0]: (one.name, "") for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports |= {one.asname or one.name: (node.module, one.name) for one in node.names}
    return _Module(name, definitions, imports)


def _bound(line: ast.stmt) -> list[str]:
    """Names that a statement of a module defines."""
    match line:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [line.name]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
    return []


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _path(module: str) -> Path | None:
    """The file of a module of the engine."""
    if module.partition(".")[0] != "engine":
        return None
    stem = ROOT.joinpath(*module.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.exists()), None)


class _Plain(ast.NodeTransformer):
    """A definition reduced to what it does. Names of other definitions become the numbers under which they were met."""

    def __init__(self, module: _Module, met: dict[Name, int], rungs: frozenset[str], source: Source) -> None:
        self._module, self._met, self._rungs, self._source = module, met, rungs, source
        self._inside = False

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._numbered(self._resolved(self._module, node.id)) or node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name):
            at = self._resolved(self._module, node.value.id)
            if at is not None and at[1] == "":
                inner = self._resolved(_module(at[0], self._source(at[0])), node.attr)
                return self._numbered(inner) or node
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.body, node.name = None, self._without_text(node.body), self._own(node.name)
        return self._within(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body, node.name = (
            [line for line in self._without_text(node.body) if not _is_setting(line)],
            self._own(node.name),
        )
        return self._within(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if LADDER in ast.unparse(node.annotation) and isinstance(node.value, ast.Dict):
            pairs = [(k, v) for k, v in zip(node.value.keys, node.value.values, strict=True) if self._counts(k)]
            node.value = ast.Dict([key for key, _ in pairs], [value for _, value in pairs])
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return ast.Raise(None, None)

    def visit_Import(self, node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        return None

    def _counts(self, key: ast.expr | None) -> bool:
        return isinstance(key, ast.Constant) and key.value in self._rungs

    def _own(self, name: str) -> str:
        """A definition's own name; that of a method or of a function inside another stays."""
        number = None if self._inside else self._met.get((self._module.name, name))
        return name if number is None else f"§{number}"

    def _within(self, node: ast.stmt) -> ast.AST:
        was, self._inside = self._inside, True
        found = self.generic_visit(node)
        self._inside = was
        return found

    @staticmethod
    def _without_text(body: list[ast.stmt]) -> list[ast.stmt]:
        return [line for line in body if not _is_text(line)]

    def _numbered(self, name: Name | None) -> ast.Name | None:
        if name is None:
            return None
        if name[1] == "":  # the module itself is handed on: anything of it may be used
            for one in _module(name[0], self._source(name[0])).definitions:
                self._met.setdefault((name[0], one), len(self._met))
        return ast.Name(f"§{self._met.setdefault(name, len(self._met))}")

    def _resolved(self, module: _Module, name: str) -> Name | None:
        """Where a name of a module is defined in the engine, "" for a module; None for a local name or another library's."""
        if name in module.definitions:
            return module.name, name
        if name not in module.imports:
            return None
        there, inner = module.imports[name]
        if there == BORDER or self._source(there) is None:
            return None
        if inner and self._source(f"{there}.{inner}") is not None:
            return f"{there}.{inner}", ""
        return self._resolved(_module(there, self._source(there)), inner) if inner else (there, "")


def _is_setting(line: ast.stmt) -> bool:
    value: Any = getattr(line, "value", None)
    return isinstance(line, ast.AnnAssign) and isinstance(value, ast.Call) and ast.unparse(value.func) == "setting"
