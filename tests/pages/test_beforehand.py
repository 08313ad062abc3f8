"""Beforehand: what takes long and is kept is made while nobody is there, and one failure stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pages.recurrent import looks
from pages.ui.openings import declared
from pages.ui.playground import playgrounds
from pages.ui.run.beforehand import Beforehand, Work
from pages.ui.run.collector import QUIET_SECONDS, Collector


def test_works_are_done_one_at_a_time_and_asked_for_when_it_is_their_turn(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def works() -> Iterator[Work]:
        done.append("asked")
        yield lambda: done.append("first")
        yield lambda: 1 / 0
        yield lambda: done.append("last")

    beforehand = Beforehand()
    assert not beforehand.go_on()
    beforehand.add(works())
    assert done == []
    with caplog.at_level(logging.ERROR):
        assert [beforehand.go_on() for _ in range(4)] == [True, True, True, False]
    assert done == ["asked", "first", "last"] and "ZeroDivisionError" in caplog.text


def test_it_is_quiet_some_seconds_after_the_last_page() -> None:
    clock = [0.0]
    collector = Collector(lambda: clock[0])
    assert not collector.quiet
    clock[0] = QUIET_SECONDS
    assert collector.quiet
    collector.used()
    assert not collector.quiet


@pytest.mark.parametrize("room", [room.name for room in playgrounds()])
def test_the_works_of_a_page_go_through(room: str) -> None:
    works = list(declared(room).works())
    assert len(works) > 1
    for work in works:
        work()


def test_the_look_of_gradients_finds_what_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """At what it opens with: another length is computed anew."""
    for work in looks.BEFOREHAND:
        work()
    monkeypatch.setattr(looks, "untrained_flow", lambda *_: pytest.fail("computed again"))
    assert len(next(iter(looks._flows(looks.LENGTH, None).values()))) == looks.LENGTH
