"""What is served: bundles and ONNX files in versions, side by side; loaded again whole, or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

from kserve.errors import ModelNotFound
from kserve.model_repository import ModelRepository

from serving.bundle import Refused, read
from serving.files import File, found
from serving.funnel import Funnel
from serving.models import Served, of_bundle, of_file

AT = "@"
"""Between a model's name and its version, where only one of them is meant."""


class Repository(ModelRepository):  # type: ignore[misc]
    """Models by name, the newest version of each; NAME@VERSION for a certain one.

    bundle  a bundle, or a folder of versions that are numbers, as TensorFlow Serving has them: 1, 2 or 1.zip, 2.zip
    files   a folder of ONNX files, if any (`serving.files`)
    """

    def __init__(self, bundle: Path, files: Path | None = None) -> None:
        super().__init__()
        self._bundle, self._files, self._one_at_a_time = bundle, files, threading.Lock()
        self.models = self._read()

    def load(self, name: str) -> bool:
        """Read again everything that holds a model of this name, beside what is served; only when all of it is whole does it
        take its place, at once. A request that is being answered keeps the model it began with. Raises Refused."""
        with self._one_at_a_time:
            plain = name.partition(AT)[0]
            fresh = self._read()
            if name not in fresh:
                raise ModelNotFound(name)
            if plain in self.models and self._is_file(plain):
                kept = {n: one for n, one in self.models.items() if n.partition(AT)[0] != plain}
                self.models = kept | {n: one for n, one in fresh.items() if n.partition(AT)[0] == plain}
            else:
                self.models = fresh
        return True

    def unload(self, name: str) -> None:
        """Take a model away, with all its versions unless one is named; the newest of the others answers then. Raises
        KeyError."""
        with self._one_at_a_time:
            gone = [one for one in self.models if one == name or one.startswith(name + AT)]
            if not gone:
                raise KeyError(name)
            left = sorted(
                (one for n, one in self.models.items() if AT in n and n not in gone), key=lambda one: int(one.version)
            )
            models: dict[str, Served] = {}
            _add(models, left)
            self.models = models

    def versions(self, name: str) -> list[str]:
        """The versions of one model, oldest first."""
        return sorted((n.partition(AT)[2] for n in self.models if n.startswith(name + AT)), key=int)

    def get_models(self) -> dict[str, Served]:
        """Without versions."""
        return {name: one for name, one in self.models.items() if AT not in name}

    def _is_file(self, name: str) -> bool:
        return self._files is not None and name in found(self._files)

    def _read(self) -> dict[str, Served]:
        models: dict[str, Served] = {}
        for version, path in _versions(self._bundle).items():
            _add(models, of_bundle(Funnel(read(path)), version))
        taken = {one.partition(AT)[0] for one in models}
        for name, paths in (found(self._files) if self._files is not None else {}).items():
            if name in taken:
                raise Refused(f"{paths} would hide the model “{name}” of the bundle")
            for version in sorted(paths, key=int):
                _add(models, [of_file(name, version, File(paths[version]))])
        return models


def _versions(path: Path) -> dict[str, Path]:
    """Bundles by version, oldest first. Raises Refused where there is none."""
    if path.is_file() or (path / "manifest.json").exists():
        return {"1": path}
    numbered = [one for one in path.glob("*") if one.stem.isdigit() and (one.is_dir() or one.suffix == ".zip")]
    if not numbered:
        raise Refused(f"{path} is no bundle, and holds none of a version that is a number")
    return {one.stem: one for one in sorted(numbered, key=lambda one: int(one.stem))}


def _add(models: dict[str, Served], some: list[Served]) -> None:
    """Each under its version, and under its name alone: the last that is added is the newest."""
    for one in some:
        models[one.name] = models[f"{one.name}{AT}{one.version}"] = one
