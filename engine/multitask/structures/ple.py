"""PLE: Progressive Layered Extraction (Tang et al., RecSys 2020, §4), and its single level, CGC (Customized Gate Control).

    a level         m^k = Σ_{i ∈ own(k) ∪ shared} g^k_i f_i        what task k makes of its own experts and the shared ones
    CGC             y_k = h_k(m^k)                                  one level: every f_i and g^k sees x
    PLE             two levels: above, the experts of task k and its gate see the m^k below; the shared experts see
                    m^s = Σ_i g^s(x)_i f_i(x), which a gate of their own makes of all experts below

B batch · D' features · E experts of a level · U units of an expert · T tasks
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor

from engine.multitask.config import MultitaskConfig
from engine.multitask.layers import Parallel, Towers, glorot, renormalise
from engine.multitask.structures.structure import Forward, Structure


class PLE(Structure):
    """Experts of one task, which no other may look at, beside shared ones: 15,366 parameters by default.

    Experts stand by their owner: those of the first task, …, those of the last, then the shared ones; E is
    `num_tasks` · `specific_experts` + `shared_experts`, the same on each of one or two `levels`. What `keep` takes away are
    weights of the highest level's gates.
    """

    gated = True
    gate_per_task = True
    own_experts = True

    def __init__(
        self,
        input_dim: int = 100,
        shared_experts: int = 3,
        specific_experts: int = 2,
        levels: int = 2,
        expert_units: int = 16,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        tower_slope: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_tasks, shared_units)
        self.num_shared, self.num_specific, self.levels = shared_experts, specific_experts, levels
        everyone, seen = num_tasks * specific_experts + shared_experts, specific_experts + shared_experts
        self.experts = Parallel(everyone, self.width, expert_units)  # f_i of the lowest level
        self.gates = Parallel(num_tasks, self.width, seen, bias=False)  # W_gk: of its own experts and the shared ones
        if levels > 1:
            self.upper_experts = Parallel(everyone, expert_units, expert_units)
            self.upper_gates = Parallel(num_tasks, expert_units, seen, bias=False)
            if shared_experts:
                self.shared_gate = Parallel(1, self.width, everyone, bias=False)  # W_gs: of all experts
        self.towers = Towers(num_tasks, expert_units, tower_units, tower_slope)  # h_k
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        experts = config.shared_experts, config.specific_experts, config.extraction_levels, config.expert_units
        towers = config.tower_units, config.num_tasks
        return cls(config.input_dim, *experts, *towers, config.shared_units, config.tower_slope)

    @classmethod
    def owners(cls, config: MultitaskConfig) -> tuple[int | None, ...]:
        own = tuple(k for k in range(config.num_tasks) for _ in range(config.specific_experts))
        return own + (None,) * config.shared_experts

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        features = self.features(x)
        experts = self.experts(features).relu()  # f_i(x)                                   (B, E, U)
        gates = self._over_all(self.gates(features).softmax(-1))  # g^k(x)                  (B, T, E)
        lower: tuple[tuple[Tensor, ...], ...] = ((), (), ())
        if self.levels > 1:
            if self.num_shared:
                gates = torch.cat([gates, self.shared_gate(features).softmax(-1)], 1)  # and g^s(x)  (B, T + 1, E)
            below = gates @ experts  # m^k and m^s                                          (B, T + 1, U)
            lower = (experts,), (gates,), (below,)
            experts = self.upper_experts.forward_each(self._to_owners(below)).relu()  # f_i(m)  (B, E, U)
            own = self.upper_gates.forward_each(below[:, : self.num_tasks])
            gates = self._over_all(own.softmax(-1))  # g^k(m^k)                             (B, T, E)
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = gates @ experts  # m^k = Σ_i g^k_i f_i                                   (B, T, U)
        towers, predictions = self.towers(mixtures)  # y_k = h_k(m^k)                       (B, T)
        return Forward(features, experts, gates, mixtures, towers, predictions, *lower)

    def _over_all(self, weights: Tensor) -> Tensor:
        """Weights of a task's own experts and the shared ones (B, T, S + C) → of all experts (B, T, E): 0 for another's."""
        own, shared = weights.split((self.num_specific, self.num_shared), -1)
        diagonal = torch.eye(self.num_tasks, dtype=weights.dtype)[:, :, None]  # (T, owner, 1)
        return torch.cat([(own.unsqueeze(2) * diagonal).flatten(2), shared], -1)

    def _to_owners(self, below: Tensor) -> Tensor:
        """What each expert above sees: the mixture below of the task it belongs to, or the shared one (B, E, U)."""
        tasks, shared = below[:, : self.num_tasks], below[:, self.num_tasks :]
        own = tasks.unsqueeze(2).expand(-1, -1, self.num_specific, -1).flatten(1, 2)
        return torch.cat([own, shared.expand(-1, self.num_shared, -1)], 1) if self.num_shared else own

    def mixed(self) -> int:
        top = self.num_tasks * (self.num_specific + self.num_shared)
        below = top + (self.experts.weight.shape[0] if self.num_shared else 0)
        return top + (below if self.levels > 1 else 0)
