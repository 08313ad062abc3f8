"""One service of workers for the whole folder, closed at the end of each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pages.ui import training


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    yield
    training.service().close()
