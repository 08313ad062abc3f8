"""Training throughput of a 64-model MMoE study against torch-rechub's and deepctr-torch's MMOE.

The paper's shape (100 inputs, 8 experts of 16, towers of 8, 2 tasks), batch 256, Adam, mean squared error, the same
rows for all. Ours are stacked; the peers are trained one after another by the plainest loop: forward, loss, backward,
step, with no data loader in the way and inputs in the form each model takes. torch-rechub's has batch normalisation in
experts, gates and towers, which cannot be turned off. Ours steps with fused Adam, the peers with torch's default.

Other processes raise the ratio, since two-thread peers suffer most from a neighbour: then nothing is judged.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.report import interleaved, line, reached
from engine.multitask import MMoE, MultitaskConfig
from engine.multitask.models import initialise
from engine.runs.stack import Stack
from engine.runs.workers.memory import keep_freed_memory

PROC = Path("/proc/stat")
MODELS, BATCH, INPUTS, STEPS = 64, 256, 100, 3
QUIET = 0.1
"""Cores that others may keep busy, on average, for a ratio to be judged."""
PEER_MODELS = 8
"""The peers' time is measured on a few models and scaled: they run one after another anyway."""


def run() -> None:
    keep_freed_memory()  # as the workers do; the peers, in the same process, have it too
    source = torch.Generator().manual_seed(0)
    x, y = torch.randn(MODELS, BATCH, INPUTS, generator=source), torch.randn(MODELS, BATCH, 2, generator=source)
    for threads in (2, 1):  # two is what torch takes by itself on two cores
        torch.set_num_threads(threads)
        works = {"ours": ours(x, y), "torch-rechub": peer(rechub, x, y), "deepctr-torch": peer(deepctr, x, y)}
        began, before = time.perf_counter(), others()
        found = interleaved(works, rounds=9)
        busy = (others() - before) / (time.perf_counter() - began)
        rate = {
            "ours": MODELS * STEPS / found["ours"],
            **{name: PEER_MODELS * STEPS / found[name] for name in ("torch-rechub", "deepctr-torch")},
        }
        for name, target in (("torch-rechub", 10), ("deepctr-torch", 7)):
            ratio = rate["ours"] / rate[name]
            goal = f", target {target} ×" if threads == 2 else ""
            judged = reached(ratio >= target) if goal else "one core, as in a worker"
            line(
                f"64-model MMoE study, {threads} thread(s), model-steps/s",
                f"{rate['ours']:,.0f}",
                f"{name} {rate[name]:,.0f}{goal}",
                f"{ratio:.1f} ×  {judged if busy <= QUIET else f'not judged: others kept {busy:.1f} cores busy'}",
            )
    torch.set_num_threads(1)


def others() -> float:
    """CPU seconds that all other processes have used since the machine started; 0 where there is no /proc."""
    if not PROC.exists():
        return 0.0
    spent = [int(part) for part in PROC.read_text().splitlines()[0].split()[1:9]]
    return (sum(spent) - spent[3] - spent[4]) / os.sysconf("SC_CLK_TCK") - time.process_time()  # without idle, iowait


def ours(x: Tensor, y: Tensor) -> Callable[[], None]:
    config = MultitaskConfig()
    stack = Stack([initialise(MMoE(), config, "mmoe", seed) for seed in range(MODELS)])
    adam = stack.optimiser(0.01)

    def steps() -> None:
        for _ in range(STEPS):
            loss = ((stack(x).predictions - y) ** 2).mean(1).sum()
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()

    return steps


def peer(build: Callable[[], tuple[nn.Module, Callable[[Tensor], Any]]], x: Tensor, y: Tensor) -> Callable[[], None]:
    built = [build() for _ in range(PEER_MODELS)]
    adams = [torch.optim.Adam(model.parameters(), lr=0.01) for model, _ in built]
    inputs = [form(x[i]) for i, (_, form) in enumerate(built)]  # before the clock starts

    def steps() -> None:
        for i, ((model, _), adam) in enumerate(zip(built, adams, strict=True)):
            for _ in range(STEPS):
                loss = ((model(inputs[i]) - y[i]) ** 2).mean(0).sum()
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()

    return steps


def rechub() -> tuple[nn.Module, Callable[[Tensor], Any]]:
    from torch_rechub.basic.features import DenseFeature
    from torch_rechub.models.multi_task import MMOE

    features = [DenseFeature(f"x{i}") for i in range(INPUTS)]
    tower = {"dims": [8], "activation": "relu"}
    model = MMOE(features, ["regression", "regression"], 8, {"dims": [16], "activation": "relu"}, [tower, tower])
    return model, lambda x: {f"x{i}": x[:, i].contiguous() for i in range(INPUTS)}


def deepctr() -> tuple[nn.Module, Callable[[Tensor], Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from deepctr_torch.inputs import DenseFeat
        from deepctr_torch.models import MMOE
    model = MMOE(
        [DenseFeat(f"x{i}", 1) for i in range(INPUTS)], num_experts=8, expert_dnn_hidden_units=(16,), gate_dnn_hidden_units=(),
        tower_dnn_hidden_units=(8,), task_types=["regression", "regression"], task_names=["a", "b"], device="cpu",
    )  # fmt: skip
    return model, lambda x: x
