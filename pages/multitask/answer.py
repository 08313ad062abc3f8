"""The answer to what is on stage, as one sentence: what to take by the stored study, or how a run of one's own came out."""

from __future__ import annotations

import functools

import numpy as np

from engine.multitask.choice import Choice, beyond, choices
from engine.multitask.claims import CORRELATIONS, DECLARED, LOSS_THAT_MATTERS, PAPER, SEEDS
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED
from engine.runs.studies.verdict import Verdict, judge
from pages.multitask.shown import Shown
from pages.multitask.where import PLACE
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import THIS_RUN, headline
from pages.ui.run.live import RECORDED


def answer(now: Shown) -> str:
    """What to take at the slider's correlation; of a run of one's own its losses and verdict."""
    if now.source == RECORDED and 0.0 <= PLACE.hero_value() <= 1.0 and _choices():
        return _by_the_study(PLACE.hero_value())
    config, last = now.config, now.recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at p = {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if now.source == RECORDED or not {"shared_bottom", "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {np.median(values):.3f}" for s, values in loss.items())
        said = Marked("{where}: {parts}.").format(where=where_, parts=parts)
        unstudied = now.source == RECORDED and PLACE.hero_value() < 0
        return said + " " + t("Below p = 0 there is no study.") if unstudied else said
    verdict = compared(loss["shared_bottom"], loss["mmoe"])
    sentence = t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}; MMoE ahead by {mean} [{low}, {high}].",
        where=where_,
        mmoe=f"{loss['mmoe'].mean():.3f}",
        shared_bottom=f"{loss['shared_bottom'].mean():.3f}",
        mean=f"{verdict.mean:+.3f}",
        low=f"{verdict.low:+.3f}",
        high=f"{verdict.high:+.3f}",
    )
    return sentence + " " + headline(now, N_("MMoE is better: {verdict}"), verdict, THIS_RUN)


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
    """By one rule, of all its seeds, at the nearest correlation that it has; and what a longer training says."""
    at = min(CORRELATIONS, key=lambda one: abs(one - p))
    choice, taken = _choices()[at], {one.taken for one in _choices().values()}
    where_ = f"p = {p:.2f}"
    said = t(
        "Take **{structure}**: at {where} none is judged better, and of those it has the fewest parameters. Median loss of {seeds} seeds: {losses}.",
        structure=TITLES[choice.taken],
        where=where_ if at == p else t("{where} (studied at {at})", where=where_, at=f"{at:g}"),
        seeds=len(SEEDS),
        losses=listed(f"{_median(s, at):.3f} ({TITLES[s]})" for s in dict.fromkeys((choice.taken, choice.best))),
    )
    same = t("The same at every p from 0 to 1.") if len(taken) == 1 else t("Along the slider the choice changes.")
    if better_ones := _beyond().get(at):
        better = listed(TITLES[structure] for structure in better_ones)
        same += " " + t("Beyond these, {structure} is judged better here.", structure=better)
    longer = SHIPPED.verdicts.get("mmoe_below_shared_bottom@long")
    if longer is None:
        return said + " " + same
    after = t(
        "Trained twice as long, at p = {declared}, MMoE beats Shared-Bottom in {ahead} of {count} runs.",
        declared=f"{DECLARED:g}",
        ahead=longer.ahead,
        count=longer.runs,
    )
    return said + " " + same + " " + after


def _median(structure: str, p: float) -> float:
    return float(np.median(SHIPPED.results.loss(PAPER, structure, p)))
