"""The answer to what is on stage, as one sentence: what to take by the stored study, or how a run of one's own came out."""

from __future__ import annotations

import functools

import numpy as np

from engine.multitask import MultitaskConfig
from engine.multitask.choice import AMONG, Against, Choice, against, beyond, choices, parameters
from engine.multitask.claims import CORRELATIONS, DECLARED, DISTANCE_THAT_MATTERS, LOSS_THAT_MATTERS, PAPER, SEEDS
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED, sweep
from engine.runs.recording import Recording
from engine.runs.studies.verdict import Outcome, Verdict, judge
from pages.multitask.compared import REFERENCE, losses_of
from pages.multitask.shown import Shown
from pages.multitask.where import PLACE
from pages.ui.language import N_, bare, listed, sentences, t
from pages.ui.marked import Marked
from pages.ui.numbers import signed
from pages.ui.pieces.verdict import THIS_RUN, Judged
from pages.ui.run.live import RECORDED


def answer(now: Shown) -> str:
    """What to take at the slider's correlation; of a run of one's own its losses."""
    if now.source == RECORDED:
        return opening(PLACE.hero_value())
    config, last = now.config, now.recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at p = {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if not {REFERENCE, "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {np.median(values):.3f}" for s, values in loss.items())
        return Marked("{where}: {parts}.").format(where=where_, parts=parts)
    verdict = compared(loss[REFERENCE], loss["mmoe"])
    return t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}; in MMoE's favour {mean} [{low}, {high}].",
        where=where_,
        mmoe=f"{loss['mmoe'].mean():.3f}",
        shared_bottom=f"{loss[REFERENCE].mean():.3f}",
        mean=signed(verdict.mean, 3),
        low=signed(verdict.low, 3),
        high=signed(verdict.high, 3),
    )


def judged(now: Shown) -> Judged | None:
    """Whether MMoE is better than Shared-Bottom: by the stored study of the slider's correlation, or by a run of one's own."""
    if now.source == RECORDED:
        return judged_at(PLACE.hero_value())
    last = now.recording.frames[-1]
    if not {REFERENCE, "mmoe"} <= set(now.config.structures):
        return None
    shared, mixed = (last.metrics[f"{structure}.test_loss"].mean(-1) for structure in (REFERENCE, "mmoe"))
    return Judged(BETTER, compared(shared, mixed), THIS_RUN)


BETTER = N_("MMoE is better: {verdict}")


def judged_at(p: float) -> Judged | None:
    """What is judged at the nearest correlation that has a study, where the slider is among them; a verdict where the claim is declared."""
    at = _studied(p)
    verdict = SHIPPED.verdicts.get(f"mmoe_below_shared_bottom@{at:g}")
    if p < 0.0 or verdict is None:  # older than the claims; a test fails on that
        return None
    return Judged(BETTER, verdict, t("stored study at p = {p}", p=f"{at:g}"), at == DECLARED)


def _studied(p: float) -> float:
    return min(CORRELATIONS, key=lambda one: abs(one - p))


def opening(p: float) -> str:
    """What to take at a correlation of the recorded sweep."""
    return _by_the_study(p) if p >= 0.0 and _choices() else _by_the_recording(p)


def compared(upper: np.ndarray, lower: np.ndarray) -> Verdict:
    """Whether one loss is above another, seed by seed, by more than matters."""
    differences = np.asarray(upper, np.float64) - np.asarray(lower, np.float64)
    return judge(differences, smallest=LOSS_THAT_MATTERS)


@functools.cache
def _choices() -> dict[float, Choice]:
    try:
        return choices(SHIPPED.results)
    except KeyError:  # the study is older than the question; a test fails on that
        return {}


@functools.cache
def _beyond() -> dict[float, tuple[str, ...]]:
    try:
        return beyond(SHIPPED.results)
    except KeyError:  # the study is older than a structure; a test fails on that
        return {}


