"""What preparing a log of the server depends on, and a run that learns from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from engine.errors import UserError
from engine.recommender.own_log.config import OwnLogConfig
from engine.runs.config import Choice, Config, IntRange, Text, setting


@dataclass(frozen=True, slots=True)
class ShardsConfig(Config):
    """A log of those that the server lists, by its name there. `whole`: whether to prepare all of it; else only its first rows
    are read, by which its columns are recognised."""

    playground: ClassVar[str] = "recommender"

    log: str = setting("", Text(400))
    whole: str = setting("no", Choice(("no", "yes")))
    told: str = setting("", Text(2_000))  # what was decided about its columns: `engine.tables.told`
    seed: int = setting(0, IntRange(0, 999_999))  # of the sample


@dataclass(frozen=True, slots=True)
class StreamedConfig(OwnLogConfig):
    """A run on a prepared log: candidate generation learns from the shards, all else from the sample, which travels beside the
    config as any file does. `shards` names what was prepared."""

    shards: str = setting("", Text(16))

    def check(self) -> None:
        """Raises UserError for what cannot be learnt from shards."""
        super(StreamedConfig, self).check()
        if not re.fullmatch("([0-9a-f]{16})?", self.shards):
            raise UserError("The log is no longer prepared on the server. Prepare it again.")
        if self.asked != "last" or self.stop != "steps" or self.rated != "all":
            raise UserError("From shards each user's last watch is asked, every rating is a watch, and recall ends at its last step.")  # fmt: skip
