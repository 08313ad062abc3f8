"""Of a funnel behind a model server: how long its stages take, what a watch more changes, and what it bears under load."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.serving.request import request
from engine.runs.frame import Array
from pages.recommender import naming
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.shown import Shown
from pages.ui.language import t
from serving.client import Client, Exchange, Load, load, watched_now
from serving.funnel import Funnel

LOADED, WANTED, WATCHED = (f"recommender_{name}" for name in ("loaded", "load_wanted", "watched_now"))
TIMED, CLIENTS, SECONDS = 100, 4, 10.0
OUTPUTS = ("videos", "odds", "milliseconds")
_LOADING = threading.Lock()
"""One load at a time, whoever asks for it."""


@cached_per_run(12)
def timed(
    digest: str, step: int, _now: Shown, url: str, user: int, day: float, without: tuple[int, ...], _here: Funnel
) -> Mapping[str, Array]:
    """Milliseconds (N,) of the stages of requests, one after another, and of the whole here and over the network."""
    given = request(_now.site, user, day, without)
    client = Client(url)
    stages: list[Array] = []
    whole: list[float] = []
    alone: list[float] = []
    until = time.perf_counter() + SECONDS / 2
    while len(whole) < TIMED and time.perf_counter() < until:
        one = client.infer("recommend", given, OUTPUTS)
        stages.append(one.tensors["milliseconds"][0])
        whole.append(one.milliseconds)
        begun = time.perf_counter()
        _here.recommend(given)
        alone.append((time.perf_counter() - begun) * 1_000)
    client.close()
    user_, recall, rank = np.array(stages).T
    return {"user": user_, "recall": recall, "rank": rank, "whole": np.array(whole), "alone": np.array(alone)}


def stages(spent: Mapping[str, Array]) -> None:
    """p50 and p99 of each."""
    way = spent["whole"] - spent["user"] - spent["recall"] - spent["rank"]
    rows = {
        t("the user's vector"): spent["user"],
        t("recall"): spent["recall"],
        t("ranking"): spent["rank"],
        t("JSON, network and waiting"): way,
        t("the whole, by the server"): spent["whole"],
        t("the whole, in this process"): spent["alone"],
    }
    st.dataframe(
        pd.DataFrame(
            {
                t("stage"): list(rows),
                "p50 (ms)": [f"{np.percentile(one, 50):.2f}" for one in rows.values()],
                "p99 (ms)": [f"{np.percentile(one, 99):.2f}" for one in rows.values()],
            }
        ),
        hide_index=True,
        height="content",
        alt=t("Milliseconds of each stage"),
    )
    st.caption(
        t("{count} requests, one after another, on whatever this computer is doing besides.", count=len(spent["whole"]))
    )


def fresh(now: Shown, client: Client, given: Mapping[str, Array], exchange: Exchange) -> None:
    """A watch more at the next request, and no training."""
    before = [int(video) for video in exchange.tensors["videos"][0] if video >= 0]
    chosen = st.selectbox(
        t("Watch this now"), before, index=None, key=WATCHED, format_func=lambda video: naming.title(now.site, video),
        placeholder=t("one of the videos that the server shows"),
    )  # fmt: skip
    if chosen is None:
        return
    after = client.infer("recommend", watched_now(given, chosen)).tensors
    then, u = [int(video) for video in after["videos"][0] if video >= 0], exchange.tensors["u"][0]
    moved = float(np.linalg.norm(after["u"][0] - u) / max(float(np.linalg.norm(u)), 1e-9))
    st.markdown(
        t(
            "A second later, with no training in between: u moved by {moved} of its length, and **{new}** of the {shown} shown are others.",
            moved=f"{moved:.1%}",
            new=len(set(then) - set(before)),
            shown=len(then),
        )
    )
    most = max(len(before), len(then))
    names = [[naming.title(now.site, video) for video in some] + [""] * (most - len(some)) for some in (before, then)]
    new = ["●" if video not in before else "" for video in then] + [""] * (most - len(then))
    st.dataframe(
        pd.DataFrame({t("before"): names[0], t("after"): names[1], t("new"): new}), hide_index=True, height=240, alt=t("Lists before and after the watch")
    )  # fmt: skip
    row = int(now.site.row(np.array([chosen]))[0])
    if row >= 0 and not bool(now.server.net.watched.weight[row].any()):
        st.caption(t("This recording keeps the watch embeddings of the offered users' watches alone: this video has none, so the watch moves u by its place in the mean. A run of your own keeps all."))  # fmt: skip


def under_load(now: Shown, given: Mapping[str, Array], url: str) -> None:
    """Bounded, and only when asked for."""
    at = f"{now.config.digest}:{now.frame.step}"
    label = t("Load it for {seconds} seconds", seconds=f"{SECONDS:.0f}")
    st.button(label, key=LOADED + "_button", icon=":material/speed:", on_click=_ask_for_load, args=(at,))
    if st.session_state.get(WANTED) == at:
        if not _LOADING.acquire(blocking=False):
            st.session_state[WANTED] = ""
            st.info(t("Somebody else is loading the server now."))
            return
        try:
            with st.spinner(t("Loading the server"), show_time=True):
                st.session_state[LOADED] = at, load(url, "recommend", given, OUTPUTS[:2], CLIENTS, SECONDS)
                st.session_state[WANTED] = ""
        finally:
            _LOADING.release()
    of, found = st.session_state.get(LOADED, ("", None))
    if of == at and isinstance(found, Load) and len(found.milliseconds):
        st.markdown(
            t(
                "**{rate} recommendations a second** for {clients} clients at once: {count} in {seconds} s, {lost} lost; p50 {half} ms, p99 {most} ms.",
                rate=f"{len(found.milliseconds) / found.seconds:,.0f}",
                clients=CLIENTS,
                count=f"{len(found.milliseconds):,}",
                seconds=f"{found.seconds:.1f}",
                lost=found.lost,
                half=f"{np.percentile(found.milliseconds, 50):.1f}",
                most=f"{np.percentile(found.milliseconds, 99):.1f}",
            )
        )


def _ask_for_load(at: str) -> None:
    """Remembered until it is done: a rerun may come between the click and this part of the page."""
    st.session_state[WANTED] = at
