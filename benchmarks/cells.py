"""One training step of each cell against torch's own: forward, loss, backward, Adam.

32 steps, batch 64, 32 inputs, 32 units, one thread as in a worker. torch's LSTM is one fused kernel; ours and the plain
form are Python loops over the steps, the plain one with autograd.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.report import interleaved, line, reached
from engine.cells import GRU, LSTM, RNN, PeepholeLSTM
from engine.runs.workers.memory import keep_freed_memory

LENGTH, BATCH, INPUTS, UNITS, STEPS = 32, 64, 32, 32, 10


class Plain(PeepholeLSTM):
    """The form that reads like the equations."""

    def forward(self, x: Tensor, *_: object) -> tuple[Tensor, None]:  # type: ignore[override]
        return self.steps(x).h, None


def run() -> None:
    keep_freed_memory()
    torch.set_num_threads(1)
    x = torch.randn(LENGTH, BATCH, INPUTS, generator=torch.Generator().manual_seed(0))
    cells: dict[str, nn.Module] = {
        "nn.RNN": nn.RNN(INPUTS, UNITS),
        "nn.GRU": nn.GRU(INPUTS, UNITS),
        "nn.LSTM": nn.LSTM(INPUTS, UNITS),
        "RNN": RNN(INPUTS, UNITS),
        "GRU": GRU(INPUTS, UNITS),
        "LSTM": LSTM(INPUTS, UNITS),
        "PeepholeLSTM": PeepholeLSTM(INPUTS, UNITS),
        "PeepholeLSTM, plain form": Plain(INPUTS, UNITS),
    }
    found = interleaved({name: _steps(cell, x) for name, cell in cells.items()}, rounds=9)
    for name in ("RNN", "GRU", "LSTM", "PeepholeLSTM", "PeepholeLSTM, plain form"):
        peer = f"nn.{name}" if f"nn.{name}" in found else "nn.LSTM"
        ratio = found[name] / found[peer]
        judged = reached(ratio <= 2.5) if name == "PeepholeLSTM" else ""
        goal = ", target 2.5 ×" if judged else ""
        line(
            f"training step of {name}",
            f"{1000 * found[name] / STEPS:.2f} ms",
            f"{peer} {1000 * found[peer] / STEPS:.2f} ms{goal}",
            f"{ratio:.2f} ×  {judged}",
        )


def _steps(cell: nn.Module, x: Tensor) -> Callable[[], None]:
    adam = torch.optim.Adam(cell.parameters(), lr=1e-3, fused=True)

    def steps() -> None:
        for _ in range(STEPS):
            loss = cell(x)[0].square().mean()
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()

    return steps
