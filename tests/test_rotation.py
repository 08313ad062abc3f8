"""What is too long to be checked in every commit is checked in some."""

from __future__ import annotations

from tests.rotation import NOWHERE, commit, this_time


def test_every_one_has_its_turn() -> None:
    assert {this_time("abcde", f"{number:x}") for number in range(5)} == set("abcde")


def test_all_of_one_commit_agree() -> None:
    assert this_time("abcde") == this_time("abcde")
    assert all(set(one) <= set("0123456789abcdef") for one in (commit(), NOWHERE))
