"""Your pairs: a file of queries and the documents that answer them, trained on and looked at through the same stage."""

from __future__ import annotations

import streamlit as st

from engine.matching import PairsConfig
from engine.matching.own_pairs.pairs import Found, found_in
from engine.runs.config import IntRange
from pages.matching import measures, where
from pages.matching.shown import shown
from pages.matching.where import PLACE
from pages.ui.controls import controls
from pages.ui.language import N_, t
from pages.ui.run.file_form import Decisions
from pages.ui.run.own_file import TABLES, choose_file, train_button, with_file
from pages.ui.run.reading import Reading

ROLES = {"query": N_("query"), "document": N_("document"), "label": N_("label or clicks"), "query_id": N_("number of the query"), "score": N_("score")}  # fmt: skip


def draw() -> None:
    """The file, what is in it, and the button; the run goes on the stage above, its measures stand here."""
    file = choose_file(
        PLACE,
        t("A table of queries and documents"),
        TABLES,
        t(
            "TSV, CSV, JSON lines or parquet with query, document and, if there is one, label or clicks, packed or not; or question-passage files in SQuAD's form (XQuAD, CMRC). It stays in this browser session."
        ),
    )
    steps = controls.whole_number(
        t("Training steps"), IntRange(50, 5_000), 600, key="matching_pairs_steps", bind="query-params", step=100
    )
    offered = with_file(PLACE, file, found_in, lambda read: _offer(read, steps), Decisions(roles=ROLES))
    now = shown()
    if isinstance(now.config, PairsConfig):
        if offered and offered != now.config.table:
            st.info(t("On stage is still the run on another file; its measures are these."))
        measures.table(now)


def _offer(read: Reading[Found], steps: int) -> str:
    """Show what the file holds, and the button; the file's hash."""
    found = read.found
    config = PairsConfig(steps=steps, language=found.language, table=read.table.digest, told=read.told)
    st.caption(
        t(
            "{pairs} pairs, {documents} documents, read as {language}. {train} queries to learn from, {test} held out, ranked over {pool} documents.",
            pairs=f"{found.pairs:,}",
            documents=f"{found.documents:,}",
            language=t("Chinese characters") if found.language == "zh" else t("English words"),
            train=f"{found.train:,}",
            test=f"{found.test:,}",
            pool=f"{found.pool:,}",
        )
    )
    train_button(PLACE, t("Train on these pairs"), config, read.table, "pairs", where.forget_query)
    return read.table.digest
