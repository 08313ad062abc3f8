"""One torch thread, as in the workers: two beside a busy neighbour were measured many times slower."""

from __future__ import annotations

import pytest
import torch

torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` shares the suite between two processes: those of the browser, which wait most of the time, one after
    another in the first, the others file by file, since a file trains some things once for all of its tests."""
    for item in items:
        group = "browser" if item.path.parent.name == "browser" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
