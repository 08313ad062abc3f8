"""What some code needs of this project, definition by definition, and of a class only the methods that somebody calls."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.runs.config import Config
from engine.taken.modules import Module, Named, Use, module, resolved, uses

ASKED_BY_OTHERS = {"forward", "backward", "setup_context", "vmap", "step"}
"""Methods that torch calls by itself."""


class Reached:
    """Everything that some definitions and the text of a main part need.

    definitions  in the order in which they were met; asked  names that are taken of something: methods with other names are
                 left out; rungs  of a table of rungs only these
    """

    def __init__(self, roots: Sequence[Named], main: str, rungs: Sequence[str]) -> None:
        tree = ast.parse(main)
        self.rungs = frozenset(rungs)
        self.asked = {*ASKED_BY_OTHERS, *asked_in(tree)}
        self.definitions: dict[Named, ast.stmt] = dict.fromkeys(roots, tree.body[0])
        self._grow()

    def _grow(self) -> None:
        """Until nothing is added: a method that is asked for needs definitions, which ask for methods."""
        size = -1
        while size != (size := len(self.definitions) + len(self.asked)):
            for name in list(self.definitions):
                self._add(name)
        while size != (size := len(self.definitions)):  # what annotations name, where all that it stands for is here
            for name in list(self.definitions):
                self._add_aliases(name)

    def _add(self, name: Named) -> None:
        self.definitions[name] = module(name[0]).definitions[name[1]]
        for there, part in self.parts(name):
            self.asked |= asked_in(part)
            for use in uses(part):
                found = defined(there, use)
                if found is not None and not use.annotation:
                    self.definitions.setdefault(found, self.definitions[name])

    def _add_aliases(self, name: Named) -> None:
        for there, part in self.parts(name):
            for use in uses(part):
                found = defined(there, use)
                if found is not None and found not in self.definitions and is_alias(found):
                    home, node = module(found[0]), module(found[0]).definitions[found[1]]
                    inner = {one for each in uses(node) if (one := defined(home, each)) is not None} - {found}
                    if inner <= self.definitions.keys():
                        self.definitions[found] = node

    def parts(self, name: Named) -> Iterator[tuple[Module, ast.stmt]]:
        """The statements of a definition that stay, and where they stand: of a class without the methods that nobody asks for."""
        home = module(name[0])
        node = home.definitions[name[1]]
        if is_config(name):
            yield from self.methods(name)
        elif isinstance(node, ast.ClassDef):
            gone = [one for one in node.body if isinstance(one, ast.FunctionDef) and not self.stays(one)]
            rest = [one for one in node.body if one not in gone]
            yield home, ast.ClassDef(node.name, node.bases, node.keywords, rest, node.decorator_list)
        else:
            yield home, some_rungs(node, self.rungs)

    def methods(self, config: Named) -> Iterator[tuple[Module, ast.FunctionDef]]:
        """The methods of a config that are asked for, its own and inherited ones."""
        seen: set[str] = set()
        for one in live(config).__mro__:
            if one is Config:
                return
            home = module(one.__module__)
            node = home.definitions[one.__name__]
            assert isinstance(node, ast.ClassDef)
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and self.stays(method) and method.name not in seen:
                    seen.add(method.name)
                    yield home, method

    def stays(self, method: ast.FunctionDef) -> bool:
        """Whether somebody asks for a method."""
        return method.name in self.asked and method.name != "check" or method.name.startswith("__")

    def ordered(self) -> Mapping[str, list[str]]:
        """Modules, each behind those that it imports → their definitions in the order of the text."""
        found: dict[str, list[str]] = {}
        needed = {home for home, _ in self.definitions}
        for home in sorted(needed):
            _visit(home, needed, found, set())
        for home in found:
            names = {name for there, name in self.definitions if there == home}
            found[home] = [name for name in module(home).definitions if name in names]
        return found


def _visit(home: str, needed: set[str], found: dict[str, list[str]], seen: set[str]) -> None:
    """Add a module behind all that it imports, through modules of which nothing is needed too."""
    if home in found or home in seen:
        return
    seen.add(home)
    for there, inner in module(home).imports.values():
        for one in (f"{there}.{inner}", there):
            try:
                module(one)
            except KeyError:
                continue
            _visit(one, needed, found, seen)
    if home in needed:
        found[home] = []


def asked_in(node: ast.AST) -> set[str]:
    """Names that are taken of something, in texts too, as `getattr` has them."""
    taken = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    taken |= {one.arg for one in ast.walk(node) if isinstance(one, ast.keyword) and one.arg}
    return taken | {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def defined(home: Module, use: Use) -> Named | None:
    """The definition of this project that a name stands for, None for any other."""
    found = resolved(home, use.name)
    if found is not None and found[1] == "":
        return resolved(module(found[0]), use.attribute)
    return found


def is_alias(name: Named) -> bool:
    """Whether a definition is another name for a type."""
    return isinstance(module(name[0]).definitions[name[1]], ast.Assign | ast.AnnAssign)


def live(name: Named) -> type[Any]:
    """A class itself."""
    found: type[Any] = getattr(importlib.import_module(name[0]), name[1])
    return found


def is_config(name: Named) -> bool:
    """Whether a definition is a class of settings."""
    return isinstance(module(name[0]).definitions[name[1]], ast.ClassDef) and issubclass(live(name), Config)


def some_rungs(node: ast.stmt, rungs: frozenset[str]) -> ast.stmt:
    """A table of rungs by id with some of them alone; any other statement as it is."""
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.value, ast.Dict):
        return node
    if not any(word in ast.unparse(node.annotation) for word in ("Ladder[", "Rung[")):
        return node
    kept = [
        (key, value) for key, value in zip(node.value.keys, node.value.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in rungs
    ]  # fmt: skip
    table = ast.Dict([key for key, _ in kept], [value for _, value in kept])
    return ast.AnnAssign(node.target, node.annotation, table, node.simple)
