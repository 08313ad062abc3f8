"""Files of this browser tab: on disk for as long as the tab may come back, for workers to train on."""

from __future__ import annotations

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.table import Table, digest_of
from pages.ui.run import training
from pages.ui.run.house import house, owner


def keep(box: str, data: bytes) -> Table:
    """Keep a file that was read and can be used, in place of the box's last one; that of the run on stage stays too.

    Raises UserError where the server has no room.
    """
    run = training.current()
    on_stage = getattr(run.config, "table", "") if run is not None else ""
    return house().uploads.keep(owner(), box, data, digest_of(data), (on_stage,))


def drop(box: str) -> None:
    """The files of a box go now."""
    house().uploads.drop(owner(), box)


def read(digest: str) -> bytes:
    """The bytes of a file of this tab. Raises UserError where it is gone."""
    return house().uploads.read(owner(), digest)


def of_config(config: Config) -> Table | None:
    """The file of this tab that a run is of; None of any other run, and where the file is gone."""
    digest = getattr(config, "table", "")
    try:
        return house().uploads.table(owner(), digest) if digest.isalnum() else None
    except UserError:
        return None
