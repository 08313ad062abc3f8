"""Definitions of this project as one text that needs it no more: a model as it is read here, in a file that is taken away."""

from __future__ import annotations

import ast
import builtins
import copy
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.runs.config import Config
from engine.taken.modules import Module, Named, Use, documented, locals_of, module, resolved, uses
from engine.taken.reached import Reached, defined, is_config, live
from engine.taken.settings import as_class

Edit = tuple[int, int, int, str]
"""On a line, from 0, the bytes from one place to another, and what stands there instead."""


def gathered(
    roots: Sequence[str], main: str, settings: Sequence[Config] = (), rungs: Sequence[str] = (),
    instead: Mapping[str, Any] = MappingProxyType({}),
) -> str:  # fmt: skip
    """All that a main part needs of this project, and that main part, as one text. `roots` are "module:name", as `main` names
    them; `settings` are configs whose values become the defaults of their classes, but for those that stand `instead`.

    A class keeps the methods that are asked for, a docstring its first sentence, a table of rungs those in `rungs`.
    """
    names = [(home, name) for home, _, name in (root.partition(":") for root in roots)]
    text = _Text(Reached(names, main, rungs), names, main, settings, instead)
    about, lines = ast.parse(main).body[0], main.splitlines()
    head = "\n".join(lines[: about.end_lineno])
    rest = "\n".join(line for line in lines[about.end_lineno :] if not line.startswith(("import ", "from "))).strip()
    body = "\n\n\n".join([*text.chapters(), _headed("It runs"), rest])
    return f"{head}\n\n{_sorted(text.lines())}\n\n{body}\n"


def _headed(about: str) -> str:
    about = about if len(about) < 90 else about.partition(":")[0]
    return f"# {'─' * 3} {about} {'─' * max(110 - len(about), 3)}"


class _Text:
    """What was reached, with one name for each definition."""

    def __init__(
        self,
        reached: Reached,
        roots: Sequence[Named],
        main: str,
        settings: Sequence[Config],
        instead: Mapping[str, Any],
    ) -> None:
        self._reached, self._order = reached, reached.ordered()
        self._settings = {type(one): {**one.to_dict(), **instead} for one in settings}
        self._libraries: dict[str, str] = {}
        for line in main.splitlines():
            if line.startswith(("import ", "from ")):
                self._libraries[line.split()[-1]] = line
        self._find_libraries()
        self._twice = _twice([(home, name) for home, names in self._order.items() for name in names])
        self._names = self._named(roots)

    def lines(self) -> set[str]:
        """The imports that all of it needs."""
        return {"from __future__ import annotations", *self._libraries.values()}

    def _find_libraries(self) -> None:
        for name in self._reached.definitions:
            if is_config(name):
                self._libraries |= {"dataclass": "from dataclasses import dataclass", "Any": "from typing import Any"}
            for home, part in self._reached.parts(name):
                for use in uses(part):
                    found = defined(home, use)
                    if found is not None and found not in self._reached.definitions and not self._heir(found):
                        self._libraries["Any"] = "from typing import Any"
                    line = home.libraries.get(use.name, "") if use.name not in home.definitions else ""
                    if line and self._libraries.setdefault(use.name, line) != line:
                        raise ValueError(f"{use.name} is two things")

    def _named(self, roots: Sequence[Named]) -> dict[Named, str]:
        """A name for each definition: its own, unless that is another's, or another module calls it otherwise, which may be
        because the name is taken there."""
        inner, called = set(), set()
        for name in self._reached.definitions:
            for home, part in self._reached.parts(name):
                for node in ast.walk(part):
                    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):  # fmt: skip
                        inner |= locals_of(node)
                for use in uses(part):
                    found = defined(home, use)
                    if found in self._reached.definitions and (use.attribute and resolves_to_module(home, use) or use.name != found[1]):  # fmt: skip
                        called.add(found)
        taken = {*self._libraries, *dir(builtins)}
        found_names = {root: root[1] for root in roots}
        taken |= set(found_names.values())
        every = [
            (home, name) for home, names in self._order.items() for name in names if (home, name) not in found_names
        ]
        every = [one for one in every if one not in self._twice]
        for one in sorted(every, key=lambda one: one in called):
            found_names[one] = next(name for name in _possible(one) if name not in taken and (one not in called or name not in inner))  # fmt: skip
            taken.add(found_names[one])
        return found_names | {one: found_names[first] for one, first in self._twice.items()}

    def chapters(self) -> Iterator[str]:
        """Each module's definitions, under its first sentence."""
        for home, names in self._order.items():
            seen: set[int] = set()
            texts = []
            for name in names:
                node = module(home).definitions[name]
                if node.lineno not in seen and (home, name) not in self._twice:
                    seen.add(node.lineno)
                    texts.append((isinstance(node, ast.ClassDef | ast.FunctionDef), self._definition((home, name))))
            text = _headed(module(home).about)
            for n, (block, one) in enumerate(texts):
                text += ("\n\n\n" if block or n and texts[n - 1][0] else "\n" if n else "\n\n") + one
            if texts:
                yield text

    def _definition(self, name: Named) -> str:
        home = module(name[0])
        node = home.definitions[name[1]]
        if is_config(name):
            methods = [self._edited(there, method, method) for there, method in self._reached.methods(name)]
            return as_class(
                live(name), self._names[name], self._settings.get(live(name), {}), self._reached.asked, methods
            )
        part = next(iter(self._reached.parts(name)))[1]
        if part is not node and not isinstance(part, ast.ClassDef):
            return self._unparsed(home, part)
        text = self._edited(home, node, part, self._names[name] if name[1] == getattr(node, "name", "") else "")
        note = home.notes.get(node.lineno, "")
        return text + (f"\n{documented(note)}" if note else "")

    def _unparsed(self, home: Module, part: ast.stmt) -> str:
        """A table that lost some of its rungs."""
        assert isinstance(part, ast.AnnAssign) and part.value is not None
        target, value = copy.deepcopy((part.target, part.value))  # what was parsed is kept for other texts
        for use in (use for one in (target, value) for use in uses(one)):
            if isinstance(use.node, ast.Name):
                use.node.id = self._said(home, use) or use.node.id
        return ast.unparse(ast.fix_missing_locations(ast.Assign([target], value)))

    def _edited(self, home: Module, node: ast.stmt, part: ast.stmt, name: str = "") -> str:
        """The text of a statement, with every name as it is called here."""
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        lines: list[bytes | None] = [*(line.encode() for line in home.text.splitlines()[first - 1 : node.end_lineno])]
        edits: set[Edit] = set()
        for use in uses(part):
            said = self._said(home, use)
            if said is not None:
                assert use.node.end_col_offset is not None
                edits.add((use.node.lineno - first, use.node.col_offset, use.node.end_col_offset, said))
        for line, begin, end, said in sorted(edits, reverse=True):
            now = lines[line]
            assert now is not None
            lines[line] = now[:begin] + said.encode() + now[end:]
        if name:
            at = node.lineno - first
            now = lines[at]
            assert now is not None
            lines[at] = re.sub(rb"^(\s*(?:def|class) )\w+", rb"\1" + name.encode(), now)
        if isinstance(node, ast.ClassDef):
            _without_methods(node, [one for one in node.body if isinstance(one, ast.FunctionDef) and not self._reached.stays(one)], lines, first)  # fmt: skip
        _shortened(node, lines, first)
        return "\n".join(line.decode() for line in lines if line is not None)

    def _said(self, home: Module, use: Use) -> str | None:
        """How a name is called here; None where it stays."""
        found = defined(home, use)
        if found is None:
            return None
        rest = f".{use.attribute}" if use.attribute and not resolves_to_module(home, use) else ""
        called = self._names.get(found) or (self._heir(found) if use.annotation else "") or "Any"
        return None if called == use.name and rest == (f".{use.attribute}" if use.attribute else "") else called + rest

    def _heir(self, found: Named) -> str:
        """A class of settings that stands for one it inherits from."""
        if not is_config(found):
            return ""
        return next((name for one, name in getattr(self, "_names", {}).items() if is_config(one) and issubclass(live(one), live(found))), "")  # fmt: skip


