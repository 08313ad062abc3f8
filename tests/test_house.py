"""Who may import whom, and the few rules that keep a fifth playground one folder in each place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runs.playground import engines
from pages.ui.playground import playgrounds
from pages.ui.stills import still

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {room.name for room in playgrounds()}
CHARTS = {"altair", "plotly", "matplotlib", "bokeh"}


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", files("engine"), ids=str)
def test_engine_knows_no_screen(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imports(path)}
    assert not tops & ({"streamlit", "pages"} | CHARTS)


@pytest.mark.parametrize("path", files("serving"), ids=str)
def test_the_model_server_knows_neither_torch_nor_the_screen(path: Path) -> None:
    """Of the engine it knows the features, and how to run a file that sends nothing home."""
    names = set(imports(path))
    assert not {name.partition(".")[0] for name in names} & ({"torch", "streamlit", "pages"} | CHARTS)
    assert {name for name in names if name.startswith("engine") and name.count(".") == 1} <= {
        "engine.features",
        "engine.onnx_runtime",
    }


@pytest.mark.parametrize("path", files("engine"), ids=str)
def test_one_engine_room_does_not_enter_another(path: Path) -> None:
    room = path.relative_to(ROOT / "engine").parts[0]
    others = {f"engine.{name}" for name in ROOMS if name != room}
    assert not {".".join(name.split(".")[:2]) for name in imports(path)} & others


@pytest.mark.parametrize("path", files("engine"), ids=str)
def test_engine_prints_nothing(path: Path) -> None:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    prints = any(isinstance(func, ast.Name) and func.id == "print" for func in calls)
    assert not prints or path in [
        ROOT / "engine" / "runs" / f"{name}.py" for name in ("build", "studies/restamp")
    ]  # commands


@pytest.mark.parametrize("path", [*files("engine"), *files("pages")], ids=str)
def test_imports_name_their_room(path: Path) -> None:
    """A relative import would pass by every rule here."""
    nodes = ast.walk(ast.parse(path.read_text()))
    assert not [node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and node.level]


@pytest.mark.parametrize("path", files("pages"), ids=str)
def test_pages_keep_to_their_rooms(path: Path) -> None:
    room = path.relative_to(ROOT / "pages").parts[0]
    entered = {name.split(".")[1] for name in imports(path) if name.startswith("pages.") and name.count(".")}
    allowed = {"ui"} if room in ("ui", "home") else {"ui", room}
    assert not (entered & (ROOMS | {"home"})) - allowed
    if room == "ui":
        assert not {name.split(".")[1] for name in imports(path) if name.startswith("engine.")} & ROOMS


@pytest.mark.parametrize("path", files("pages"), ids=str)
def test_no_torch_on_a_page(path: Path) -> None:
    assert "torch" not in {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", [ROOT / "app.py", *files("pages")], ids=str)
def test_no_html_from_texts(path: Path) -> None:
    assert "unsafe_allow_html" not in path.read_text()


def test_app_is_a_router() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) < 80


def test_every_playground_is_whole() -> None:
    assert ROOMS
    for room in playgrounds():
        assert (ROOT / room.page).exists()
        assert engines()[room.name].works["train"]
        assert [path.stem.partition("_")[2] for path in (ROOT / "pages").glob(f"*_{room.name}.py")] == [room.name]
        assert still(room.name, "en", "light").exists()


def test_nothing_else_stands_directly_under_pages() -> None:
    """Streamlit's own discovery would run it without app.py on a cold deep link."""
    direct = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert {name.partition("_")[2] for name in direct} == ROOMS


def test_requirements_are_pinned() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all("==" in line for line in lines)


MODULES, FLOORS, LINES, FUNCTION = 14, 7, 260, 40
"""At most: modules in a folder of the engine, and floors of imports between what lies in it; lines of a module, and of a
function, in engine and pages."""
FOLDERS = sorted({path.parent for path in files("engine")})


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_no_folder_of_the_engine_is_crowded(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= MODULES


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_what_lies_in_a_folder_stands_on_few_floors(folder: Path) -> None:
    """A module, or a folder as a whole, stands on those that it imports; no two on one another."""
    room = ".".join(folder.relative_to(ROOT).parts)
    stands_on: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        inside = path.relative_to(folder).with_suffix("").parts
        if inside == ("__init__",):
            continue
        below = {
            name.removeprefix(f"{room}.").partition(".")[0] for name in imports(path) if name.startswith(f"{room}.")
        }
        stands_on.setdefault(inside[0], set()).update(below - {inside[0]})
    floors: dict[str, int] = {}
    while len(floors) < len(stands_on):
        ready = [one for one in stands_on if one not in floors and not (stands_on[one] & set(stands_on)) - set(floors)]
        assert ready, f"a circle among {sorted(set(stands_on) - set(floors))}"
        for one in ready:
            floors[one] = 1 + max((floors[other] for other in stands_on[one] & set(stands_on)), default=0)
    assert max(floors.values(), default=0) <= FLOORS, floors


@pytest.mark.parametrize("path", [*files("engine"), *files("pages")], ids=str)
def test_no_module_and_no_function_is_long(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LINES
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    long = {node.name: length for node in functions if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION}
    assert not long


LEANS = re.compile(r"(The same|Of|As|Those|All of|In words|Its?|Whether it|What it|Them|Another)\b")
"""How a docstring begins that makes sense only to one who has read what stands above it."""


@pytest.mark.parametrize("path", [*files("engine"), *files("pages"), *files("serving")], ids=str)
def test_a_docstring_begins_with_what_it_is_about(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            said = ast.get_docstring(node) or ""
            assert not LEANS.match(said), f"{node.name}: {said.splitlines()[0]}"


def test_a_room_says_what_it_is_for() -> None:
    rooms = [*files("engine"), *files("pages")]
    for path in rooms:
        if path.name == "__init__.py":
            assert ast.get_docstring(ast.parse(path.read_text())), path
