"""One thread in each process, as in the workers."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

for library in ("OMP", "MKL", "OPENBLAS"):  # read when numpy and torch are loaded, here and by whatever a test starts
    os.environ[f"{library}_NUM_THREADS"] = "1"  # two beside a busy neighbour were measured many times slower
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a busy one is not a slow test


def pytest_make_parametrize_id(val: object) -> str | None:
    """The id of a case made of bytes: how many, never which; gzip writes the time into them, and both workers must agree."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