def _twice(names: Sequence[Named]) -> dict[Named, Named]:
    """Constants that another module defines by the same name and value → the first of them."""
    first: dict[tuple[str, str], Named] = {}
    found: dict[Named, Named] = {}
    for one in names:
        home = module(one[0])
        node = home.definitions[one[1]]
        if isinstance(node, ast.Assign | ast.AnnAssign) and not any(
            defined(home, use) for use in uses(node) if use.name != one[1]
        ):
            there = first.setdefault((one[1], ast.unparse(node)), one)
            if there != one:
                found[one] = there
    return found


def resolves_to_module(home: Module, use: Use) -> bool:
    """Whether a name is a module of this project."""
    found = resolved(home, use.name)
    return found is not None and found[1] == ""


def _possible(name: Named) -> Iterator[str]:
    """Names that a definition may have."""
    parts = name[0].split(".")[::-1]
    yield name[1]
    for depth in range(1, len(parts)):
        yield f"{name[1]}_of_{'_'.join(reversed(parts[:depth]))}"


def _without_methods(
    node: ast.ClassDef, gone: Sequence[ast.FunctionDef], lines: list[bytes | None], first: int
) -> None:
    for one in gone:
        begin = min([one.lineno, *(line.lineno for line in one.decorator_list)]) - first
        while lines[begin - 1] is not None and not (lines[begin - 1] or b"").strip():
            begin -= 1
        for line in range(begin, (one.end_lineno or one.lineno) - first + 1):
            lines[line] = None


def _shortened(node: ast.stmt, lines: list[bytes | None], first: int) -> None:
    """Every docstring's first sentence alone, and no import of this project."""
    for one in ast.walk(node):
        if isinstance(one, ast.ImportFrom) and (one.module or "").partition(".")[0] == "engine":
            for line in range(one.lineno - first, (one.end_lineno or one.lineno) - first + 1):
                lines[line] = None
        if not isinstance(one, ast.ClassDef | ast.FunctionDef) or (said := ast.get_docstring(one)) is None:
            continue
        text, begin = one.body[0], one.body[0].lineno - first
        if lines[begin] is None:
            continue
        end = (text.end_lineno or text.lineno) - first
        lines[begin : end + 1] = [documented(said, text.col_offset).encode(), *[None] * (end - begin)]


def _sorted(lines: set[str]) -> str:
    """Python's own first, then the others; names from one module in one line."""
    together: dict[str, list[str]] = {}
    for line in sorted(lines):
        module, _, name = line.partition(" import ")
        together.setdefault(module, []).append(name)
    found = [f"{module} import {', '.join(names)}" if names[0] else module for module, names in together.items()]
    found.sort(key=lambda line: (line.startswith("from"), line))
    blocks = [[line for line in found if _kind(line) == kind] for kind in range(3)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _kind(line: str) -> int:
    root = line.split()[1].partition(".")[0]
    return 0 if root == "__future__" else 1 if root in sys.stdlib_module_names else 2
