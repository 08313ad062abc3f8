"""Pages are drawn in turn, and nobody waits for ever."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from pages.ui.run.turns import Turns

LONG = 60.0
"""Seconds that no test waits."""


class Page:
    """A page that is drawn in a thread of its own until it is told to end."""

    def __init__(self, turns: Turns) -> None:
        self.drawn, self.may_end = Event(), Event()
        self._turns = turns
        self._thread = Thread(target=self._draw, daemon=True)
        self._thread.start()

    def _draw(self) -> None:
        with self._turns.turn():
            self.drawn.set()
            self.may_end.wait(LONG)

    def end(self) -> None:
        self.may_end.set()
        self._thread.join(LONG)


def test_the_third_is_drawn_when_the_first_is_done() -> None:
    turns = Turns(at_once=2, patience=LONG)
    first, second = Page(turns), Page(turns)
    assert first.drawn.wait(LONG) and second.drawn.wait(LONG)
    third = Page(turns)
    assert not third.drawn.is_set()
    first.end()
    assert third.drawn.wait(LONG)
    second.end()
    third.end()


def test_a_slow_page_holds_nobody_up_for_longer_than_patience() -> None:
    turns = Turns(at_once=1, patience=0.01)
    slow = Page(turns)
    assert slow.drawn.wait(LONG)
    other = Page(turns)
    assert other.drawn.wait(LONG)  # while the slow one is still being drawn
    other.end()
    slow.end()


def test_a_turn_is_given_back_after_an_error_and_only_by_who_had_it() -> None:
    turns = Turns(at_once=1, patience=0.01)
    for _ in range(2):  # the second time one turn is there again, and one alone
        with pytest.raises(ValueError), turns.turn() as mine:
            with turns.turn() as another:
                assert (mine, another) == (True, False)
            raise ValueError
