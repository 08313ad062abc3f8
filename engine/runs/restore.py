"""From a frame back to a model: the parameters that one moment of a recording kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.runs.frame import Frame

M = TypeVar("M", bound=nn.Module)


def state_of(frame: Frame, rung: str) -> dict[str, Tensor]:
    """The followed seed's parameters of one rung, by their names in its model, as float32 copies in their own shapes (…).

    Raises UserError where the recording was thinned and this moment keeps none.
    """
    prefix = f"{rung}."
    state = {
        name.removeprefix(prefix): torch.from_numpy(np.array(array, np.float32))
        for name, array in frame.parameters.items()
        if name.startswith(prefix)
    }
    if not state:
        raise UserError("This moment of the recording keeps no parameters: go to the last step, or train live.")
    return state


def loaded(model: M, state: dict[str, Tensor]) -> M:
    """The model with these parameters in place of its own, not to be trained: it may stand on torch's "meta" device.

    KeyError where one of its parameters is missing.
    """
    own = {name: state[name] for name, _ in model.named_parameters()}
    model.load_state_dict(own, strict=False, assign=True)  # of two names of one parameter, as of shared towers, one
    return model.eval().requires_grad_(False)


def keeper(frames: Sequence[Frame], rung: str) -> Frame | None:
    """The last of these frames that keeps parameters of a rung, if one does."""
    kept = (frame for frame in reversed(frames) if any(name.startswith(f"{rung}.") for name in frame.parameters))
    return next(kept, None)
