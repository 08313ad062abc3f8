"""What a run on the viewer's own pairs answers: a pick, a line for each model, and what they were measured by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from engine.matching import PairsConfig
from engine.matching.ladder import TITLES
from engine.matching.own_pairs.comparison import WITHOUT
from engine.matching.own_pairs.judged import MEASURES, difference
from engine.matching.own_pairs.parts import QUESTIONS
from engine.runs.frame import Array, Frame
from engine.runs.studies.verdict import Outcome
from pages.matching import ranking
from pages.ui.language import N_, bare, listed, sentences, t
from pages.ui.marked import Marked
from pages.ui.numbers import signed
from pages.ui.pieces.verdict import badge_of

ASKS = {
    "own": N_("Which of a query's own candidates is right?"),
    "pairs": N_("Does a pair belong together?"),
    "search": N_("Which of all documents is right for a query?"),
}
NAMED = {"map": "MAP", "mrr": "MRR", "ndcg": "NDCG@10", "auc": "AUC", "accuracy": N_("accuracy")}
METHODS = ranking.NAMES | {"score": N_("My present model")}


def result(config: PairsConfig, last: Frame) -> None:
    """The pick first, then model by model, the table, and what it rests on."""
    question = question_of(last)
    st.markdown(Marked("**{asks}** {answer}").format(asks=t(ASKS[question]), answer=sentence(config, last)))
    st.markdown(Marked("\n").join(Marked("- {line}").format(line=line) for line in lines(config, last)))
    st.dataframe(table(last, question), hide_index=True, height="content", alt=t("Measures on the test queries"))
    st.caption(rests_on(config, last))
    others = [one for one in QUESTIONS if one != question and f"{config.models[0]}.{one}" in last.metrics]
    if others:
        with st.expander(t("The same models by other questions")):
            for one in others:
                st.caption(t(ASKS[one]))
                st.dataframe(table(last, one), hide_index=True, height="content", alt=t("Measures on the test queries"))
            st.caption(t("They were not trained for these."))


def question_of(last: Frame) -> str:
    """What the models were trained and judged for."""
    return QUESTIONS[int(last.metrics["question"])]


def _untrained(last: Frame, question: str) -> list[str]:
    return [name for name in WITHOUT if f"{name}.{question}" in last.metrics]


def _value(last: Frame, question: str, name: str) -> tuple[float, float, float]:
    mean, low, high = (float(value) for value in last.metrics[f"{name}.{question}"][0])
    return mean, low, high


def _best(last: Frame, question: str, names: list[str]) -> str:
    return max(names, key=lambda name: _value(last, question, name)[0])


def outcome(low: float, high: float) -> Outcome:
    """What an interval of a difference says."""
    return Outcome.HOLDS if low > 0 else Outcome.FAILS if high < 0 else Outcome.CANNOT_TELL


def pick(config: PairsConfig, last: Frame) -> str:
    """Among the models that are not clearly worse than the best one, the one with fewest parameters; or what needs no training,
    where no model is clearly better than that."""
    question = question_of(last)
    best = _best(last, question, list(config.models))
    rivals = _untrained(last, question)
    rival = _best(last, question, rivals)
    if difference(last.metrics, question, best, rival)[1] <= 0:
        return rival
    near = [name for name in config.models if difference(last.metrics, question, best, name)[1] <= 0]
    return min(near, key=lambda name: _size(last.parameters, name))


def _size(parameters: Mapping[str, Array], model: str) -> int:
    return sum(one.size for name, one in parameters.items() if name.startswith(f"{model}."))


def sentence(config: PairsConfig, last: Frame) -> str:
    """The answer in words, by one rule."""
    question, chosen = question_of(last), pick(config, last)
    best = _best(last, question, list(config.models))
    if chosen in WITHOUT:
        return t("No model is clearly better here than {name}, which needs no training.", name=t(METHODS[chosen]))
    if chosen == best:
        return t("Pick {model}: no other model is better, and what needs no training is clearly behind.", model=TITLES[chosen])  # fmt: skip
    return t(
        "Pick {model}: {best} is not clearly better, and has more parameters.", model=TITLES[chosen], best=TITLES[best]
    )


def lines(config: PairsConfig, last: Frame) -> list[str]:
    """Each model with its interval, beside the best that needs no training, and over pairs beside a coin."""
    question = question_of(last)
    measure, rival = _measure(MEASURES[question][0]), _best(last, question, _untrained(last, question))
    found: list[str] = []
    for model in config.models:
        mean, low, high = _value(last, question, model)
        gain, least, most = difference(last.metrics, question, model, rival)
        line = t(
            "**{model}**: {measure} {mean} (95% interval {low} to {high}); better than {rival} by {gain} ({least} to {most}): {verdict}",
            model=TITLES[model], measure=measure, rival=t(METHODS[rival]), verdict=badge_of(outcome(least, most)),
            mean=f"{mean:.3f}", low=f"{low:.3f}", high=f"{high:.3f}", gain=signed(gain, 3), least=signed(least, 3), most=signed(most, 3),
        )  # fmt: skip
        if question == "pairs":
            line += " " + t("Above a coin's 0.5: {verdict}", verdict=badge_of(outcome(low - 0.5, high - 0.5)))
        found.append(line)
    return found


def _measure(name: str) -> str:
    return t(NAMED[name]) if name == "accuracy" else NAMED[name]


def table(last: Frame, question: str) -> pd.DataFrame:
    """Every method by every measure of a question, with intervals."""
    rows = []
    for name, title in METHODS.items():
        if f"{name}.{question}" not in last.metrics:
            continue
        row: dict[str, str] = {t("model"): t(title)}
        for measure, (mean, low, high) in zip(MEASURES[question], last.metrics[f"{name}.{question}"], strict=True):
            row[_measure(measure)] = f"{mean:.3f} [{low:.3f}, {high:.3f}]"
        rows.append(row)
    return pd.DataFrame(rows)


def rests_on(config: PairsConfig, last: Frame) -> str:
    """What the numbers are of."""
    count = {name: int(last.metrics[f"test.{name}"]) for name in ("queries", "pairs", "lists", "right")}
    seeds = int(last.metrics["seeds"])
    told = [
        t(
            "{queries} test queries with {pairs} pairs, {right} of them right; {lists} queries have candidates to put in order. Seeds so far: {seeds} of {runs}. Intervals are of test queries and seeds together.",
            **{name: f"{value:,}" for name, value in count.items()}, seeds=seeds, runs=config.runs,
        ),
        t("Other queries, which the stage shows, stopped each model and chose its rate: {rates}.", rates=listed(
            Marked("{model} {rate}").format(model=TITLES[model], rate=f"{float(last.metrics[f'{model}.rate']):g}")
            for model in config.models
        )),
    ]  # fmt: skip
    if question_of(last) == "pairs":
        most = max(count["right"], count["pairs"] - count["right"]) / max(count["pairs"], 1)
        told.append(t("Accuracy: above a threshold that those queries chose; always the more frequent label would be right in {most}.", most=f"{most:.3f}"))  # fmt: skip
    return sentences(told)


def answered(frames: tuple[Frame, ...] | list[Frame]) -> Frame | None:
    """The last frame with what the test says; None while there is none."""
    return next((frame for frame in reversed(frames) if "seeds" in frame.metrics), None)


def predictions(last: Frame, query: list[str], document: list[str], grade: Array) -> pd.DataFrame:
    """One row for each pair of the test, with what every method says of it; models of the first seed."""
    columns: dict[str, object] = {bare("query"): query, bare("document"): document, bare("label"): grade}
    for name, title in METHODS.items():
        if f"predicted.{name}" in last.parameters:
            columns[bare(title)] = np.asarray(last.parameters[f"predicted.{name}"], float)
    return pd.DataFrame(columns)
