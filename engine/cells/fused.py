"""All steps of an LSTM with a backward written by hand.

Plain autograd spends its time in dispatch: some 20 small operations a step forward and twice as many back. Here what
does not depend on the step before is taken for all steps at once, before the loop (W x + b, the slopes of σ and tanh)
or after it (the gradients of weights), and a step is left with one matrix product and a few operations in place.
Inside, states are columns (W x as the papers write it, the batch comes last), so that every gate is one block of memory.

    L steps · S models that vmap stacks, an axis that is there only then · D input · H hidden units · B batch
    a = W x + R h(t-1) + p ⊙ C + b, what σ or tanh is taken of
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

sigmoid_slope = torch.ops.aten.sigmoid_backward  # (d, y) → d · y (1 - y), where y = σ(a)
tanh_slope = torch.ops.aten.tanh_backward  # (d, y) → d · (1 - y²), where y = tanh(a)

Steps = tuple[Tensor, ...]
"""Views of every step, taken once: indexing costs as much as a sum."""


class FusedLSTM(torch.autograd.Function):
    """(x, w, r, b, p, h0, c0) → (h, c, gates, tanh_c), as `steps.lstm_steps`.

    x (L, S, D, B) · w (S, 4H, D), r (S, 4H, H), b (S, 4H) · p (S, 3, H), or None without peepholes · h0, c0 (S, H, B)
    h, c, tanh_c (L, S, H, B) · gates (L, S, 4H, B) in the order i, f, g, o; the last two serve the backward only
    """

    @staticmethod
    def forward(
        x: Tensor, w: Tensor, r: Tensor, b: Tensor, p: Tensor | None, h0: Tensor, c0: Tensor
    ) -> tuple[Tensor, ...]:
        w, r, b = (_candidate_doubled(weight, h0.shape[-2]) for weight in (w, r, b.unsqueeze(-1)))
        gates = torch.matmul(w, x).add_(b)  # W x + b of all steps
        h, c, tanh_c = (x.new_empty(len(x), *h0.shape) for _ in range(3))
        p_if, p_o = _wide(p, h0)
        (i, f, g, o), i_f, i_f_g = (
            _each_gate(gates),
            _split(gates)[..., :2, :, :].unbind(),
            _first_three(gates).unbind(),
        )
        h_out, c_out, tanh_out, minus_one = h.unbind(), c.unbind(), tanh_c.unbind(), x.new_tensor(-1.0)
        h_t, c_t = h0, c0
        for t, sums in enumerate(gates.unbind()):
            _add_product(sums, r, h_t)  # W x + R h(t-1) + b, all four gates
            if p_if is not None:
                i_f[t].addcmul_(p_if, c_t.unsqueeze(-3))  # i and f see C(t-1)
            i_f_g[t].sigmoid_()
            torch.add(minus_one, g[t], alpha=2, out=g[t])  # tanh(a) = 2 σ(2a) - 1
            c_t = torch.mul(f[t], c_t, out=c_out[t]).addcmul_(i[t], g[t])  # C(t) = f C(t-1) + i g
            if p_o is not None:
                o[t].addcmul_(p_o, c_t)  # o sees C(t)
            o[t].sigmoid_()
            tanh = torch.add(c_t, c_t, out=tanh_out[t]).sigmoid_()
            h_t = torch.mul(o[t], torch.add(minus_one, tanh, alpha=2, out=tanh), out=h_out[t])  # h(t) = o tanh(C(t))
        return h, c, gates, tanh_c

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        x, w, r, _, p, h0, c0 = inputs
        h, c, gates, tanh_c = output
        ctx.mark_non_differentiable(gates, tanh_c)
        ctx.set_materialize_grads(False)
        ctx.peepholes = p is not None
        ctx.save_for_backward(x, w, r, r if p is None else p, h0, c0, h, c, gates, tanh_c)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_h: Tensor | None, d_c: Tensor | None, *_: None) -> tuple[Tensor | None, ...]:
        x, w, r, p, h0, c0, h, c, gates, tanh_c = ctx.saved_tensors
        c_before, h_before = torch.cat((c0[None], c[:-1])), torch.cat((h0[None], h[:-1]))
        slope_ifg, slope_o, c_to_c, c_to_h = _slopes(gates, c_before, tanh_c, p if ctx.peepholes else None)
        d_a = torch.empty_like(gates)  # ∂loss/∂a
        d_ifg, d_o, d_sums = _split(d_a)[..., :3, :, :].unbind(), d_a.chunk(4, -2)[3].unbind(), d_a.unbind()
        d_hs, d_cs = (None if d is None else d.unbind() for d in (d_h, d_c))
        dh, dc, r_t = torch.zeros_like(h0), torch.zeros_like(c0), r.mT.contiguous()
        for t in range(len(d_sums) - 1, -1, -1):
            if d_hs is not None:
                dh = dh.add_(d_hs[t])
            if d_cs is not None:
                dc = dc.add_(d_cs[t])
            torch.mul(dh, slope_o[t], out=d_o[t])
            dc = dc.addcmul_(dh, c_to_h[t])
            torch.mul(dc.unsqueeze(-3), slope_ifg[t], out=d_ifg[t])
            dc = dc.mul_(c_to_c[t])
            dh = torch.matmul(r_t, d_sums[t])
        columns = _all_steps(d_a)  # (S, 4H, L·B)
        d_w, d_r = (columns @ _all_steps(seen).mT for seen in (x, h_before))
        d_x = torch.matmul(w.mT, d_a) if ctx.needs_input_grad[0] else None
        d_p = _slope_of_peepholes(d_a, c_before, c) if ctx.peepholes else None
        return d_x, d_w, d_r, columns.sum(-1), d_p, dh, dc

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Tensor | None) -> tuple[Any, Any]:
        """Models that vmap stacks share the loop: their axis S goes where the shapes above have it."""

        def stacked(tensor: Tensor, dim: int | None, place: int) -> Tensor:
            each = tensor.expand(info.batch_size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
            return each.movedim(0, place)

        places = (1, 0, 0, 0, 0, 0, 0)
        pairs = zip(inputs, in_dims, places, strict=True)
        return fused_lstm(*(t if t is None else stacked(t, dim, place) for t, dim, place in pairs)), (1, 1, 1, 1)


def fused_lstm(*inputs: Tensor | None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`FusedLSTM` with types: (x, w, r, b, p, h0, c0) → (h, c, gates, tanh_c)."""
    found: tuple[Tensor, Tensor, Tensor, Tensor] = FusedLSTM.apply(*inputs)  # type: ignore[no-untyped-call]
    return found


