"""A log that lies on the server: listed, its columns read from its first rows, prepared in a training process, and its sample."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from engine.big_log import bucket
from engine.big_log.folder import DATA
from engine.big_log.shards import SHARDS
from engine.errors import UserError
from engine.recommender import ShardsConfig
from engine.recommender.own_log.found import Found, found_in
from engine.recommender.own_log.streamed.prepared import HEAD, NAME, sample_of
from engine.runs.frame import Frame
from engine.runs.service.run import Run, State, View
from engine.tables.form import form_in
from pages.recommender.where import PLACE
from pages.ui.language import explain, listed, sentences, t
from pages.ui.marked import Marked
from pages.ui.run import file_form, polling, reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.house import owner

RUNS, CHOSEN = "recommender_log_runs", "recommender_log"
LISTED_SECONDS = 30
Offer = Callable[[reading.Reading[Found], Frame, str], str]
Key = tuple[str, tuple[int, int]]
"""What was asked, and of which state of the files."""


def offered() -> bool:
    """Whether this server offers logs of its own."""
    return bool(os.environ.get(DATA))


@st.cache_data(ttl=LISTED_SECONDS, max_entries=2, show_spinner=False)
def _lying(said: str) -> dict[str, tuple[int, int]]:
    """By name how many files, and how many bytes."""
    return {one.name: (one.files, one.bytes) for one in bucket.offered({DATA: said}) or ()}


def draw(roles: Mapping[str, str], offer: Offer) -> str:
    """The choice, how its columns are read, what is prepared; `offer` draws what follows with the sample, what the whole log
    holds, and the name of what was prepared. What it returns, "" before."""
    try:
        there = _lying(os.environ[DATA])
    except UserError as error:
        st.error(explain(error))
        return ""
    if not there:
        st.info(t("The server's folder holds neither parquet nor CSV files."))
        return ""
    name = _chosen(there)
    if name is None:
        return ""
    config = ShardsConfig(log=name)
    view = _asked(config, there[name], t("Reading its first rows"))
    if view is None:
        return ""
    data, mark = bytes(view.frames[-1].metrics[HEAD]), f"head_{config.digest}_{there[name][1]}"
    head = reading.Upload(f"{PLACE.playground}_head", name, mark, lambda: data)
    offered, told = Decisions(form=False, roles=roles), file_form.told_of(PLACE, head)
    try:
        read = reading.read(head, found_in, rated="all", told=told)
    except UserError as error:
        st.error(explain(error))
        file_form.decide(PLACE, head, reading.form(head, form_in).names, offered)
        return ""
    columns = listed(t(roles[role]) + ": " + column for role, column in read.found.roles.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            t("By its first {rows} rows read as {columns}.", rows=f"{read.found.opened.rows:,}", columns=columns)
        )
        file_form.decide(PLACE, head, read.found.opened.names, offered)
    return _prepare(name, there[name], told, offer)


def _chosen(there: Mapping[str, tuple[int, int]]) -> str | None:
    """Which of those that lie there; the URL names it."""
    linked = st.query_params.get(CHOSEN, "")
    name = st.selectbox(
        t("File or folder"), list(there), index=list(there).index(linked) if linked in there else None, key=CHOSEN,
        format_func=lambda one: _titled(one, *there[one]), placeholder=t("Choose a file, or a folder of files"),
        help=t("What lies in the folder that the server's operator names: parquet and CSV files, files whose names differ in digits, and folders of them, with the columns that folders are named after."),
    )  # fmt: skip
    if name is None:
        st.query_params.pop(CHOSEN, None)
    else:
        st.query_params[CHOSEN] = name
    return name


def _titled(name: str, files: int, size: int) -> str:
    held = f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
    return f"{name} · {held}" if files == 1 else f"{name} · {t('{files} files', files=f'{files:,}')} · {held}"


def _prepare(name: str, state: tuple[int, int], told: str, offer: Offer) -> str:
    """The button, the progress, and what comes of it."""
    config = ShardsConfig(log=name, whole="yes", told=told)
    if (config.digest, state) not in _runs():
        st.button(t("Prepare this log"), type="primary", icon=":material/database:", key="recommender_prepare",
                  on_click=_begin, args=(config, state))  # fmt: skip
        st.caption(t(
            "A training process parts the log by user into {shards} shards, sorts them and reads every row. What is prepared stays on the server, for everybody; what is cancelled goes on later where it was.",
            shards=SHARDS,
        ))  # fmt: skip
        return ""
    view = _asked(config, state, t("Preparing"))
    return "" if view is None else _offer(view.frames[-1], told, offer)


def _offer(whole: Frame, told: str, offer: Offer) -> str:
    _said(whole)
    shards, seed = bytes(whole.metrics[NAME]).decode(), int(whole.metrics["sample.seed"])
    sample = reading.Upload(PLACE.playground, shards, f"{shards}_{seed}", sample_of(shards, seed).read_bytes)
    try:
        read = reading.read(sample, found_in, rated="all", told=told)
        _doubts(read.found)
        return offer(read, whole, shards)
    except UserError as error:
        st.error(explain(error))
    except OSError:
        st.error(t("The log is no longer prepared on the server. Prepare it again."))
    return ""


def _doubts(sample: Found) -> None:
    """What is to be looked at in the sample."""
    lines = [t(one.sentence, **one.values) for one in sample.opened.doubts]
    if lines:
        with st.expander(t("To look at in the sample: {count}", count=len(lines))):
            st.markdown(Marked("\n").join(Marked("- {line}").format(line=line) for line in lines))


def _said(whole: Frame) -> None:
    """What the log holds, and what of it the sample is."""
    count = {name: int(whole.metrics[name]) for name in ("rows", "watches", "first", "last", "twice", "left")}
    sample = {name: int(whole.metrics[f"sample.{name}"]) for name in ("users", "all_users", "all_items", "events")}
    first, last = (pd.Timestamp(count[end], unit="s").strftime("%Y-%m-%d") for end in ("first", "last"))
    held = [t("{first} to {last}. Rows: {rows}, of them watches: {watches}. Users: {users}. Items: {items}.", first=first, last=last,
              rows=f"{count['rows']:,}", watches=f"{count['watches']:,}", users=f"{sample['all_users']:,}", items=f"{sample['all_items']:,}")]  # fmt: skip
    if count["twice"]:
        held.append(t("Rows that stood there twice: {rows}.", rows=f"{count['twice']:,}"))
    if count["left"]:
        held.append(t("Rows left out, since they cannot be read: {rows}.", rows=f"{count['left']:,}"))
    st.caption(sentences(held))
    if sample["users"] == sample["all_users"]:
        st.caption(t("All of it fits into memory: the sample is the whole log."))
        return
    st.caption(t(
        "Its sample: {users} of its users, drawn by a hash, with all {rows} rows of theirs. What stands on stage, what the network is judged by, the methods beside it and ranking are of the sample. An item that nobody in it watched has no vector.",
        users=f"{sample['users']:,}", rows=f"{sample['events']:,}",
    ))  # fmt: skip


def _runs() -> dict[Key, Run]:
    """This tab's, by what was asked."""
    held: dict[Key, Run] = st.session_state.setdefault(RUNS, {})
    return held