def _by_the_study(p: float) -> str:
    """Which to pick at the nearest correlation that has a study, by one rule; how its strongest rival did there, run by run; and
    what MMoE's gates share in the recording that is shown."""
    at = _studied(p)
    said = picked(_choices()[at], p, listed((rival(at), gates(p)), "; "))
    for structure in _beyond().get(at, ()):
        better = t(
            "{structure}, a later rung, is judged better: {much}.",
            structure=TITLES[structure],
            much=_much(_at(structure, at)),
        )
        said = sentences((said, better))
    return said


def picked(choice: Choice, p: float, told: str) -> Marked:
    """The choice, the smallest of all, or of those that are not judged worse; and what is told of it."""
    name = TITLES[choice.taken]
    if p == 1.0 and choice.taken == _choices()[0.0].taken:
        return t("Still **{structure}**, even for identical tasks: {told}.", structure=name, told=told)
    if choice.taken == min(AMONG, key=lambda one: parameters(PAPER, one)):
        return t("Pick **{structure}**, the smallest: {told}.", structure=name, told=told)
    if choice.taken == choice.best:
        return t("Pick **{structure}**: {told}.", structure=name, told=told)
    return t("Pick **{structure}**, the smallest that is not judged worse: {told}.", structure=name, told=told)


_DOUBT = {
    Outcome.CANNOT_TELL: N_("{rival}, not sure enough to pay for more parameters"),
    Outcome.FEW_RUNS: N_("{rival}, but that depends on a few runs"),
    Outcome.FAILS: N_("{rival}, too little to matter"),
}


def rival(p: float) -> Marked:
    """How the structure with the lowest median loss lies against Shared-Bottom, and what is doubtful about it."""
    choice = _choices()[p]
    if choice.best == REFERENCE:
        return t("none has less loss")
    found = _at(choice.best, p)
    values = {"much": _much(found), "ahead": found.ahead, "runs": len(SEEDS)}
    if choice.taken == choice.best:
        return t("{much} than Shared-Bottom, ahead in {ahead} of {runs} runs", **values)
    told = t("{structure} has {much}, ahead in {ahead} of {runs} runs", structure=TITLES[choice.best], **values)
    return t(_DOUBT[choice.doubt], rival=told) if choice.doubt in _DOUBT else told


def gates(p: float) -> Marked:
    """What MMoE's gates of the two tasks share in the recording nearest to p, and whether that is more than for unrelated tasks."""
    share, unrelated = _shared(nearest(p)), _shared(nearest(0.0))
    closer = share - unrelated >= DISTANCE_THAT_MATTERS
    how = (
        N_("MMoE's gates have come closer (shared {share})")
        if closer
        else N_("in MMoE each task mixes its own experts (shared {share})")
    )
    return t(how, share=f"{share:.0%}")


def _by_the_recording(p: float) -> str:
    """Below 0, where there is no study: what the recorded runs say, and that it is not one."""
    recording = nearest(p)
    losses = losses_of(recording)
    best = min(AMONG, key=lambda structure: float(np.median(losses[structure])))
    found = against(losses[best], losses[REFERENCE])
    return t(
        "Below p = 0 there is no study. In {runs} recorded runs {structure} has {much} than Shared-Bottom, ahead in {ahead}; {gates}.",
        runs=recording.config.runs, structure=TITLES[best], much=_much(found), ahead=found.ahead, gates=gates(p),
    )  # fmt: skip


def _much(found: Against) -> str:
    """About how much less, or more, in the median of the runs."""
    sentence = N_("about {percent} less loss") if found.median < 0 else N_("about {percent} more loss")
    return bare(sentence, percent=f"{abs(found.median) / 100:.0%}")


@functools.cache
def _at(structure: str, p: float) -> Against:
    return against(SHIPPED.results.loss(PAPER, structure, p), SHIPPED.results.loss(PAPER, REFERENCE, p))


def nearest(p: float) -> Recording[MultitaskConfig]:
    """The recording that is on stage at a correlation."""
    return min(sweep(), key=lambda recording: abs(recording.config.correlation - p))


def _shared(recording: Recording[MultitaskConfig]) -> float:
    return 1.0 - float(recording.frames[-1].metrics["mmoe.mean_gate_distance"].mean())
