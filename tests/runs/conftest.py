"""What tests of runs share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of this machine: tests of pages, which may have come before in the same process, have a server without any."""
    monkeypatch.delenv("GATESCOPE_WORKERS", raising=False)
