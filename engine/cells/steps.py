"""The equations, one step after another: what a reader checks and what a trace shows.

    L steps · B batch · D input · H hidden units

The cells of `engine.cells` run the same steps with the input products of all steps taken at once and a
hand-written backward (`engine.cells.fused`); tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

Clamps = Mapping[str, Tensor]
"""Values forced on a gate or on "h", by name: each broadcasts to (L, B, H), nan where it is free."""
Nudges = Mapping[str, Tensor]
"""What is added to "h" or "c" after each step (L, B, H): the loss's gradient by a nudge of zero is ∂loss/∂h(t)."""


class RNNSteps(NamedTuple):
    """h (L, B, H) after every step."""

    h: Tensor


class LSTMSteps(NamedTuple):
    """Everything an LSTM computes, each (L, B, H): gates i, f, o, candidate g, cell state c, output h."""

    i: Tensor
    f: Tensor
    g: Tensor
    c: Tensor
    o: Tensor
    h: Tensor


class GRUSteps(NamedTuple):
    """Everything a GRU computes, each (L, B, H): gates r, z, what r lets through of m, candidate g, state h."""

    r: Tensor
    z: Tensor
    m: Tensor
    g: Tensor
    h: Tensor


Steps: TypeAlias = RNNSteps | GRUSteps | LSTMSteps
"""What the plain form of any cell computes: h (L, B, H) is in each."""


def rnn_steps(
    x: Tensor,
    h: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor,
    clamps: Clamps | None = None,
    nudges: Nudges | None = None,
) -> RNNSteps:
    """h(t) = tanh(W x(t) + R h(t-1) + b): x (L, B, D), h (B, H), w (H, D), r (H, H), b (H)."""
    hs = []
    for t, x_t in enumerate(x):
        h = torch.tanh(x_t @ w.T + h @ r.T + b)
        h = _nudged(nudges, "h", t, _held(clamps, "h", t, h))
        hs.append(h)
    return RNNSteps(torch.stack(hs))


def gru_steps(
    x: Tensor,
    h: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor,
    b_r: Tensor,
    clamps: Clamps | None = None,
    nudges: Nudges | None = None,
) -> GRUSteps:
    """The GRU as torch has it (Cho et al. 2014): the reset gate acts on R h(t-1) + b, which in the paper it does on h(t-1).

    x (L, B, D) · h (B, H) · w (3H, D) with its bias b (3H), r (3H, H) with its bias b_r (3H), in the order r, z, g.
    """
    found = []
    for t, x_t in enumerate(x):
        (x_r, x_z, x_g), (h_r, h_z, h_g) = (x_t @ w.T + b).chunk(3, -1), (h @ r.T + b_r).chunk(3, -1)
        reset = _held(clamps, "r", t, torch.sigmoid(x_r + h_r))  # how much of the message is heard
        z = _held(clamps, "z", t, torch.sigmoid(x_z + h_z))  # how much may stay
        m = _held(clamps, "m", t, h_g)  # the message: R h(t-1) + b
        g = _held(clamps, "g", t, torch.tanh(x_g + reset * m))  # what to write
        h = _nudged(nudges, "h", t, _held(clamps, "h", t, z * h + (1 - z) * g))
        found.append((reset, z, m, g, h))
    return GRUSteps(*(torch.stack(list(part)) for part in zip(*found, strict=True)))


def lstm_steps(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor,
    p: Tensor,
    clamps: Clamps | None = None,
    nudges: Nudges | None = None,
    output_sees_old_cell: bool = False,
) -> LSTMSteps:
    """The peephole LSTM; with p = 0 the plain one (Gers, Schraudolph & Schmidhuber 2002, §2).

    x (L, B, D) · h, c (B, H) · w (4H, D), r (4H, H), b (4H) in the order i, f, g, o · p (3, H) in the order i, f, o.
    `output_sees_old_cell` is the common mistake of giving the output gate C(t-1).
    """
    p_i, p_f, p_o = p
    found = []
    for t, x_t in enumerate(x):
        a_i, a_f, a_g, a_o = (x_t @ w.T + h @ r.T + b).chunk(4, -1)
        old = c
        i = _held(clamps, "i", t, torch.sigmoid(a_i + p_i * c))  # how much to write; sees C(t-1)
        f = _held(clamps, "f", t, torch.sigmoid(a_f + p_f * c))  # how much may go on; sees C(t-1)
        g = _held(clamps, "g", t, torch.tanh(a_g))  # what to write; sees no cell
        c = _nudged(nudges, "c", t, f * c + i * g)  # the conveyor belt: C(t)
        seen = old if output_sees_old_cell else c
        o = _held(clamps, "o", t, torch.sigmoid(a_o + p_o * seen))  # how much to say; sees C(t)
        h = _nudged(nudges, "h", t, o * torch.tanh(c))
        found.append((i, f, g, c, o, h))
    return LSTMSteps(*(torch.stack(list(part)) for part in zip(*found, strict=True)))


def _held(clamps: Clamps | None, name: str, t: int, free: Tensor) -> Tensor:
    if clamps is None or name not in clamps:
        return free
    forced = clamps[name]
    value = forced[t if forced.shape[0] > 1 else 0]
    return torch.where(value.isnan(), free, value)


def _nudged(nudges: Nudges | None, name: str, t: int, state: Tensor) -> Tensor:
    return state if nudges is None or name not in nudges else state + nudges[name][t]
