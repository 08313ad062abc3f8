"""The fingerprint of stored studies: what is noticed, in the real code and in a small one, and what is not."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from functools import partial

import pytest

from engine.runs.config import Config
from engine.runs.playground import engines
from engine.runs.studies import fingerprint
from engine.runs.studies.fingerprint import closure, digest, fingerprints, key, reduced, roots, source_of, work_of

NUMBER = re.compile(r"§\d+")
PLAYGROUNDS = ("recurrent", "matching", "multitask", "recommender")


def kinds(playground: str) -> list[Config]:
    """One stored cell for each combination of rungs."""
    cells = engines()[playground].shipped.cells
    return list({key(cell): cell for cell in cells}.values())


def changed(tree: ast.Module, definition: str) -> Iterator[tuple[str, str]]:
    """A module with one constant of a definition changed, each in turn, and what it was; first with none changed.
    Of the other definitions there are the names alone: a thousand whole modules take a minute to read."""
    own, others = [], []
    for line in tree.body:
        bound = fingerprint._bound(line)
        (own if definition in bound else others).extend([line] if definition in bound else bound)
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    rest = "\n".join([*imports, *(f"{name} = None" for name in others)])

    def written() -> str:
        return "\n".join([rest, *map(ast.unparse, own)])

    yield "", written()
    for node in (constant for line in own for constant in counted(line)):
        was = node.value
        node.value = "changed" if not isinstance(was, int | float) else was + 1
        yield f"{definition}: {was!r}", written()
        node.value = was


read = functools.cache(source_of)
"""Each file once: a walk asks for the same few modules thousands of times."""


def other(texts: Mapping[str, str], module: str) -> str | None:
    """Sources of which some were changed."""
    return texts.get(module) or read(module)


def counted(line: ast.stmt) -> list[ast.Constant]:
    """Constants of a definition that its results may rest on: no text of an error, no docstring, no setting, no rung's id."""
    out: set[int] = set()
    for node in ast.walk(line):
        apart: list[ast.AST | None] = []
        match node:
            case ast.Raise():
                apart = [node]
            case ast.Expr(value=ast.Constant(value=str())):
                apart = [node]
            case ast.AnnAssign(annotation=annotation, value=value):
                called = isinstance(value, ast.Call) and ast.unparse(value.func) == "setting"
                ladder = "Ladder" in ast.unparse(annotation)
                apart = [annotation, value if called or ladder else None]
            case ast.arg():
                apart = [node]
            case ast.FunctionDef(returns=returns):
                apart = [returns]
        out |= {id(inner) for part in apart if part is not None for inner in ast.walk(part)}
    return [node for node in ast.walk(line) if isinstance(node, ast.Constant) and id(node) not in out]


@pytest.mark.slow
@pytest.mark.parametrize("playground", PLAYGROUNDS)
def test_a_changed_constant_anywhere_in_what_a_study_rests_on_is_noticed(playground: str) -> None:
    seen, examined = 0, set()
    for cell in kinds(playground):
        found = closure(roots(type(cell)), cell.rungs, read)
        met = {name: number for number, name in enumerate(found)}
        for module in {module for module, _ in found}:
            tree = ast.parse(read(module) or "")
            for name in [name for where, name in found if where == module and name]:
                plain = module, name, NUMBER.sub("§", found[module, name])
                if plain in examined:  # it says the same for another rung, under other numbers
                    continue
                examined.add(plain)
                unchanged = reduced((module, name), dict(met), cell.rungs, read)
                for what, text in changed(tree, name):
                    said = reduced((module, name), dict(met), cell.rungs, partial(other, {module: text}))
                    assert (said == unchanged) == (what == ""), f"{module}.{what}"
                    seen += what != ""
    assert seen > 150, seen


@pytest.mark.parametrize("playground", PLAYGROUNDS)
def test_the_walk_reaches_the_loop_the_data_and_the_models(playground: str) -> None:
    for cell in kinds(playground):
        found = closure(roots(type(cell)), cell.rungs, read)
        modules = {module.removeprefix("engine.") for module, _ in found}
        trained = {f"{playground}.training", "runs.seeds"} if work_of(type(cell)) == "train" else set()
        assert {f"{playground}.config", "runs.frame"} | trained <= modules
        assert len(found) > 30 and not any("shipped" in module or "claims" in module for module in modules)
        assert digest(found) == fingerprints([cell])[key(cell)]


