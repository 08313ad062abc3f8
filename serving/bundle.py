"""Read a bundle: a folder, or the same files in one zip, as training wrote it. Nothing of it is used before all of it is checked.

V videos · K of them in the vocabulary
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.features import Array, Quantiles, rows_of

FORMAT = "gatescope bundle 1"
NEEDED = ("user.onnx", "ranking.onnx", "index.faiss", "catalogue.npz", "quantiles.npz", "schema.json", "example.json")
MOST_BYTES = 16_000_000_000
"""That a bundle may unpack to."""


class Refused(Exception):
    """A bundle that is not whole, or is none; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What features and the funnel depend on, as the run was trained."""

    days: int
    example_age: str
    bends: str
    powers: str
    watches: int
    searches: int
    recent: int
    recalled: int
    shown: int


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """One trained run, ready to serve.

    known     (K,) ids of the vocabulary's videos, ascending; row (V,) the row of every video, -1 outside
    channel   (V,); uploaded (V,) the first second at which a video is there; language (K,)
    recording the content hash of the run; step of its training
    """

    name: str
    settings: Settings
    schema: Mapping[str, Any]
    example: Mapping[str, Any]
    user: bytes
    ranking: bytes
    index: bytes
    kind: str
    vectors: Array | None
    known: Array
    row: Array
    channel: Array
    uploaded: Array
    language: Array
    hours: Quantiles
    shown: Quantiles
    recording: str
    step: int


def read(path: Path) -> Bundle:
    """Raises Refused where a file is missing, was changed, or cannot be read."""
    try:
        files = _files(path)
        said = json.loads(files["manifest.json"])
        if said["format"] != FORMAT:
            raise Refused(f"{path} is of the format “{said['format']}”, not “{FORMAT}”")
        _check(path, files, said["files"])
        return _bundle(path.stem, files, said)
    except Refused:
        raise
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise Refused(f"{path} is no whole bundle: {type(error).__name__}: {error}") from error


def _files(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {one.name: one.read_bytes() for one in path.iterdir() if one.is_file()}
    with zipfile.ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
            raise Refused(f"{path} would unpack to more than {MOST_BYTES:,} bytes")
        return {name: archive.read(name) for name in archive.namelist()}


def _check(path: Path, files: Mapping[str, bytes], wanted: Mapping[str, str]) -> None:
    for name in dict.fromkeys((*NEEDED, *wanted)):
        if name not in files or name not in wanted:
            raise Refused(f"{path} is no whole bundle: {name} is missing")
        if hashlib.sha256(files[name]).hexdigest() != wanted[name]:
            raise Refused(f"{path}: {name} is not the file that was written, its SHA-256 is another")


def _bundle(name: str, files: Mapping[str, bytes], said: Mapping[str, Any]) -> Bundle:
    catalogue, quantiles = _arrays(files["catalogue.npz"]), _arrays(files["quantiles.npz"])
    uploaded = catalogue["uploaded"].astype(np.int64)
    config = said["config"]
    settings = Settings(**{field: config[field] for field in Settings.__dataclass_fields__})
    known = catalogue["known"].astype(np.int64)
    return Bundle(
        name, settings, json.loads(files["schema.json"]), json.loads(files["example.json"]),
        files["user.onnx"], files["ranking.onnx"], files["index.faiss"], said["index"],
        np.load(io.BytesIO(files["vectors.npy"]), allow_pickle=False) if "vectors.npy" in files else None,
        known, rows_of(known, len(uploaded)), catalogue["channel"].astype(np.int64),
        np.cumsum(uploaded) if catalogue["ascending"] else uploaded, catalogue["language"].astype(np.int64),
        Quantiles(quantiles["hours"]), Quantiles(quantiles["shown"]), said["recording"], int(said["step"]),
    )  # fmt: skip


def _arrays(data: bytes) -> dict[str, Array]:
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return dict(archive)