def _add_product(sums: Tensor, r: Tensor, h: Tensor) -> None:
    """sums += R h, in place: (4H, B), or (S, 4H, B)."""
    if sums.dim() == 2:
        sums.addmm_(r, h)
    else:
        sums.baddbmm_(r, h)


def _candidate_doubled(weight: Tensor, units: int) -> Tensor:
    """Rows of g times two (…, 4H, ·), for tanh(a) = 2 σ(2a) - 1."""
    scale = weight.new_ones(4 * units, 1)
    scale[2 * units : 3 * units] = 2.0
    return weight * scale


def _split(gates: Tensor) -> Tensor:
    """(…, 4H, B) → (…, 4, H, B)."""
    return gates.unflatten(-2, (4, -1))


def _first_three(gates: Tensor) -> Tensor:
    """The rows of i, f and g: (…, 4H, B) → (…, 3H, B)."""
    return gates[..., : 3 * gates.shape[-2] // 4, :]


def _each_gate(gates: Tensor) -> tuple[Steps, ...]:
    """(L, S, 4H, B) → views (S, H, B) of every step, for i, f, g and o."""
    return tuple(gate.unbind() for gate in gates.chunk(4, -2))


def _all_steps(columns: Tensor) -> Tensor:
    """(L, S, N, B) → (S, N, L·B)."""
    return columns.movedim(0, -2).flatten(-2)


def _slopes(gates: Tensor, c_before: Tensor, tanh_c: Tensor, p: Tensor | None) -> tuple[Steps, ...]:
    """What one step multiplies by, for every step: ∂C(t)/∂a of i, f, g (S, 3, H, B), ∂h(t)/∂a of o (S, H, B),
    ∂C(t)/∂C(t-1) and ∂h(t)/∂C(t) with h(t-1) held, peepholes included (S, H, B).
    """
    i, f, g, o = gates.chunk(4, -2)
    slope_ifg = gates.new_empty(*gates.shape[:-2], 3, *c_before.shape[-2:])
    slope_i, slope_f, slope_g = slope_ifg.unbind(-3)
    sigmoid_slope(g, i, grad_input=slope_i)
    sigmoid_slope(c_before, f, grad_input=slope_f)
    tanh_slope(i, g, grad_input=slope_g)
    slope_o, c_to_c, c_to_h = sigmoid_slope(tanh_c, o), f, tanh_slope(o, tanh_c)
    if p is not None:
        p_i, p_f, p_o = p.unsqueeze(-1).unbind(-3)  # (S, H, 1)
        c_to_c = f.addcmul(slope_i, p_i).addcmul_(slope_f, p_f)
        c_to_h = c_to_h.addcmul_(slope_o, p_o)
    return slope_ifg.unbind(), slope_o.unbind(), c_to_c.unbind(), c_to_h.unbind()


def _wide(p: Tensor | None, state: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """p (S, 3, H) → those of i and f (S, 2, H, B), that of o (S, H, B): blocks of equal shape multiply fastest."""
    if p is None:
        return None, None
    wide = p.unsqueeze(-1).expand(*p.shape, state.shape[-1]).contiguous()
    return wide[..., :2, :, :], wide[..., 2, :, :]


def _slope_of_peepholes(d_a: Tensor, c_before: Tensor, c: Tensor) -> Tensor:
    """∂loss/∂p (S, 3, H)."""
    d_i, d_f, _, d_o = d_a.chunk(4, -2)
    return torch.stack([(d * seen).sum((0, -1)) for d, seen in ((d_i, c_before), (d_f, c_before), (d_o, c))], -2)
