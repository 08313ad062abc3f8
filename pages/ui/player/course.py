"""Course: a second time of a stage, its training, beside the time that its frames are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pages.ui.player.arrays import Ref


@dataclass(frozen=True, slots=True)
class Course:
    """The training that ends in the stage as it stands: T recorded `steps`, shown on one `rung` at the last frame. The first play
    of a page plays it, and ends where the page opens.

    `names` are those of the two times, of training and of the frames; `step_of` is a template of {step} and {last};
    `captions` (S) (T) stand in the place of the rung's sentence. `stand_ins` (S, T, …) are arrays that stand, step by step, in
    the place of those that they are named after: array of the stage → its stand-in.
    """

    steps: tuple[int, ...]
    rung: str
    names: tuple[str, str]
    step_of: str
    captions: tuple[tuple[str, ...], ...]
    stand_ins: Mapping[str, Ref]
