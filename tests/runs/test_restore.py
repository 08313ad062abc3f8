"""Which frames keep the parameters, and how a model comes back from one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from engine.errors import UserError
from engine.runs.frame import PARAMETER_BYTES, Frame, frame_steps, kept_steps
from engine.runs.restore import keeper, loaded, state_of


def test_what_fits_is_kept_whole_and_of_the_rest_as_much_as_fits() -> None:
    moments = frame_steps(1_000, 60)
    count = len(moments)
    assert kept_steps(moments, PARAMETER_BYTES // count) == set(moments)
    some = sorted(kept_steps(moments, PARAMETER_BYTES // 10))
    assert len(some) == 10 and (some[0], some[-1]) == (0, 1_000) and set(some) < set(moments)
    places = np.diff([moments.index(step) for step in some])
    assert places.max() - places.min() <= 1  # evenly
    middle = moments[round((count - 1) / 2)]
    for heavy in (PARAMETER_BYTES, 50 * PARAMETER_BYTES):
        assert kept_steps(moments, heavy) == {0, middle, 1_000}
    assert kept_steps((0, 7), PARAMETER_BYTES) == {0, 7}


def frame_of(model: nn.Module, rung: str, step: int = 3) -> Frame:
    arrays = {f"{rung}.{name}": tensor.detach().numpy().copy() for name, tensor in model.named_parameters()}
    return Frame(step, {}, arrays | {f"{rung}er.weight": np.zeros(2, np.float32)})


def test_a_model_comes_back_from_its_frame_and_is_its_own() -> None:
    """Also one that has no numbers yet; the frame's arrays cannot be changed through it."""
    model = nn.Linear(3, 2)
    frame = frame_of(model, "one")
    with torch.device("meta"):
        empty = nn.Linear(3, 2)
    for back in (loaded(nn.Linear(3, 2), state_of(frame, "one")), loaded(empty, state_of(frame, "one"))):
        assert torch.equal(back.weight, model.weight) and torch.equal(back.bias, model.bias)
        assert not back.weight.requires_grad
        back.weight.fill_(7.0)
    assert not (frame.parameters["one.weight"] == 7.0).any()
    with pytest.raises(KeyError):
        loaded(nn.Bilinear(3, 3, 2), {"weight": torch.zeros(2, 3, 3)})


def test_a_moment_without_parameters_says_where_to_go() -> None:
    with pytest.raises(UserError, match="keeps no parameters: go to the last step, or train live"):
        state_of(frame_of(nn.Linear(3, 2), "one"), "two")


def test_the_last_frame_that_keeps_a_rung() -> None:
    one, other = frame_of(nn.Linear(3, 2), "one", 1), frame_of(nn.Linear(3, 2), "two", 2)
    frames = (one, other, Frame(3, {}))
    assert keeper(frames, "one") is one and keeper(frames, "two") is other and keeper(frames, "three") is None
