"""Modules of this project as text: what each defines, where every name of it comes from, and which names a definition uses."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.runs.studies.fingerprint import source_of

PROJECT = "engine"
Named = tuple[str, str]
"""A definition: its module, and its name there; "" for the module itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A module's text.

    definitions  name → the statement that defines it, in the order of the text; notes  the line of a text that stands behind
                 a constant → that text; imports  a name here → its module and its name there, of this project; libraries  a
                 name here → the line that brings it from elsewhere; about  its docstring's first sentence
    """

    name: str
    text: str
    definitions: Mapping[str, ast.stmt]
    notes: Mapping[int, str]
    imports: Mapping[str, Named]
    libraries: Mapping[str, str]
    about: str


class Use(NamedTuple):
    """A name that a definition looks up in its module: the node, whether it is only an annotation's, and the attribute that is
    taken of it, where the name is a module's."""

    node: ast.expr
    name: str
    annotation: bool
    attribute: str = ""


@functools.lru_cache(maxsize=512)
def module(name: str) -> Module:
    """A module by its name. KeyError where this project has none."""
    text = source_of(name)
    if text is None:
        raise KeyError(name)
    tree = ast.parse(text)
    definitions: dict[str, ast.stmt] = {}
    notes: dict[int, str] = {}
    for before, node in zip([None, *tree.body], tree.body, strict=False):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            if before is not None:
                notes[before.lineno] = node.value.value
        else:
            definitions |= dict.fromkeys(_bound(node), node)
    imports: dict[str, Named] = {}
    libraries: dict[str, str] = {}
    outermost = {id(one) for node in tree.body for one in (node.body if isinstance(node, ast.If) else [node])}
    for brought in ast.walk(tree):
        if isinstance(brought, ast.Import | ast.ImportFrom):
            _brought(brought, imports, libraries if id(brought) in outermost else {})
    return Module(name, text, definitions, notes, imports, libraries, first_sentence(ast.get_docstring(tree) or ""))


def _brought(node: ast.Import | ast.ImportFrom, imports: dict[str, Named], libraries: dict[str, str]) -> None:
    """Add the names of an import to where they belong."""
    inside = getattr(node, "module", None) or ""
    for one in node.names:
        name = one.asname or one.name.partition(".")[0]
        if isinstance(node, ast.ImportFrom) and inside.partition(".")[0] == PROJECT:
            imports[one.asname or one.name] = (inside, one.name)
        elif isinstance(node, ast.ImportFrom):
            libraries[one.asname or one.name] = ast.unparse(ast.ImportFrom(inside, [one], 0))
        elif one.name.partition(".")[0] != PROJECT:
            libraries[name] = ast.unparse(ast.Import([one]))


def _inside(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import brings names of this project."""
    return (getattr(node, "module", None) or "").partition(".")[0] == PROJECT


def _bound(node: ast.stmt) -> list[str]:
    """Names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def resolved(there: Module, name: str) -> Named | None:
    """Where a name of a module is defined in this project, "" for a module; None for any other."""
    if name in there.definitions:
        return there.name, name
    if name not in there.imports:
        return None
    home, inner = there.imports[name]
    if source_of(f"{home}.{inner}") is not None:
        return f"{home}.{inner}", ""
    return resolved(module(home), inner)


def uses(node: ast.AST) -> Iterator[Use]:
    """Names that are looked up outside of a definition, those of its annotations too: what it binds itself is left out."""
    yield from _uses(node, frozenset(), False)


def _uses(node: ast.AST, bound: frozenset[str], annotation: bool) -> Iterator[Use]:
    if isinstance(node, ast.Name):
        if node.id not in bound:
            yield Use(node, node.id, annotation)
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in bound:
        yield Use(node, node.value.id, annotation, node.attr)
        return
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        inner = bound | frozenset(locals_of(node))
        outside = _outside(node)
        for field, child in _children(node):
            yield from _uses(
                child, bound if child in outside else inner, annotation or field in ("returns", "annotation")
            )
        return
    if isinstance(node, ast.ClassDef):  # its fields are its own
        bound = bound | {one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}  # fmt: skip
    for field, child in _children(node):
        yield from _uses(child, bound, annotation or field in ("annotation", "returns"))


def _outside(node: ast.AST) -> set[ast.AST]:
    """The parts of a function or a comprehension that are looked up around it."""
    if isinstance(node, ast.FunctionDef):
        return {*node.decorator_list}
    return (
        {node.generators[0].iter}
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
        else set()
    )


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield field, child


def locals_of(node: ast.AST) -> set[str]:
    """Names that a function, a lambda or a comprehension binds, not those that one inside it does."""
    found: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        found |= {one.arg for one in every if one is not None}
    start = node.body if isinstance(node, ast.FunctionDef) else [node.body] if isinstance(node, ast.Lambda) else [one.target for one in node.generators]  # type: ignore[attr-defined]  # fmt: skip
    waiting: list[ast.AST] = list(start)
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.add(one.name)
            continue
        elif isinstance(one, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and one.name:
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= set() if _inside(one) else {each.asname or each.name.partition(".")[0] for each in one.names}
        if not isinstance(one, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            waiting.extend(ast.iter_child_nodes(one))
        else:
            waiting.extend(inner for inner in ast.walk(one) if isinstance(inner, ast.NamedExpr))
    return found


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, without its full stop."""
    return re.split(r"(?<!et al)\. ", " ".join(text.split("\n\n")[0].split()))[0].rstrip(".")


def documented(text: str, indent: int = 0) -> str:
    """The first sentence of a docstring as one, in lines of at most 120 characters."""
    room = " " * indent
    lines = textwrap.wrap(
        f'"""{first_sentence(text)}."""', 120 - indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(room + line for line in lines)