def test_each_rung_rests_on_its_own_code() -> None:
    found = fingerprints(kinds("multitask"))
    assert set(found) == {"single_task", "shared_bottom", "omoe", "mmoe", "ple"} and len(set(found.values())) == 5
    mmoe = closure(roots(type(kinds("multitask")[0])), ("mmoe",))
    assert ("engine.multitask.models", "MMoE") in mmoe and ("engine.multitask.models", "OMoE") not in mmoe
    assert not {("engine.multitask.config", "STRUCTURES"), ("engine.multitask.structures.ple", "PLE")} & set(mmoe)


# The same on a small engine, where everything can be moved.

MODELS = '''
"""Models."""
from engine.runs.ladder import Ladder
WIDTH = 3

class One:
    """A rung."""
    def forward(self, x: int) -> int:
        """Twice."""
        if x < 0:
            raise ValueError("too small")
        return x * 2 + WIDTH

RUNGS: Ladder[type] = {"one": One}
'''
TRAINING = '''
from engine.toy import models
from engine.toy.models import RUNGS

def train(config, rate: float = 0.1):
    """Train."""
    import numpy as np
    return RUNGS[config.rung]().forward(models.WIDTH) * rate
'''
TOY = {"engine.toy.models": MODELS, "engine.toy.training": TRAINING, "engine.toy": '"""Toy."""'}


def toy(texts: Mapping[str, str], start: tuple[str, str] = ("engine.toy.training", "train")) -> str:
    return digest(closure([start], ("one",), texts.get))


def edited(module: str, old: str, new: str) -> dict[str, str]:
    assert old in TOY[module]
    return TOY | {module: TOY[module].replace(old, new)}


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("engine.toy.models", '"""A rung."""', '"""The first rung."""'),
        ("engine.toy.models", "x: int", "x: float"),
        ("engine.toy.models", "too small", "too low"),
        ("engine.toy.models", '{"one": One}', '{"one": One, "two": Two}\nclass Two: pass'),
        ("engine.toy.models", "WIDTH = 3", "WIDTH = 3\nOTHER = 4  # no result rests on it"),
        ("engine.toy.training", "import numpy as np", "import numpy"),
        ("engine.toy.training", "from engine.toy import models\n", "from engine.toy import models as m\n"),
    ],
)
def test_what_no_result_rests_on_ages_nothing(module: str, old: str, new: str) -> None:
    texts = edited(module, old, new)
    texts = {
        name: text.replace("models.WIDTH", "m.WIDTH") if "models as m" in text else text for name, text in texts.items()
    }
    assert toy(texts) == toy(TOY)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("engine.toy.models", "WIDTH = 3", "WIDTH = 4"),
        ("engine.toy.models", "x * 2", "x * 3"),
        ("engine.toy.models", "x < 0", "x < 1"),
        ("engine.toy.models", "{\"one\": One}", "{\"one\": Two}\nclass Two(One): pass"),
        ("engine.toy.training", "0.1", "0.2"),
        ("engine.toy.training", "* rate", "/ rate"),
    ],
)  # fmt: skip
def test_what_a_result_rests_on_is_noticed(module: str, old: str, new: str) -> None:
    assert toy(edited(module, old, new)) != toy(TOY)


def test_a_definition_may_move_and_get_another_name() -> None:
    moved = {
        "engine.toy.rooms.one": MODELS.replace("WIDTH", "BREADTH").replace("class One", "class First").replace(": One}", ": First}"),
        "engine.toy.loop": TRAINING.replace("engine.toy.models", "engine.toy.rooms.one")
        .replace("from engine.toy import models", "from engine.toy.rooms import one")
        .replace("models.WIDTH", "one.BREADTH").replace("def train", "def fit"),
        "engine.toy": "", "engine.toy.rooms": "",
    }  # fmt: skip
    assert toy(moved, ("engine.toy.loop", "fit")) == toy(TOY)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(KeyError, match="defines no nothing"):
        closure([("engine.runs.frame", "nothing")])
