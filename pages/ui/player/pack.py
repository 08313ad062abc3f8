"""A stage as bytes for the browser, in two parts: what stays while a run goes on, and what moves.

Streamlit sends a part again only when its bytes change. So the network's drawing, the words and whatever does not depend on
the frame travel once, and each new frame brings the whole series, never an increment: an update that is dropped costs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from pages.ui.player.arrays import Array, Arrays, Quantised, Ref, refs
from pages.ui.player.position import Position
from pages.ui.player.stage import WORDS, Stage

MOVING = ("steps", "hero", "origin", "origin_text", "live", "opening", "plays")
"""Fields of a stage that another frame changes; all others are still."""


class Still(NamedTuple):
    """The part that stays, and its id."""

    bytes: bytes
    id: str


class Packed(NamedTuple):
    """The two parts. Each is a header's length (4 bytes, little-endian), a JSON header, then arrays aligned to 4 bytes."""

    still: bytes
    moving: bytes

    @property
    def nbytes(self) -> int:
        """How many bytes both parts take."""
        return len(self.still) + len(self.moving)


def pack(
    stage: Stage, *, start: Position, seek: int, autoplay: bool = False, still: Still | None = None, name: str = ""
) -> Packed:
    """The stage as bytes. `still` is its part that stays, where somebody has kept it; `name` the player's.

    Raises ValueError for an array that is named by a panel and missing, or whose first two axes fit neither S, F nor 1.
    """
    still = still or pack_still(stage)
    header = {"spec": {name: plain(getattr(stage, name)) for name in MOVING}, "needs": still.id}
    place = {"start": plain(start), "seek": seek, "autoplay": autoplay, "name": name}  # no part of what is shown
    arrays = {name: array for name, array in stage.arrays.items() if not _stays(stage, array)}
    return Packed(still.bytes, _part(header, arrays, "stage_id", place)[0])


def pack_still(stage: Stage) -> Still:
    """What another frame of a run, another place or another value of the slider does not change. Raises ValueError as `pack`."""
    spec = {f.name: plain(getattr(stage, f.name)) for f in fields(stage) if f.name not in (*MOVING, "arrays")}
    _check(stage)
    arrays = {name: array for name, array in stage.arrays.items() if _stays(stage, array)}
    return Still(*_part({"spec": spec}, arrays, "still"))


def _stays(stage: Stage, array: Array | Quantised) -> bool:
    """Of a run that goes on, what is the same at every frame and every value of the slider; of others everything."""
    return stage.origin != "live" or array.shape[:2] == (1, 1)


def _part(
    header: dict[str, Any],
    arrays: Arrays,
    name: str,
    beside: Mapping[str, object] | None = None,
) -> tuple[bytes, str]:
    """Header and arrays as bytes, and their content's hash, which the header holds under `name`; `beside` goes into the
    header alone."""
    table: dict[str, dict[str, object]] = {}
    body = bytearray()
    for key, array in arrays.items():
        raw = array.bytes if isinstance(array, Quantised) else array
        data = np.ascontiguousarray(raw, dtype=np.uint8 if raw.dtype == np.uint8 else "<f4")
        table[key] = {"dtype": data.dtype.name, "shape": data.shape, "offset": len(body)}
        if isinstance(array, Quantised):
            table[key]["scale"] = (array.low, array.high)
        body += data.tobytes()
        body += bytes(-len(body) % 4)
    digest = hashlib.blake2s(json.dumps([header, table]).encode() + body, digest_size=8).hexdigest()
    whole = {**header, "arrays": table, name: digest, **(beside or {})}
    head = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 4)  # the browser makes views, not copies: buffers must be aligned
    return len(head).to_bytes(4, "little") + head + bytes(body), digest


def plain(value: object) -> object:
    """Dataclasses, mappings and tuples as JSON; a dataclass says its own name in `type`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__, **{f.name: plain(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def _check(stage: Stage) -> None:
    """Raise ValueError on what a page got wrong; the browser would show an empty panel and say nothing."""
    wanted = {name for part in (*stage.panels, stage.sweep, stage.course) for name in refs(part)}
    if missing := sorted(wanted.difference(stage.arrays)):
        raise ValueError(f"the stage names arrays it does not carry: {', '.join(missing)}")
    if unsaid := sorted(set(WORDS) - set(stage.words)):
        raise ValueError(f"the stage lacks words: {', '.join(unsaid)}")
    sweeps, frames = len(stage.sweep.recorded) if stage.sweep else 1, len(stage.steps)
    trained = dict.fromkeys(stage.course.stand_ins.values(), len(stage.course.steps)) if stage.course else {}
    for name, array in stage.arrays.items():
        times = trained.get(Ref(name), frames)
        if array.ndim < 2 or array.shape[0] not in (1, sweeps) or array.shape[1] not in (1, times):
            raise ValueError(f"array {name!r} has shape {array.shape}, expected ({sweeps} or 1, {times} or 1, …)")
    for panel in stage.panels:
        panel.check(stage.arrays)
    if not frames or not stage.rungs or not stage.panels:
        raise ValueError("a stage needs at least one frame, one rung and one panel")
