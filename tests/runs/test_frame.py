"""When frames are recorded."""

from __future__ import annotations

import numpy as np
import pytest

from engine.runs.frame import frame_steps


def test_frames_are_dense_at_first_and_sparse_later() -> None:
    """Quadratic: a tenth of the way through the frames is a hundredth of the way through the steps."""
    assert frame_steps(1_000, 11) == (0, 10, 40, 90, 160, 250, 360, 490, 640, 810, 1_000)
    gaps = np.diff(frame_steps(1_250, 60))
    assert (np.diff(gaps) >= -1).all() and gaps[-1] > 10 * gaps[0]


@pytest.mark.parametrize(("steps", "frames"), [(1, 1), (1, 60), (7, 3), (40, 200), (5_000, 1)])
def test_the_last_step_is_always_a_frame_and_none_comes_twice(steps: int, frames: int) -> None:
    found = frame_steps(steps, frames)
    assert found[-1] == steps and 0 <= found[0] and len(found) <= frames + 1
    assert (np.diff(found) > 0).all()
