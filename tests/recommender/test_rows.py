"""Adam of the rows that occur, against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.recommender.recall import row_adam
from engine.recommender.recall.row_adam import RowAdam


def test_row_adam_is_sparse_adam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that occur once, often and never, two tables of different widths, one of them not always used; more rows than
    are moved together. What a row is given in a step is summed in another order: within 1e-6 after 30 steps."""
    monkeypatch.setattr(row_adam, "AT_ONCE", 7)
    source = torch.Generator().manual_seed(0)
    ours = [nn.Embedding(60, 8, sparse=True), nn.Embedding(25, 3, sparse=True)]
    theirs = [nn.Embedding(60, 8, sparse=True), nn.Embedding(25, 3, sparse=True)]
    for one, other in zip(ours, theirs, strict=True):
        other.load_state_dict(one.state_dict())
    untouched = ours[0].weight[50:].detach().clone()
    optimisers = [kind([table.weight for table in tables], lr=0.03) for kind, tables in ((RowAdam, ours), (torch.optim.SparseAdam, theirs))]  # fmt: skip
    for step in range(30):
        ids = [torch.randint(count, (40,), generator=source) for count in (50, 25)]
        for optimiser, (wide, narrow) in zip(optimisers, (ours, theirs), strict=True):
            optimiser.zero_grad(set_to_none=True)
            loss = wide(ids[0]).sin().sum() + (narrow(ids[1]).cos().sum() if step % 3 else 0.0)
            loss.backward()
            optimiser.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.weight, other.weight, rtol=0, atol=1e-6)
    assert torch.equal(ours[0].weight[50:], untouched)
