"""Your pairs: a file of queries and the documents that answer them, trained on and looked at through the same stage."""

from __future__ import annotations

import streamlit as st

from engine.matching import PairsConfig
from engine.matching.own_pairs.files import together
from engine.matching.own_pairs.pairs import Found, enough, found_in
from engine.runs.config import IntRange
from engine.runs.service.run import State
from pages.matching import own_answer, own_taken, where
from pages.matching.own_answer import ASKS
from pages.matching.where import PLACE
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, t
from pages.ui.run import reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.live import with_each_frame
from pages.ui.run.own_file import TABLES, again, choose_file, train_button, with_file
from pages.ui.run.reading import Reading, Upload

ROLES = {"query": N_("query"), "document": N_("document"), "label": N_("label or clicks"), "query_id": N_("number of the query"), "score": N_("score of my present model")}  # fmt: skip
WHY = {
    "own": N_("{lists} queries have candidates of their own that differ in their label, so models are asked which is right; {possible}."),
    "pairs": N_("Labels say what belongs together, and few queries have several candidates, so models are asked that of every pair; {possible}."),
    "search": N_("The file names no wrong documents, so models are asked to find the right one among all; {possible}."),
}  # fmt: skip


def draw() -> None:
    """The file, what is in it, and the button; the run goes on the stage above, its answer stands here."""
    file = choose_file(
        PLACE,
        t("A table of queries and documents"),
        TABLES,
        t(
            "TSV, CSV, JSON lines or parquet with query, document and, if there is one, label or clicks, packed or not; or question-passage files in SQuAD's form (XQuAD, CMRC). It stays in this browser session."
        ),
    )
    second = st.file_uploader(
        t("A second file as the test, if there is one"), type=list(TABLES), key=again(PLACE, "second"),
        help=t("Of the same form. Its queries are not learnt from; without it a fifth of the queries is the test."),
    )  # fmt: skip
    if file is not None and second is not None:
        file = _both(file, reading.uploaded(PLACE.playground, second))
    how = {"bind": "query-params"}
    with st.container(horizontal=True):
        steps = controls.whole_number(
            t("Training steps, at most (0: as suits the file)"), IntRange(0, 50_000), 0, key="matching_pairs_steps", step=100,
            help=t("Of each seed. A model stops where the validation queries no longer gain."), **how,
        )  # fmt: skip
        runs = controls.whole_number(
            t("Seeds (0: as suits the file)"), IntRange(0, 12), 0, key="matching_pairs_runs", **how
        )
    offered = with_file(PLACE, file, found_in, lambda read: _offer(read, steps, runs), Decisions(roles=ROLES))
    run = training.current()
    if run is not None and isinstance(run.config, PairsConfig):
        if offered and offered != run.config.table:
            st.info(t("On stage is still the run on another file; its measures are these."))
        with_each_frame(_progress, "matching_own_answer")


def _both(first: Upload, second: Upload) -> Upload:
    name = f"{first.name} + {second.name}"
    return Upload(first.box, name, f"{first.mark}+{second.mark}", lambda: together(first.data(), second.data()))


def _offer(read: Reading[Found], steps: int, runs: int) -> str:
    """Show what the file holds, and the button; the file's hash."""
    found = read.found
    st.caption(
        t(
            "{pairs} pairs, {right} of them right; {queries} queries and {documents} documents, read as {language}. {train} queries to learn from, {validation} to choose by, {test} to test on.",
            language=t("Chinese characters") if found.language == "zh" else t("English words"),
            **{name: f"{getattr(found, name):,}" for name in ("pairs", "right", "queries", "documents", "train", "validation", "test")},
        )
        + (" " + t("The test is the second file.") if found.second else "")
    )  # fmt: skip
    suits = enough(found)
    config = PairsConfig(
        question=_asked(found), steps=steps or suits["steps"], runs=runs or suits["runs"], batch_size=suits["batch_size"],
        tried=suits["tried"], language=found.language, table=read.table.digest, told=read.told,
    )  # fmt: skip
    st.caption(
        t(
            "Seeds: {runs}, of at most {steps} steps each, on {size} pairs at a time; rates tried for each model: {tried}.",
            runs=config.runs, steps=f"{config.steps:,}", size=config.batch_size, tried=config.tried,
        )
    )  # fmt: skip
    train_button(PLACE, t("Train on these pairs"), config, read.table, "pairs", where.forget_query)
    return read.table.digest


def _asked(found: Found) -> str:
    """What the models are asked: what the file does, unless another question is chosen."""
    chosen = one_of(
        t("What the models are asked"), found.possible, found.question, key="matching_pairs_question",
        name_of=lambda one: t(ASKS[one]),
    )  # fmt: skip
    more = t("other questions can be chosen") if len(found.possible) > 1 else t("its labels admit no other question")
    st.caption(t(WHY[found.question], lists=f"{found.lists:,}", possible=more))
    return chosen if chosen in found.possible else found.question


def _progress() -> None:
    """The answer of the run so far."""
    run, view = training.current(), training.view_of(training.current())
    if run is None or view is None or not isinstance(run.config, PairsConfig):
        return
    last = own_answer.answered(view.frames)
    if view.state == State.FAILED:
        st.error(training.status(view))
    elif last is None:
        st.info(training.status(view) + " · " + t("the test is read after each seed"))
    else:
        own_answer.result(run.config, last)
        own_taken.draw(run.config, last)
