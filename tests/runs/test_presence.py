"""Who is there, and what becomes of runs and files when a connection breaks."""

from __future__ import annotations

from engine.runs.service.presence import Presence
from tests.runs.fakes import Clock


class Door:
    """Connections that a test opens and closes, and what was told."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.told: list[tuple[str, str]] = []
        self.clock = Clock()
        tell = {what: lambda owner, what=what: self.told.append((what, owner)) for what in ("lost", "back", "left")}
        self.presence = Presence(self.open.__contains__, **tell, keep_seconds=130.0, now=self.clock)

    def look(self, seconds: float = 1.0) -> list[tuple[str, str]]:
        self.clock.seconds += seconds
        self.told.clear()
        self.presence.look()
        return list(self.told)


def test_a_cut_of_three_seconds_is_a_loss_and_a_return() -> None:
    door = Door()
    door.open.add("one")
    door.presence.here("ann", "one")
    assert door.look() == []
    door.open.clear()
    assert door.look() == [("lost", "ann")] and door.look() == [] and door.look() == []
    door.open.add("one")
    assert door.look() == [("back", "ann")] and door.look(1_000) == []


def test_a_rerun_after_the_cut_is_the_return_itself() -> None:
    door = Door()
    door.presence.here("ann", "one")
    assert door.look() == [("lost", "ann")]
    door.told.clear()
    door.open.add("one")
    door.presence.here("ann", "one")
    assert door.told == [("back", "ann")] and door.look() == []


def test_who_stays_away_leaves_once_and_is_forgotten() -> None:
    door = Door()
    door.presence.here("ann", "one")
    door.presence.here("bob", "two")
    door.open.add("two")
    door.look()
    assert door.look(129) == [] and door.look(2) == [("left", "ann")] and door.look(500) == []
    assert len(door.presence) == 1
