"""A verdict on screen: a word, a colour and an icon, never colour alone, with a count; what it rests on is one click away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from engine.runs.studies.shipped import Shipped
from engine.runs.studies.verdict import Outcome, Tested, Verdict
from pages.ui.language import N_, t
from pages.ui.marked import Marked
from pages.ui.run.on_stage import OnStage

_LOOK = {
    Outcome.HOLDS: (N_("holds"), "green", ":material/check:"),
    Outcome.FAILS: (N_("does not hold"), "orange", ":material/close:"),
    Outcome.CANNOT_TELL: (N_("cannot tell"), "gray", ":material/drag_handle:"),
    Outcome.FEW_RUNS: (N_("depends on a few runs"), "violet", ":material/scatter_plot:"),
}
RUNS = N_("{ahead} of {count} runs")
STORED, THIS_RUN = N_("stored study"), N_("this run alone")


def verdicts_of(shipped: Shipped[Any, Any], claims: Iterable[str]) -> dict[str, Verdict]:
    """The verdicts of several claims by their ids, by the stored results. KeyError where one cannot be judged."""
    return {claim: shipped.verdicts[claim] for claim in claims}


def badge(verdict: Verdict, counted: str = RUNS) -> Marked:
    """The outcome, and how many of those that are counted speak for the claim; too few runs say so."""
    text = outcome(verdict) + " · " + in_favour(verdict, counted)
    return _badge(verdict.outcome, text + (" · " + t("preview") if verdict.preview else ""))


def in_favour(verdict: Verdict, counted: str = RUNS) -> str:
    """How many of those that are counted speak for the claim."""
    return t(counted, ahead=verdict.ahead, count=verdict.runs)


def badge_of(said: Outcome) -> Marked:
    """The outcome alone, where there are no runs to count."""
    return _badge(said, t(_LOOK[said][0]))


def _badge(said: Outcome, text: str) -> Marked:
    _, colour, icon = _LOOK[said]
    return Marked(":{colour}-badge[{icon} {text}]").format(colour=colour, icon=Marked(icon), text=text)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged of what is on stage.

    claim     a sentence of the catalogues that takes a {verdict}
    source    what it rests on, likewise; filled already where it takes values
    declared  whether it has a verdict; what stands beside a declared claim has a count alone
    """

    claim: str
    verdict: Verdict
    source: str
    declared: bool = True

    @property
    def said(self) -> Marked:
        """What the claim says, without its verdict."""
        return Marked(t(self.claim, verdict=Marked("")).rstrip(" :："))


def judgement(now: OnStage[Any], judged: Judged) -> Marked:
    """The claim with its verdict and source. A verdict is about the end of a training: before it stands in its place, as high as
    it, that there is none yet."""
    step, steps = (now.recording.frames[-1] if now.live else now.frame).step, now.config.steps
    if now.live or step < steps:
        text = (
            t("training, step {step}: no verdict yet", step=f"{step:,}")
            if now.live
            else t("step {step} of {steps}: no verdict", step=f"{step:,}", steps=f"{steps:,}")
        )
        return Marked(":gray-badge[:material/hourglass_empty: {text}]").format(text=text)
    told = badge(judged.verdict) if judged.declared else in_favour(judged.verdict)
    return Marked(" · ").join((t(judged.claim, verdict=told), t(judged.source)))


def summary(verdicts: Collection[Verdict]) -> Marked:
    """One badge for several, none for none: the verdict itself, or how many hold. A claim that does not hold may be the finding, so some of
    many is grey and not a warning."""
    if not verdicts:
        return Marked("")
    if len(verdicts) == 1:
        return badge(next(iter(verdicts)))
    holds = sum(verdict.outcome == Outcome.HOLDS for verdict in verdicts)
    colour = "green" if holds == len(verdicts) else "gray"
    text = t("{holds} of {count} hold", holds=holds, count=len(verdicts))
    return Marked(":{colour}-badge[{text}]").format(colour=colour, text=text)


