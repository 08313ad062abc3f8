"""The result of a comparison on the user's table: the sentences, the scores, the differences, the gates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from engine.multitask import TableConfig
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.answer import PRESENT, Answer, Difference, answer, constant, difference
from engine.multitask.own_data.plain import PLAIN
from engine.runs.frame import Frame
from pages.multitask import own_charts, own_scores
from pages.multitask.own_charts import name_of
from pages.ui.language import bare, listed, sentences, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show

BASE = "shared_bottom"


def latest(frames: Sequence[Frame]) -> Frame | None:
    """The last frame that has a result; None before the first seeds are through."""
    return next((frame for frame in reversed(frames) if "test_rows" in frame.metrics), None)


def result(config: TableConfig, last: Frame) -> None:
    """The whole answer first, then task by task, the gates, and how it was compared."""
    found = answer(last.metrics, config.structures)
    if int(last.metrics["seeds"]) < config.runs:
        st.markdown(Marked(":gray[{text}]").format(text=so_far(config, last)))
    st.markdown(Marked("**{answer}**").format(answer=sentence(found)))
    for label, mine, second in by_label(config, last):
        line = Marked("- **{label}** · {answer} :gray[{next}]")
        st.markdown(line.format(label=label, answer=mine, next=second))
    for said in stuck(config, last):
        st.warning(said)
    st.caption(rests_on(config, last))
    own_scores.draw(config, last)
    left, right = st.columns(2, gap="large")
    with left:
        if BASE in config.structures:
            _against_base(config, last)
    with right:
        if found.best != BASE:
            _against_best(found)
    _gates(config, last)


def stuck(config: TableConfig, last: Frame) -> list[str]:
    """A sentence for each structure and label of which a seed predicts the same for every row."""
    return [
        t(
            "{structure}: {count} of {seeds} seeds predict the same of {label} for every row, because no unit of the tower answers any more. Leaky towers prevent it.",
            structure=TITLES[structure],
            count=count,
            seeds=int(last.metrics["seeds"]),
            label=label,
        )
        for structure in config.structures
        for task, label in enumerate(config.labels)
        if (count := constant(last.metrics, structure, task))
    ]


def so_far(config: TableConfig, last: Frame) -> str:
    """How many seeds an answer has that is not the last."""
    return t("So far, {done} of {all} seeds:", done=int(last.metrics["seeds"]), all=config.runs)


def _next_best(found: Answer, last: Frame) -> str:
    """The runner-up, by how much, at what cost, and what this file could tell apart."""
    second = min(found.rivals, key=lambda rival: rival.mean)
    said = t(
        "Lowest error: {best}; next {second}, {mean}% [{low}, {high}].",
        best=TITLES[found.best],
        second=TITLES[second.name],
        **{name: f"{100 * getattr(second, name):+.2f}" for name in ("mean", "low", "high")},
    )
    cost = t(
        "{name} has {count} parameters.",
        name=TITLES[found.choice], count=f"{int(last.metrics[f'{found.choice}.parameters']):,}",
    )  # fmt: skip
    least = t("These rows and seeds would show a difference of {least}% or more.", least=f"{100 * found.shown:.1f}")
    return sentences([said, cost, least])


def by_label(config: TableConfig, last: Frame) -> list[tuple[str, str, str]]:
    """Each label with its answer, and the runner-up."""
    found = [answer(last.metrics, config.structures, task) for task in range(len(config.labels))]
    each = zip(config.labels, found, strict=True)
    return [(label, sentence(one), sentences([*present(one), _next_best(one, last)])) for label, one in each]


def present(found: Answer) -> list[str]:
    """How the model in use today stands beside the best structure, where its scores were given."""
    own = found.present
    if own is None:
        return []
    values = {name: f"{100 * getattr(own, name):+.2f}" for name in ("mean", "low", "high")}
    return [t("My present model: {mean}% [{low}, {high}] error beside {best}.", best=TITLES[found.best], **values)]


def rests_on(config: TableConfig, last: Frame) -> str:
    """What the intervals are of, and what chose what."""
    of_groups = "test_groups" in last.metrics
    rows = f"{int(last.metrics['test_rows']):,}"
    said = (
        t(
            "Intervals of 95% from {resamples} resamples of test groups and seeds together; {rows} test rows in {groups} groups, {seeds} seeds.",
            resamples=config.resamples, rows=rows, groups=f"{int(last.metrics['test_groups']):,}", seeds=int(last.metrics["seeds"]),
        )
        if of_groups
        else t(
            "Intervals of 95% from {resamples} resamples of test rows and seeds together; {rows} test rows, {seeds} seeds.",
            resamples=config.resamples, rows=rows, seeds=int(last.metrics["seeds"]),
        )
    )  # fmt: skip
    chosen = t(
        "{train} rows were trained on; epochs, learning rates and the trees' rounds were chosen by {validation} others, and the test rows read once, at the end. Single-Task trains whole networks apart, embeddings included.",
        train=f"{int(last.metrics['train_rows']):,}", validation=f"{int(last.metrics['validation_rows']):,}",
    )  # fmt: skip
    unused = int(last.metrics["unused_rows"])
    left = [t("{rows} rows without a time are of no part.", rows=f"{unused:,}")] if unused else []
    weighted = [t("Every row counts by its {column}.", column=config.weight)] if config.weight else []
    return sentences([said, chosen, *weighted, *left])


def agreement(config: TableConfig, last: Frame) -> str:
    """Pearson's r of any two labels over the rows where both are known, "" where it is not told."""
    r = last.metrics["label_pearson"]
    pairs = [
        f"{a} / {b} {r[i, j]:+.3f}"
        for i, a in enumerate(config.labels)
        for j, b in enumerate(config.labels)
        if i < j and r[i, j] == r[i, j]
    ]
    return t("Correlation of the labels: {pairs}", pairs=listed(pairs)) if pairs else ""


