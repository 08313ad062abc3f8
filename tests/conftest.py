"""One thread in each process, as in the workers, and all of Chromium's tests in one process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

for library in ("OMP", "MKL", "OPENBLAS"):  # read when numpy and torch are loaded, here and by whatever a test starts
    os.environ[f"{library}_NUM_THREADS"] = "1"  # two beside a busy neighbour were measured many times slower
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a busy one is not a slow test


class BrowserInOne(LoadFileScheduling):
    """Files are handed out one by one, those of Chromium together: they share its servers, and wait more than they work."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BrowserInOne:
    return BrowserInOne(config, log)


def pytest_make_parametrize_id(val: object) -> str | None:
    """The id of a case made of bytes: how many, never which; gzip writes the time into them, and both workers must agree."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
