"""Users to average over."""

from __future__ import annotations

import numpy as np

from engine.recommender.serving.scene import offered
from engine.recommender.serving.server import Server


def sample_users(server: Server, most: int) -> tuple[int, ...]:
    """At most so many users with watches, evenly by their numbers. A shipped run keeps the watch embeddings of the offered
    users alone (`engine.recommender.shipped`): of it, these."""
    if not bool(server.net.watched.weight.detach().any(1).all()):
        return offered(server.site)
    users = np.flatnonzero(np.diff(server.site.history.watches.start) > 0)
    chosen = users[np.linspace(0, len(users) - 1, min(most, len(users))).astype(int)]
    return tuple(int(user) for user in chosen)
