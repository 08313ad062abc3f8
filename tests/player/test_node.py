"""The player's JavaScript without a browser: Node's own tests of its pure parts, its names, and its kinds of panel.

The Node is the one that Playwright brings: no package manager, no build.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import playwright
import pytest

from pages.ui.player.pack import pack, plain
from pages.ui.player.panel import Panel
from pages.ui.player.player import ASSETS, scripts
from pages.ui.player.position import Position
from pages.ui.player.stage import WORDS, Array, Bars, Heat, Quantised, Ref, Rung, Stage, Sweep

HERE = Path(__file__).parent
NODE = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in scripts())
TOP = re.compile(r"^(?:export default )?(?:async )?(?:function\*?|const|let|var|class) (\w+)", re.MULTILINE)


def node(*arguments: str | Path, **environment: str) -> str:
    """What Node says; where it fails, that is the failure of the test."""
    ran = subprocess.run(
        [NODE, *arguments],
        env=os.environ | {"PLAYER_SCRIPTS": "\n".join(map(str, scripts()))} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if ran.returncode:
        pytest.fail(ran.stdout + ran.stderr, pytrace=False)
    return ran.stdout


# ---- what has a right answer


def written(folder: Path) -> None:
    """The two parts of a stage as the browser receives them, and in words what they say."""
    rng = np.random.default_rng(5)
    cells = rng.normal(size=(2, 3, 4, 5)).astype(np.float32)
    cells[0, 1, 2, 3] = np.nan
    quantised = Quantised(np.linspace(-1, 1, 6).reshape(1, 3, 2), -1, 1)
    arrays: dict[str, Array | Quantised] = {
        "bytes": np.arange(30, dtype=np.uint8).reshape(2, 3, 5), "cells": cells, "fixed": np.arange(4, dtype=np.float32).reshape(1, 1, 4), "quantised": quantised,
    }  # fmt: skip
    panels = (
        Heat("h", "Zelle <b>", Ref("cells"), -1.0, 1.0, ("r",) * 4, ("列",) * 5),
        Bars("b", "B", Ref("bytes"), ("x",) * 5, (0, "ink"), low=Ref("fixed")),
    )
    sweep = Sweep("s", "S", "s", -1.0, 1.0, 0.1, (-1.0, 1.0), "")
    stage = Stage("t", (0, 10, 20), "step", (Rung("a", "A", ""),), panels, arrays, sweep, 0.5, "live", "now", dict.fromkeys(WORDS, "w"))  # fmt: skip
    start = Position(1, 0.5, "a", None)
    packed = pack(stage, start=start, seek=3, autoplay=True)
    (folder / "still").write_bytes(packed.still)
    (folder / "moving").write_bytes(packed.moving)
    spec = plain(stage)
    assert isinstance(spec, dict)
    told = {
        "spec": {name: value for name, value in spec.items() if name not in ("arrays", "type")},
        "start": plain(start),
        "last": float(cells[1, 2, 3, 4]),
        "arrays": {name: _told(array) for name, array in arrays.items()},
    }
    (folder / "stage.json").write_text(json.dumps(told, default=str), encoding="utf-8")


def _told(array: Array | Quantised) -> dict[str, object]:
    """Shape, numbers (None for one that is missing) and the kind of array that they become in JavaScript."""
    if isinstance(array, Quantised):
        numbers = (array.low + array.bytes / 255 * (array.high - array.low)).astype(np.float32)
    else:
        numbers = array
    kind = "Uint8Array" if numbers.dtype == np.uint8 else "Float32Array"
    flat = [float(v) if np.isfinite(v) else None for v in numbers.ravel()]
    return {"shape": array.shape, "numbers": flat, "dtype": kind}


def test_pure_parts(tmp_path: Path) -> None:
    """tests/player/*.test.mjs"""
    written(tmp_path)
    node("--test", *sorted(HERE.glob("*.test.mjs")), PLAYER_GOLDEN=str(tmp_path))


# ---- names


def test_the_module_is_javascript(tmp_path: Path) -> None:
    """All scripts share one scope: a name that two of them declare is an error of syntax."""
    module = tmp_path / "player.mjs"
    module.write_text(CODE, encoding="utf-8")
    node("--check", module)


def bare(code: str) -> str:
    """JavaScript without its comments and without the words in its strings; what a template computes stays."""
    return re.sub(r"/\*.*?\*/|(?<![:'\"])//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"", " ", code, flags=re.DOTALL)


def test_every_top_level_name_is_declared_once_and_used() -> None:
    declared = Counter(TOP.findall(CODE))
    assert not [name for name, times in declared.items() if times > 1]
    used = Counter(
        re.findall(r"(?:(?<=\.\.\.)|(?<![.\w]))\w+\b(?!:)", bare(CODE))
    )  # neither .name nor name: of an object
    assert not [name for name in declared if used[name] < 2]


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_every_name_in_a_file_is_used(path: Path) -> None:
    """A name that is declared and never said again, in a file of a scope that others share or in one of its functions."""
    code = bare(path.read_text(encoding="utf-8"))
    declared = set(re.findall(r"(?:\b(?:const|let|var)|,\n) +(\w+) = ", code)) | set(
        re.findall(r"\b(?:const|let) (\w+)", code)
    )
    said = Counter(re.findall(r"\w+", code))
    assert not {name for name in declared if said[name] < 2} - set(TOP.findall(path.read_text(encoding="utf-8")))


def test_what_a_panel_asks_of_the_player_is_there() -> None:
    """In another file's `app` nothing would be missed before a browser draws it: all of it stands in panel.js."""
    described = re.search(
        r"@typedef \{object\} App(.*?)\*/", (ASSETS / "panel.js").read_text(encoding="utf-8"), re.DOTALL
    )
    assert described is not None
    told = set(re.findall(r"\w+", described[1]))
    given = re.search(
        r"^  const app = \{(.*?)^  \};", (ASSETS / "player.js").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    moves = re.search(
        r"^  return \{([^}]*scrubbed[^}]*)\}", (ASSETS / "state.js").read_text(encoding="utf-8"), re.MULTILINE
    )
    times = re.search(
        r"^  return \{([^}]*scrubbed[^}]*)\}", (ASSETS / "course.js").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert given is not None and moves is not None and times is not None
    offered = set(re.findall(r"\w+", given[1] + moves[1] + times[1]))
    asked = set(re.findall(r"\bapp\.(\w+)", bare(CODE)))
    assert asked and not asked - offered and not asked - told


# ---- kinds of panel


def kinds() -> set[str]:
    """Those that Python knows."""
    return {kind.__name__ for kind in Panel.__subclasses__()}


def test_python_and_javascript_know_the_same_kinds_of_panel(tmp_path: Path) -> None:
    asked = tmp_path / "makers.mjs"
    asked.write_text(
        f"import {{ named }} from {json.dumps((HERE / 'scripts.mjs').as_uri())};\n"
        "console.log(JSON.stringify(Object.keys(named('MAKERS'))));\n",
        encoding="utf-8",
    )
    assert sorted(json.loads(node(asked))) == sorted(kinds())


def test_every_kind_of_panel_has_one_file() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ASSETS / "panels").glob("*.js")}
    assert set(files) == {kind.lower() for kind in kinds()}
    for kind in kinds():
        assert re.findall(r"^MAKERS\.(\w+) = make(\w+);$", files[kind.lower()], re.MULTILINE) == [(kind, kind)]
