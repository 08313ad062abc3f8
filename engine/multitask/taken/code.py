"""The code of a structure on the synthetic tasks: one file of plain torch, whose model and data are this project's own text."""

from __future__ import annotations

from engine.multitask.config import MultitaskConfig
from engine.multitask.ladder import LADDER
from engine.multitask.own_data.config import TableConfig
from engine.multitask.taken import own
from engine.runs.config import Config
from engine.taken.source import gathered

TEMPLATE = '''"""{title}, trained again: the data, seeds, rate and numbers of run {recording}, in plain torch.

On another kind of machine the last digits may differ.
"""

import torch


def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    config = MultitaskConfig()
    rate = config.rate("{rung}")
    stream = Stream(config, config.seeds)
    stack = Stack([initialise({model}.of(config), config, "{rung}", seed) for seed in config.seeds])
    binary = torch.tensor([kind == "binary" for kind in config.tasks])
    adam = stack.optimiser(rate)
    for step in range(config.steps):
        rows = stream.batch()  # x (S, B, D), y (S, B, T)
        loss = losses(stack(rows.x).predictions, rows.y, binary)  # (S, T)
        for group in adam.param_groups:
            group["lr"] = at_step(rate, config.decay, step, config.steps)
        adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        adam.step()
    test = stream.test_rows()
    with torch.no_grad():
        found = stack(test.x)
        held_out = losses(found.predictions, test.y, binary)  # (S, T)
    print("{rung}.test_loss", *(f"{{number:.4g}}" for number in held_out.flatten()))
    if {model}.gated:
        print("{rung}.gates", *(f"{{number:.4g}}" for number in found.gates.mean(1).flatten()))  # (S, T, E)


if __name__ == "__main__":
    main()
'''
ROOM = "engine.multitask"
NEEDED = (
    f"{ROOM}.config:MultitaskConfig", f"{ROOM}.models:initialise", f"{ROOM}.training:losses", f"{ROOM}.data:Stream",
    "engine.runs.stack:Stack", "engine.rates:at_step",
)  # fmt: skip


def code(config: Config, structure: str, recording: str, data: bytes | None = None) -> str:
    """One file that trains a structure as a run did. "" where gates drop out: those draws are the trainer's own."""
    if isinstance(config, TableConfig):
        return own.code(config, structure, recording, data)
    if not isinstance(config, MultitaskConfig) or config.gate_dropout:
        return ""
    rung = LADDER[structure]
    main = TEMPLATE.format(title=rung.title, recording=recording, rung=structure, model=rung.model.__name__)
    model = f"{rung.model.__module__}:{rung.model.__name__}"
    return gathered([*NEEDED, model], main, [config], [structure])
