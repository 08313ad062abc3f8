"""The code of a structure on the synthetic tasks: one file of plain torch, whose model and data are this project's own text."""

from __future__ import annotations

import textwrap

from engine.multitask.config import MultitaskConfig
from engine.multitask.data import Stream
from engine.multitask.ladder import LADDER
from engine.multitask.models import initialise
from engine.multitask.training import losses
from engine.rates import at_step
from engine.runs.config import Config
from engine.runs.stack import Stack
from engine.taken.source import Definition, gathered

TEMPLATE = '''"""{title}, trained again: the data, seeds, rate and numbers of run {recording}, in plain torch.

On another kind of machine the last digits may differ.
"""

from __future__ import annotations

{imports}

CONFIG = SimpleNamespace(
{settings},
)
CONFIG.num_tasks, SEEDS, RATE = {num_tasks}, {seeds}, {rate}
# correlation: the cosine of the tasks' weight vectors; rows: 0 draws fresh ones at every step; runs: seeds trained at once


{source}


def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    stream = Stream(CONFIG, SEEDS)
    stack = Stack([initialise({model}.of(CONFIG), CONFIG, "{rung}", seed) for seed in SEEDS])
    binary = torch.tensor([kind == "binary" for kind in CONFIG.tasks])
    adam = stack.optimiser(RATE)
    for step in range(CONFIG.steps):
        rows = stream.batch()  # x (S, B, D), y (S, B, T)
        loss = losses(stack(rows.x).predictions, rows.y, binary)  # (S, T)
        for group in adam.param_groups:
            group["lr"] = at_step(RATE, CONFIG.decay, step, CONFIG.steps)
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


def code(config: Config, structure: str, recording: str) -> str:
    """One file that trains a structure as a run did. "" for a viewer's table, whose reading is long, and where gates drop
    out: those draws are the trainer's own."""
    if not isinstance(config, MultitaskConfig) or config.gate_dropout:
        return ""
    rung = LADDER[structure]
    used: list[Definition] = [rung.model, initialise, losses, Stream, Stack, at_step]
    imports, source = gathered(used, ["from types import SimpleNamespace"])
    return TEMPLATE.format(
        title=rung.title, recording=recording, imports=imports,
        settings=_settings(config), num_tasks=config.num_tasks, seeds=config.seeds, rate=config.rate(structure),
        source=source.replace(MultitaskConfig.__name__, "SimpleNamespace"), model=rung.model.__name__, rung=structure,
    )  # fmt: skip


def _settings(config: MultitaskConfig) -> str:
    """As arguments, in few lines: none of their words has a space in it."""
    written = ", ".join(f"{name}={value!r}" for name, value in config.to_dict().items())
    return textwrap.indent(textwrap.fill(written, 114, break_long_words=False, break_on_hyphens=False), "    ")
