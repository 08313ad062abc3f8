"""Recording: a config and the frames it gave; one file, no pickle, a content hash."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from engine.errors import UserError
from engine.files import write_whole
from engine.runs import archive as bounds
from engine.runs.config import Config
from engine.runs.frame import Array, Frame

FORMAT = 1

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True, eq=False)
class Recording(Generic[C]):
    """What a run left behind. A stopped run's recording is a prefix of the whole."""

    config: C
    frames: tuple[Frame, ...]
    _digest: list[str] = field(default_factory=list, init=False, repr=False)  # made once: a page asks at every rerun
    _written: list[str] = field(default_factory=list, init=False, repr=False)  # the config's JSON as the file has it

    @property
    def steps(self) -> tuple[int, ...]:
        """The training step of each frame."""
        return tuple(frame.step for frame in self.frames)

    def series(self, name: str) -> Array:
        """One metric over the frames: (F, …)."""
        return np.stack([frame.metrics[name] for frame in self.frames])

    def nearest(self, step: int) -> int:
        """Index of the frame nearest to a training step."""
        return int(np.argmin([abs(frame.step - step) for frame in self.frames]))

    @property
    def digest(self) -> str:
        """Content hash over the config and every array of every frame, as the file has them where it was read from one: a
        setting that was added or renamed since changes nothing. 16 hex digits."""
        if not self._digest:
            self._digest.append(self._hashed())
        return self._digest[0]

    def _config_json(self) -> str:
        return self._written[0] if self._written else self.config.to_json()

    def _hashed(self) -> str:
        content = hashlib.sha256(self._config_json().encode())
        for frame in self.frames:
            content.update(str(frame.step).encode())
            for part in (frame.metrics, frame.parameters):
                for name in sorted(part):
                    array = np.ascontiguousarray(part[name])
                    content.update(f"{name}{array.dtype.str}{array.shape}".encode())
                    content.update(array.tobytes())
        return content.hexdigest()[:16]

    def thinned(self, keep: Iterable[int], change: Callable[[str, Array], Array] = lambda name, a: a) -> Recording[C]:
        """A copy with parameters at the frames `keep` only and `change(name, metric)` applied."""
        whole = {range(len(self.frames))[index] for index in keep}
        return Recording(
            self.config,
            tuple(
                Frame(
                    frame.step,
                    {name: change(name, metric) for name, metric in frame.metrics.items()},
                    frame.parameters if index in whole else {},
                )
                for index, frame in enumerate(self.frames)
            ),
        )

    def to_bytes(self) -> bytes:
        """A compressed npz: JSON header, metrics of every frame stacked, those of some frames and parameters apart."""
        first = self.frames[0].metrics if self.frames else {}
        everywhere = [name for name in first if all(name in frame.metrics for frame in self.frames)]
        arrays: dict[str, Array] = {f"metrics/{name}": self.series(name) for name in everywhere}
        for index, frame in enumerate(self.frames):
            some = {name: array for name, array in frame.metrics.items() if name not in everywhere}
            for part, found in (("some_metrics", some), ("parameters", frame.parameters)):
                arrays |= {f"{part}/{index}/{name}": array for name, array in found.items()}
        header = {
            "format": FORMAT,
            "playground": self.config.playground,
            "config": json.loads(self._config_json()),
            "steps": self.steps,
        }
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # its stub takes ** for allow_pickle
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, kind: type[C]) -> Recording[C]:
        """The recording written by `to_bytes`. Raises UserError when it is not one of this playground."""
        try:
            bounds.check(data)  # a small file may unpack to any size
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {key: archive[key] for key in archive.files}
            header = json.loads(arrays.pop("header").tobytes())
            bounds.check_frames(len(header["steps"]), len(arrays))
            written = json.dumps(dict(header["config"]), sort_keys=True, separators=(",", ":"))
            known = header["format"] == FORMAT and header["playground"] == kind.playground
            frames = _frames(header["steps"], arrays) if known else ()
        except Exception as error:  # a file may hold anything
            raise UserError("This file is not a Gatescope recording.") from error
        if not known:
            raise UserError("This recording is of another playground or version.")
        recording = cls(kind.from_dict(header["config"]), frames)
        recording._written.append(written)
        return recording

    def save(self, path: Path) -> None:
        """Write one file, whole or not at all."""
        write_whole(path, self.to_bytes())

    @classmethod
    def load(cls, path: Path, kind: type[C]) -> Recording[C]:
        """Read the file that `save` wrote."""
        return cls.from_bytes(path.read_bytes(), kind)


def _frames(steps: Sequence[int], arrays: dict[str, Array]) -> tuple[Frame, ...]:
    metrics: list[dict[str, Array]] = [{} for _ in steps]
    parameters: list[dict[str, Array]] = [{} for _ in steps]
    of_one_frame = {"some_metrics": metrics, "parameters": parameters}
    for key, array in arrays.items():
        part, _, rest = key.partition("/")
        if part == "metrics":
            for index, frame in enumerate(metrics):
                frame[rest] = array[index]
        else:
            number, _, name = rest.partition("/")
            of_one_frame[part][int(number)][name] = array
    return tuple(Frame(step, metrics[index], parameters[index]) for index, step in enumerate(steps))
