"""A structure, ready to leave: x in, the predictions of every task and the gates out.

B rows · D inputs · T tasks · E experts
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.carried import Carried, Graph, Leaving
from engine.multitask.config import MultitaskConfig
from engine.multitask.models import build
from engine.multitask.opened import Opened
from engine.multitask.own_data.config import TableConfig
from engine.multitask.taken import table
from engine.multitask.taken.code import code
from engine.runs.config import Config
from engine.runs.seeds import generator

OUTPUTS = ("predictions", "gates")


class Heads(nn.Module):
    """A structure's predictions (B, T) and gates (B, T, E) alone."""

    def __init__(self, structure: nn.Module) -> None:
        super().__init__()
        self.structure = structure

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """x (B, D) → the outputs of the file, as `OUTPUTS` names them."""
        found = self.structure(x)
        return tuple(getattr(found, name) for name in OUTPUTS)


def carry(opened: Opened | table.OpenedTable, structure: str) -> Carried:
    """One structure of an opened moment, or of a comparison. Raises UserError where it keeps no parameters."""
    if isinstance(opened, table.OpenedTable):
        return table.carry(opened, structure)
    model = opened.model(structure)
    return Carried(model, lambda: graph(model, opened.config))


def graph(model: nn.Module, config: MultitaskConfig) -> Graph:
    """x (rows, D) → predictions (rows, T), gates (rows, T, E)."""
    source = generator(0, "taken")
    examples = tuple((torch.randn(rows, config.input_dim, generator=source),) for rows in (5, 1, 33))
    heads = Heads(model)
    return Graph(heads, heads, {"x": ("rows", "")}, OUTPUTS, examples, _about(config))


def _about(config: MultitaskConfig) -> str:
    kinds = ", ".join(f"{k + 1} {kind}" for k, kind in enumerate(config.tasks))
    return (
        f"x (rows, {config.input_dim}): the inputs, standard normal in training. predictions (rows, {config.num_tasks}): "
        f"one for each task ({kinds}); of a binary task the logit. gates (rows, {config.num_tasks}, experts): the weight of "
        "each expert for each task."
    )


def shaped(config: Config, structure: str, learnt: Mapping[str, Tensor], notes: Mapping[str, str]) -> nn.Module:
    """The structure of a config with these parameters, each in its own shape, in place of drawn ones."""
    if isinstance(config, TableConfig):
        return table.shaped(config, structure, notes)
    assert isinstance(config, MultitaskConfig)
    return build(config, structure)


LEAVING: Leaving[Config, Opened | table.OpenedTable] = Leaving(carry, shaped, code)
