"""Results on open data that does not come along: measured where the data lies, kept as numbers beside its hash and the code's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.files import write_whole
from engine.runs.config import Config
from engine.runs.studies.fingerprint import closure, digest, roots


@dataclass(frozen=True, slots=True)
class OpenData:
    """Data that anybody can fetch, and how it is read here.

    file    where it lies in a folder of open data
    table   makes of its bytes a file that a viewer could bring
    title, source   what it is called, and whose it is
    """

    file: str
    table: Callable[[bytes], bytes]
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of such results, a JSON file for each: what `kind` of config they were measured with, and which rungs of it."""

    folder: Path
    kind: type[Config]
    rungs: Collection[str] = ()

    @property
    def code(self) -> str:
        """A fingerprint of the code that these results rest on."""
        return digest(closure(roots(self.kind), self.rungs))

    def put(self, name: str, data: bytes, found: Mapping[str, Any]) -> None:
        """Keep what was found on these bytes."""
        document = {"data": hashlib.sha256(data).hexdigest(), "code": self.code, **found}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path(name), json.dumps(document, separators=(",", ":")).encode() + b"\n")

    def take(self, name: str) -> dict[str, Any] | None:
        """What was put there by this name, with "data", the SHA-256 of its data, and "old", whether the code has changed since;
        None where nothing was."""
        if not self._path(name).exists():
            return None
        document: dict[str, Any] = json.loads(self._path(name).read_text())
        return document | {"old": document["code"] != self.code}

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"
