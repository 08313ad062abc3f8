"""Folder: the files that a server offers, below one folder and nowhere else."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError

DATA = "GATESCOPE_DATA"
"""The variable that names the folder; without it nothing is offered."""
SHARDS_FOLDER = "GATESCOPE_SHARDS"
"""The variable that names where logs are prepared: as much room as they take, twice."""
FORMS = {".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".csv.gz": "csv"}


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one form that hold one log.

    name    a file, or a folder of files, as it is listed
    hive    whether names of folders say a column (`day=3/…`)
    """

    name: str
    form: str
    paths: tuple[Path, ...]
    hive: bool = False

    @property
    def bytes(self) -> int:
        """How many bytes its files take together."""
        return sum(path.stat().st_size for path in self.paths)


def data_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of logs that GATESCOPE_DATA names, links resolved; None where it is not set, or names a bucket. Raises
    ValueError where it names none."""
    said = environment.get(DATA)
    if not said or "://" in said:
        return None
    folder = Path(said).resolve()
    if not folder.is_dir():
        raise ValueError(f"{DATA} names no folder: {said!r}")
    return folder


def work_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where logs are prepared, for all visitors; made for this user alone. Its name is none that a server sweeps when it starts
    (`engine.scratch`): what was prepared outlives it."""
    made = Path(
        environment.get(SHARDS_FOLDER) or Path(tempfile.gettempdir()) / f"shards-of-gatescope-{os.getuid()}"
    ).resolve()
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    if made.stat().st_uid != os.getuid():
        raise ValueError(f"{made} is another user's. Set {SHARDS_FOLDER} to a folder of the server's own.")
    return made


def listed(folder: Path) -> list[Source]:
    """What lies there, as `grouped` says. What a link leads out of it is left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.resolve().is_relative_to(folder)]
    return [
        Source(one.name, one.form, tuple(folder / file for file in one.files), one.hive)
        for one in grouped([path.relative_to(folder).as_posix() for path in files])
    ]


@dataclass(frozen=True, slots=True)
class Group:
    """Files that hold one log, by their names below a folder; the other fields as in `Source`."""

    name: str
    form: str
    files: tuple[str, ...]
    hive: bool = False


def grouped(files: Sequence[str]) -> list[Group]:
    """Every file that may hold a log, files of one folder whose names differ in digits alone (`week_*.parquet`), and every
    folder whose files are of one form."""
    forms = {file: form for file in sorted(files) if (form := _form(file))}
    alike: dict[str, list[str]] = {}
    folders: dict[str, list[str]] = {}
    for file in forms:
        above, _, last = file.rpartition("/")
        alike.setdefault(f"{above}/" * bool(above) + re.sub(r"\d+", "*", last), []).append(file)
        parts = above.split("/") if above else []
        for depth in range(len(parts)):
            folders.setdefault("/".join(parts[: depth + 1]), []).append(file)
    found = [Group(file, form, (file,)) for file, form in forms.items()]
    for name, some in folders.items():
        if len(some) > 1 and len({forms[file] for file in some}) == 1:
            between = [file.removeprefix(f"{name}/").split("/")[:-1] for file in some]
            hive = any(between) and all("=" in part for parts in between for part in parts)
            found.append(Group(name, forms[some[0]], tuple(some), hive))
    whole = {one.files for one in found}
    found += [Group(name, forms[some[0]], tuple(some)) for name, some in alike.items() if tuple(some) not in whole]
    return sorted(found, key=lambda one: one.name)


def source(folder: Path, name: str) -> Source:
    """One of those that are listed, or all files below the folder that a pattern such as `week_*.parquet` names. Raises
    UserError where there is none: a name is looked up in what is listed, and never opened as it was typed."""
    every = listed(folder)
    for one in every:
        if one.name == name:
            return one
    files = [one for one in every if len(one.paths) == 1 and Path(one.name).match(name)]
    if not files or len({one.form for one in files}) > 1:
        raise UserError("{name} is no file or folder of the server's data.", name=name[:80])
    return Source(name, files[0].form, tuple(one.paths[0] for one in files))


def _form(file: str) -> str:
    last = file.rpartition("/")[2].lower()
    if last.startswith("."):
        return ""
    return next((form for ending, form in FORMS.items() if last.endswith(ending)), "")