def verdict_lines(
    shipped: Shipped[Any, Any],
    says: Mapping[str, str],
    key: str,
    told: Callable[[str, Verdict], str] = lambda claim, verdict: numbers(verdict),
) -> None:
    """A line for each claim: what it says, its badge, and the numbers that `told` writes; and one click away the tests. A
    claim that stands beside another has numbers alone. KeyError where one cannot be judged."""
    verdicts = verdicts_of(shipped, says)
    for claim, verdict in verdicts.items():
        how = badge(verdict) if claim in shipped.family else in_favour(verdict)
        st.markdown(_line(says[claim], how, told(claim, verdict)))
    tests({says[claim]: verdict for claim, verdict in verdicts.items() if claim in shipped.family}, key)


def verdict_line(claim: str, verdict: Verdict, said: str) -> Marked:
    """A line for one claim: what it says, its badge, and the numbers."""
    return _line(claim, badge(verdict), said)


def _line(claim: str, how: str, said: str) -> Marked:
    return Marked("{claim} {how} :gray[{said}]").format(claim=claim, how=how, said=said)


def tests(verdicts: Mapping[str, Verdict], key: str, first_seed: int = 0) -> None:
    """Behind a button, what verdicts rest on."""
    if verdicts:
        with st.popover(t("What this rests on"), icon=":material/balance:", key=f"tests_{key}"):
            tests_of(verdicts, first_seed)


def tests_of(verdicts: Mapping[str, Verdict], first_seed: int = 0) -> None:
    """What verdicts rest on: a column for each, by what its claim says. Runs have seeds from the first on."""
    st.dataframe(
        pd.DataFrame([_row(said, verdict, first_seed) for said, verdict in verdicts.items()]).set_index("").T,
        height="content",
        alt=t("What this rests on"),
    )
    st.caption(
        t(
            "Differences are paired, run by run with the same seed, and above 0 where they speak for the claim. It holds, or does not, where Student's t of the mean and Wilcoxon's exact signed ranks of the median both say so at 5 %; where they part and a few runs are why, those are named. It does not hold either where every difference that would matter is excluded."
        )
    )


def _row(said: str, verdict: Verdict, first_seed: int) -> dict[str, str]:
    few = ", ".join(t("seed {seed}", seed=first_seed + run) for run in verdict.few)
    return {
        "": said.rstrip(":："),
        t("verdict"): outcome(verdict),
        t("runs in favour"): in_favour(verdict),
        t("runs with both sides equal"): str(verdict.tied),
        t("mean difference"): f"{verdict.mean:+.4f}",
        t("95 % interval"): t("{low} to {high}", low=f"{verdict.low:+.4f}", high=f"{verdict.high:+.4f}"),
        t("median difference"): f"{verdict.median:+.4f}",
        t("smallest that would matter"): f"{verdict.smallest:g}" if verdict.smallest else "—",
        t("p of the mean, t"): _p(verdict.t, verdict.family),
        t("p of the median, signed ranks"): _p(verdict.signed_rank, verdict.family),
        t("judged together with"): t("{count} other claims, Holm", count=verdict.family - 1)
        if verdict.family > 1
        else t("none: too few runs"),
        t("depends on"): few or "—",
        t("would tell"): t("about {count} runs", count=verdict.runs_needed) if verdict.runs_needed else "—",
    }


def _p(test: Tested, family: int) -> str:
    return f"{test.p:.2g}" + (t(", with Holm {p}", p=f"{test.holm:.2g}") if family > 1 else "")


def outcome(verdict: Verdict) -> str:
    """The outcome as a word, for a table."""
    return t(_LOOK[verdict.outcome][0])


def numbers(verdict: Verdict) -> str:
    """Mean difference in the claim's favour and its 95% interval; and where it was judged together with others, the larger p
    of both tests after Holm's correction, which decides."""
    said = t(
        "{mean} in the claim's favour, 95% interval {low} to {high}, {seeds} seeds",
        mean=f"{verdict.mean:+.4f}",
        low=f"{verdict.low:+.4f}",
        high=f"{verdict.high:+.4f}",
        seeds=verdict.runs,
    )
    if verdict.family == 1:
        return said
    p = max(verdict.t.holm, verdict.signed_rank.holm)
    return said + t("; p {p} as one of {count} claims", p=f"{p:.2g}", count=verdict.family)