def _begin(config: ShardsConfig, state: tuple[int, int]) -> None:
    """Callback too: one at a time, what went on before is given up."""
    for key, run in list(_runs().items()):
        if run.state.active:
            training.service().stop(run)
            del _runs()[key]
    with training.refusals_told():
        run = training.service().submit(config, owner(), work="prepare", background=True)
        _runs()[config.digest, state] = run


def _asked(config: ShardsConfig, state: tuple[int, int], doing: str) -> View | None:
    """What has become of a question to a training process, once it is answered; until then its progress stands here."""
    if (config.digest, state) not in _runs():
        _begin(config, state)
    run = _runs().get((config.digest, state))
    if run is None:
        return None  # refused, and told below the run bar
    view = training.service().view(run)
    if view.active:
        polling.polled(
            partial(_progress, run, doing), "recommender_log_progress", partial(_stamp, run), lambda: run.state.active
        )
        return None
    if view.state == State.FINISHED and view.frames:
        return view
    if view.state == State.STOPPED and not view.sentence:
        st.info(t("Cancelled. What was done by then is kept."))
    else:
        st.error(training.status(view))
    st.button(t("Go on"), icon=":material/replay:", key="recommender_log_again", on_click=_begin, args=(config, state))
    return None


def _stamp(run: Run) -> object:
    view = training.service().view(run)
    return view.state, view.place, view.step


def _progress(run: Run, doing: str) -> None:
    """Drawn anew whenever it has come on; once it is over the whole page is."""
    view = training.service().view(run)
    if not view.active:
        st.rerun()
    said = training.status(view) if view.state == State.QUEUED else doing
    if view.state == State.RUNNING and view.step:
        said = t("{doing}: part {part} of {parts}", doing=doing, part=view.step, parts=view.steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.step / view.steps, 1.0) if view.steps else 0.0, text=said)
        st.button(t("Cancel"), icon=":material/stop:", key="recommender_log_stop", on_click=training.service().stop, args=(run,))  # fmt: skip
