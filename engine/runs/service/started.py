"""Started: the runs of a server as its variables say."""

from __future__ import annotations

import os

from engine.runs.service.policy import RunPolicy
from engine.runs.service.runs import Runs

ADDRESS = "RAY_ADDRESS"
"""The variable that names a Ray cluster. Without it nothing of Ray is imported."""


def started(policy: RunPolicy, *, alike: bool = False) -> Runs:
    """Runs on this machine's processes, and on a cluster where one is named. `alike` as in `Runs`."""
    address = os.environ.get(ADDRESS)
    if not address:
        return Runs(policy=policy)
    from engine.runs.workers.cluster import Cluster  # ray takes seconds to import, and need not be there

    return Runs(policy=policy, away=Cluster(address, policy.cluster_workers), alike=alike)
