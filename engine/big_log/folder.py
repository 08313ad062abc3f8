"""Folder: the files that a server offers, below one folder and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError

DATA = "GATESCOPE_DATA"
"""The variable that names the folder; without it nothing is offered."""
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
    """The folder of logs that GATESCOPE_DATA names, links resolved; None where it is not set. Raises ValueError
    where it names none."""
    said = environment.get(DATA)
    if not said:
        return None
    folder = Path(said).resolve()
    if not folder.is_dir():
        raise ValueError(f"{DATA} names no folder: {said!r}")
    return folder


def listed(folder: Path) -> list[Source]:
    """The logs of a folder: every file, and every folder whose files are of one form. What a link leads out of it is left out."""
    found: list[Source] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _form(path) and _inside(folder, path):
            found.append(Source(path.relative_to(folder).as_posix(), _form(path), (path,)))
        elif path.is_dir() and _inside(folder, path):
            source = _of_folder(folder, path)
            if source is not None and len(source.paths) > 1:
                found.append(source)
    return found


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


def _of_folder(folder: Path, path: Path) -> Source | None:
    files = [one for one in sorted(path.rglob("*")) if one.is_file() and _form(one) and _inside(folder, one)]
    forms = {_form(one) for one in files}
    if len(forms) != 1:
        return None
    hive = all("=" in part for one in files for part in one.relative_to(path).parts[:-1])
    deep = any(len(one.relative_to(path).parts) > 1 for one in files)
    return Source(path.relative_to(folder).as_posix(), forms.pop(), tuple(files), hive and deep)


def _form(path: Path) -> str:
    if path.name.startswith("."):
        return ""
    return next((form for ending, form in FORMS.items() if path.name.lower().endswith(ending)), "")


def _inside(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder)
