"""Your pairs: a file of queries and documents, trained on and looked at through the same stage."""

from __future__ import annotations

import streamlit as st

from engine.errors import UserError
from engine.matching import PairsConfig
from engine.matching.data.pairs import found_in
from engine.runs.config import Whole
from pages.matching import PLAYGROUND, live, measures
from pages.matching.shown import shown
from pages.matching.where import PLACE
from pages.ui import language
from pages.ui.controls import controls
from pages.ui.language import t
from pages.ui.pieces.section import own_section
from pages.ui.run import reading


def draw() -> None:
    """Closed at first; the run goes on the stage above."""
    own_section(t("Your pairs of query and document"), PLACE.open_key("own_pairs"), _opened)


def _opened() -> None:
    file = st.file_uploader(
        t("A table of queries and documents"),
        type=["tsv", "csv", "jsonl", "json", "txt"],
        key="matching_upload",
        help=t(
            "TSV, CSV or JSONL with query, document and, if there is one, label or clicks; or question-passage files in SQuAD's form (XQuAD, CMRC). It stays in this browser session."
        ),
    )
    steps = controls.whole_number(
        t("Training steps"), Whole(50, 5_000), 600, key="matching_pairs_steps", bind="query-params", step=100
    )
    offered = _offer(reading.uploaded(PLAYGROUND.name, file), steps) if file is not None else ""
    now = shown()
    if isinstance(now.config, PairsConfig):
        if offered and offered != now.config.table:
            st.info(t("On stage is still the run on another file; its measures are these."))
        measures.table(now)


def _offer(file: reading.Upload, steps: int) -> str:
    """Show what the file holds, and the button; its hash, "" where it cannot be used."""
    try:
        read = reading.read(file, found_in)
        found = read.found
        config = PairsConfig(steps=steps, language=found.language, table=read.table.digest)
    except UserError as error:
        st.error(language.explain(error))
        return ""
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
    st.button(
        t("Train on these pairs"),
        type="primary",
        icon=":material/play_arrow:",
        key="matching_train_pairs",
        on_click=live.train_pairs,
        args=(config, read.table),
    )
    return read.table.digest