def _against_base(config: TableConfig, last: Frame) -> None:
    others = [name for name in (*config.structures, *_plain(last)) if name != BASE]

    def of(task: int | None) -> list[Difference]:
        return [difference(last.metrics, name, BASE, task) for name in others]

    everyone = {t("all tasks"): of(None)} | {label: of(task) for task, label in enumerate(config.labels)}
    show(
        own_charts.differences(everyone, bare("error relative to {best}, %", best=TITLES[BASE])),
        key="multitask_against_base",
        alt=t("Error of each structure relative to Shared-Bottom, for each task, with intervals"),
    )


def _against_best(found: Answer) -> None:
    title = bare("error relative to {best}, %", best=TITLES[found.best])
    show(
        own_charts.differences({t("all tasks"): (*found.rivals, *found.plain)}, title),
        key="multitask_answer",
        alt=t("Error of each structure relative to the best, with intervals"),
    )


def _gates(config: TableConfig, last: Frame) -> None:
    if "mmoe" not in config.structures:
        return
    st.markdown(Marked("**{title}**").format(title=t("Which experts each task uses")))
    show(
        own_charts.gates(config, last),
        width="content",
        key="multitask_table_gates",
        alt=t("Mean gate weight of each expert, for each task"),
    )
    st.caption(
        t(
            "Mean over test rows and seeds. In each seed the experts stand in the order of the task that uses them more, which alone makes the bars lean a little. Distance between the tasks' mean gates in MMoE: {distance} (0 the same, 1 disjoint).",
            distance=f"{own_charts.gate_distance(last.metrics['mmoe.gates']):.2f}",
        )
    )


def _plain(last: Frame) -> list[str]:
    """The plain models that were compared: a comparison of an older version has fewer."""
    return [
        name
        for name in (*PLAIN, PRESENT)
        if f"{name}.error" in last.metrics and not np.isnan(last.metrics[f"{name}.error"]).any()
    ]


def sentence(found: Answer) -> str:
    """The answer in words."""
    best = TITLES[found.best]
    plain = found.plainest
    if plain is not None and plain.mean < 0:
        return (
            t("{name} has a lower error than every structure: none of them pays here.", name=name_of(plain.name))
            if plain.clear
            else t("No structure is clearly better here than {name}.", name=name_of(plain.name))
        )
    if found.clear:
        return t("Pick {best}: its error is the lowest, and every other structure's interval lies above it.", best=best)
    tied = ", ".join(TITLES[name] for name in found.tied)
    if len(found.tied) == len(found.rivals):
        return t(
            "No difference that matters between {all}: pick the one with fewest parameters, {simplest}.",
            all=", ".join((best, tied)),
            simplest=TITLES[found.choice],
        )
    return t(
        "Pick {simplest}: no difference that matters between {all}, and it has the fewest parameters of them.",
        simplest=TITLES[found.choice],
        all=", ".join((best, tied)),
    )
