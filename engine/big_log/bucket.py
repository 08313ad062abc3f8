"""Bucket: what lies behind a URL that the operator names, listed through pyarrow's filesystem; what is asked for is fetched once.

A log is read three times while it is prepared, so its files come to the server's disk first.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.big_log.folder import DATA, Group, Source, data_folder, grouped, listed, source
from engine.errors import UserError

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

PIECE = 16 << 20
Fetched = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lying:
    """A log that is offered: its name, "parquet" or "csv", and how many files and bytes it is."""

    name: str
    form: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A filesystem of pyarrow's and the folder in it; `url` as the operator wrote it."""

    url: str
    filesystem: FileSystem
    base: str

    def files(self) -> dict[str, FileInfo]:
        """Every file below, by its name there. Raises UserError where they cannot be listed."""
        from pyarrow.fs import FileSelector, FileType

        try:
            every = self.filesystem.get_file_info(FileSelector(self.base, recursive=True))
        except OSError as error:
            raise UserError("The server's bucket cannot be reached ({name}).", name=type(error).__name__) from error
        start = self.base.rstrip("/") + "/"
        found = {one.path.removeprefix(start): one for one in every if one.type == FileType.File}
        return {name: one for name, one in found.items() if ".." not in PurePosixPath(name).parts}

    def fetch(self, group: Group, into: Path, tick: Fetched) -> Source:
        """A log's files below a folder, those that are not there as they are now. `tick` hears (bytes, of all)."""
        there = self.files()
        sizes = {name: int(there[name].size) for name in group.files}
        done, whole = 0, sum(sizes.values())
        for name in group.files:
            path, info = into / name, there[name]
            if not _same(path, info):
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f".{path.name}.{os.getpid()}.part")
                with self.filesystem.open_input_stream(info.path, compression=None) as given, part.open("wb") as taken:
                    while block := given.read(PIECE):
                        taken.write(block)
                        tick(done + taken.tell(), whole)
                os.utime(part, ns=(int(info.mtime_ns), int(info.mtime_ns)))
                os.replace(part, path)
            done += sizes[name]
            tick(done, whole)
        return Source(group.name, group.form, tuple(into / name for name in group.files), group.hive)


def _same(path: Path, info: FileInfo) -> bool:
    try:
        held = path.stat()
    except OSError:
        return False
    return held.st_size == info.size and held.st_mtime_ns == info.mtime_ns


def bucket(environment: Mapping[str, str] = os.environ) -> Bucket | None:
    """The bucket that the variable names, such as s3://logs/2026?region=eu-west-1; None where it names none."""
    said = environment.get(DATA, "")
    if "://" not in said:
        return None
    from pyarrow.fs import FileSystem

    try:
        filesystem, base = FileSystem.from_uri(said)
    except (OSError, ValueError) as error:
        raise UserError("The server's bucket cannot be reached ({name}).", name=type(error).__name__) from error
    return Bucket(said, filesystem, base)


def offered(environment: Mapping[str, str] = os.environ) -> list[Lying] | None:
    """What the server offers; None where it offers nothing of its own."""
    found = bucket(environment)
    if found is not None:
        there = found.files()
        return [Lying(one.name, one.form, len(one.files), sum(int(there[file].size) for file in one.files)) for one in grouped(list(there))]  # fmt: skip
    folder = _folder(environment)
    return None if folder is None else [Lying(one.name, one.form, len(one.paths), one.bytes) for one in listed(folder)]


def _folder(environment: Mapping[str, str]) -> Path | None:
    try:
        return data_folder(environment)
    except ValueError:
        raise UserError("The server's folder of logs is not there.") from None


def found_at(
    name: str, work: Path, tick: Fetched, whole: bool = True, environment: Mapping[str, str] = os.environ
) -> tuple[Path, Source]:
    """The folder that a log of this name lies in, and its files there; those of a bucket are fetched first, only one of them
    unless the `whole` log is needed. Raises UserError where the server offers none of that name."""
    there = bucket(environment)
    if there is None:
        folder = _folder(environment)
        if folder is None:
            raise UserError("This server offers no logs of its own.")
        return folder, source(folder, name)
    groups = [one for one in grouped(list(there.files())) if one.name == name]
    if not groups:
        raise UserError("{name} is no file or folder of the server's data.", name=name[:80])
    into = work / f"bucket-{hashlib.sha256(there.url.encode()).hexdigest()[:16]}"
    needed = groups[0] if whole else replace(groups[0], files=groups[0].files[:1])
    return into, there.fetch(needed, into, tick)
