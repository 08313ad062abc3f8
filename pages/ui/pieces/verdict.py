"""A verdict on screen: a word, a colour and an icon, never colour alone."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from typing import Any

from engine.runs.studies.claims import by_id
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.verdict import FAILS, HOLDS, WITHIN_NOISE, Verdict
from pages.ui.language import N_, t
from pages.ui.marked import Marked

_LOOK = {
    HOLDS: (N_("holds"), "green", ":material/check:"),
    FAILS: (N_("fails here"), "orange", ":material/close:"),
    WITHIN_NOISE: (N_("within noise"), "gray", ":material/drag_handle:"),
}


@functools.lru_cache(maxsize=512)
def stored_verdict(shipped: Shipped[Any, Any], claim: str) -> Verdict:
    """A claim's verdict by the stored results, worked out once: a page asks for all of its verdicts in every rerun. KeyError
    where there is no such claim, or a result is missing."""
    return by_id(shipped.claims)[claim].verdict(shipped.results)


def verdicts_of(shipped: Shipped[Any, Any], claims: Iterable[str]) -> dict[str, Verdict]:
    """The verdicts of several claims by their ids. KeyError where one cannot be judged."""
    return {claim: stored_verdict(shipped, claim) for claim in claims}


def badge(verdict: Verdict) -> Marked:
    """The outcome; too few seeds say so."""
    word, colour, icon = _LOOK[verdict.outcome]
    text = t(word) + (t(" (preview, {seeds} seeds)", seeds=verdict.seeds) if verdict.preview else "")
    return Marked(":{colour}-badge[{icon} {text}]").format(colour=colour, icon=Marked(icon), text=text)


def summary(verdicts: Collection[Verdict]) -> Marked:
    """One badge for several: the verdict itself, or how many hold. A claim that fails may be the finding, so some of
    many is grey and not a warning."""
    if len(verdicts) == 1:
        return badge(next(iter(verdicts)))
    holds = sum(verdict.outcome == HOLDS for verdict in verdicts)
    colour = "green" if holds == len(verdicts) else "gray"
    text = t("{holds} of {count} hold", holds=holds, count=len(verdicts))
    return Marked(":{colour}-badge[{text}]").format(colour=colour, text=text)


def verdict_line(claim: str, verdict: Verdict, said: str) -> Marked:
    """A line for one claim: what it says, its badge, and the numbers."""
    return Marked("{claim} {badge} :gray[{said}]").format(claim=claim, badge=badge(verdict), said=said)


def outcome(verdict: Verdict) -> str:
    """The outcome as a word, for a table."""
    return t(_LOOK[verdict.outcome][0])


def numbers(verdict: Verdict) -> str:
    """Mean difference and its 95% interval."""
    said = N_("difference {mean}, 95% interval {low} to {high}, {seeds} seeds")
    return _numbers(said, verdict.mean, verdict.low, verdict.high, verdict.seeds)


def favour(verdict: Verdict) -> str:
    """Mean difference and interval turned, so that what speaks for the claim is above 0."""
    said = N_("difference in its favour {mean}, 95% interval {low} to {high}, {seeds} seeds")
    return _numbers(said, -verdict.mean, -verdict.high, -verdict.low, verdict.seeds)


def _numbers(said: str, mean: float, low: float, high: float, seeds: int) -> str:
    return t(said, mean=f"{mean:+.4f}", low=f"{low:+.4f}", high=f"{high:+.4f}", seeds=seeds)
