"""Your pairs: a file of queries and documents, trained on and looked at through the same stage."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.matching import PairsConfig
from engine.matching.config import TITLES
from engine.matching.measures import Judge
from engine.matching.pairs import log_of_pairs, pairs_config, read_pairs
from engine.runs.config import Whole
from engine.runs.frame import Array
from pages.matching import live, ranking
from pages.matching.where import PLACE
from pages.ui import controls, language, training, uploads
from pages.ui.language import t
from pages.ui.live import RUN
from pages.ui.section import section


def draw() -> None:
    """Closed at first; the run goes on the stage above."""
    body = section(t("Your pairs of query and document"), PLACE.open_key("own_pairs"), ":material/upload_file:")
    if body is None:
        return
    with body:
        file = st.file_uploader(
            t("A table of queries and documents"),
            type=["tsv", "csv", "jsonl", "json", "txt"],
            key="matching_upload",
            help=t(
                "TSV, CSV or JSONL with query, document and, if there is one, label or clicks; or question-passage files in SQuAD's form (XQuAD, CMRC). It stays in this browser session."
            ),
        )
        steps = controls.whole_number(
            t("Training steps"), Whole(50, 5_000), 400, key="matching_pairs_steps", bind="query-params", step=100
        )
        if file is not None:
            _offer(file.getvalue(), steps)
        now = live.shown()
        if isinstance(now.config, PairsConfig):
            result(now)


def _offer(data: bytes, steps: int) -> None:
    try:
        digest, path = uploads.keep(data)
        pairs = read_pairs(data)
        log = log_of_pairs(pairs)
        config = pairs_config(pairs, digest, PairsConfig(steps=steps, frames=16))
    except UserError as error:
        st.error(language.explain(error))
        return
    st.caption(
        t(
            "{pairs} pairs, {documents} documents, read as {language}. {train} queries to learn from, {test} held out, ranked over {pool} documents.",
            pairs=f"{len(pairs):,}",
            documents=f"{len(log.documents):,}",
            language=t("Chinese characters") if log.language == "zh" else t("English words"),
            train=f"{len(log.train):,}",
            test=f"{len(log.test):,}",
            pool=f"{len(log.pool):,}",
        )
    )
    if st.button(t("Train on these pairs"), type="primary", icon=":material/play_arrow:", key="matching_train_pairs"):
        st.session_state[live.TABLE] = str(path)
        training.train(config, path, "pairs")
        st.session_state[PLACE.shown] = RUN
        PLACE.go({PLACE.step: ""})
        st.rerun()


def result(now: live.Shown) -> None:
    """Held-out measures of the models at the moment on stage, and of the baselines."""
    judge, library = Judge(now.hand.library.log), now.hand.library
    found = {name: judge.measures(one) for name, one in now.hand.baselines.scores(library.test).items()}
    last = now.recording.frames[-1]
    for model in now.config.models:
        found[model] = {name: last.metrics[f"{model}.{name}"] for name in ("ndcg", "mrr", "recall")}
    st.dataframe(
        pd.DataFrame([_row(name, one) for name, one in found.items()]),
        hide_index=True,
        height="content",
        alt=t("Held-out measures"),
    )
    best = max(found, key=lambda name: float(found[name]["mrr"]))
    known = TITLES.get(best)
    st.markdown(
        t("Best by mean reciprocal rank: **{name}**. The trained models pay off here.", name=known)
        if known
        else t(
            "Best by mean reciprocal rank: **{name}**, which needs no training: with so few pairs it is hard to beat.",
            name=t(ranking.NAMES[best]),
        )
    )


def _row(name: str, measures: dict[str, Array]) -> dict[str, str]:
    ndcg, recall = measures["ndcg"], measures["recall"]
    return {
        t("model"): t(ranking.NAMES[name]),
        "recall@1": f"{recall[0]:.3f}",
        "recall@10": f"{recall[1]:.3f}",
        "MRR": f"{float(measures['mrr']):.3f}",
        "NDCG@1": f"{ndcg[0]:.3f}",
        "NDCG@3": f"{ndcg[1]:.3f}",
        "NDCG@10": f"{ndcg[2]:.3f}",
    }
