"""A log to try the page with: simulated, and written as a site would write its own."""

from __future__ import annotations

import pandas as pd

from engine.recommender.config import RecommenderConfig
from engine.recommender.site.history import SECONDS
from engine.recommender.site.log import simulate

FIRST = 1_714_521_600
"""1 May 2024, when the sample begins."""


def sample_log(config: RecommenderConfig | None = None) -> bytes:
    """CSV: user_id, item_id, timestamp, clicked, watch_seconds, duration_seconds, author_id, upload_date."""
    world = simulate(config or RecommenderConfig(videos=2_000, users=400, days=30))
    log, videos = world.log, world.videos
    uploaded = pd.to_datetime(FIRST + videos.uploaded * SECONDS, unit="s").strftime("%Y-%m-%d")
    table = pd.DataFrame(
        {
            "user_id": log.user,
            "item_id": log.video,
            "timestamp": (FIRST + log.time * SECONDS).astype("int64"),
            "clicked": log.clicked.astype("int64"),
            "watch_seconds": (log.minutes * 60.0).round(1),
            "duration_seconds": (videos.minutes[log.video] * 60.0).round(1),
            "author_id": videos.channel[log.video],
            "upload_date": uploaded.to_numpy()[log.video],
        }
    )
    once = table.sort_values("clicked", kind="stable").drop_duplicates(["user_id", "item_id", "timestamp"], keep="last")
    return once.sort_index().to_csv(index=False).encode()
