"""When garbage is collected, and that what nobody holds any more goes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from pages.ui.run.collector import BUSY_SECONDS, QUIET_SECONDS, Collector
from tests.runs.fakes import Clock


class Ring:
    """Something that holds itself, as a session does: only a collection frees it."""

    def __init__(self) -> None:
        self.myself = self


@pytest.fixture(autouse=True)
def by_hand() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_where_nothing_was_drawn() -> None:
    clock = Clock()
    collector = Collector(clock)
    clock.seconds = 1_000
    assert collector.look() == ""


def test_a_quiet_moment_collects_all_also_what_a_busy_one_has_frozen() -> None:
    clock = Clock()
    collector = Collector(clock)
    ring = Ring()
    gone = weakref.ref(ring)
    collector.used()
    assert collector.look() == ""
    for _ in range(int(BUSY_SECONDS)):
        clock.seconds += 1
        collector.used()
    assert collector.look() == "busy" and gc.get_freeze_count() > 0
    del ring  # it died frozen
    clock.seconds += 1
    collector.used()
    assert collector.look() == "" and gone() is not None
    clock.seconds += QUIET_SECONDS
    assert collector.look() == "quiet" and gone() is None
    clock.seconds += 1_000
    assert collector.look() == ""


def test_a_busy_stretch_is_collected_now_and_then() -> None:
    clock = Clock()
    collector = Collector(clock)
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    found = []
    for _ in range(int(3 * BUSY_SECONDS) + 1):
        collector.used()
        found.append(collector.look())
        clock.seconds += 1
    assert found.count("busy") == 3 and gone() is None
