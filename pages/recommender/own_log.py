"""Your log: a file of who watched what when, trained on and looked at through the same stage."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from engine.recommender import OwnLogConfig, StreamedConfig
from engine.recommender.own_log.found import Found, found_in
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import enough_steps, own_config
from engine.runs.config import IntRange
from engine.runs.frame import Frame
from engine.runs.service.run import State
from engine.tables.beside import joined
from engine.tables.roles.clock import LINE
from pages.recommender import server_log, where
from pages.recommender.measured import measured
from pages.recommender.settings import WEIGHTING
from pages.recommender.where import PLACE
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.run import reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.live import with_each_frame
from pages.ui.run.own_file import TABLES, choose_file, train_button, with_file

ROLES = {
    "user": N_("user"),
    "item": N_("item"),
    "time": N_("time"),
    "clicked": N_("watched or not"),
    "watched": N_("watch time"),
    "length": N_("length"),
    "rating": N_("rating"),
    "author": N_("channel"),
    "uploaded": N_("upload"),
    "page": N_("page"),
    "event": N_("event"),
}
UNITS = {1e-3: N_("milliseconds"), 1.0: N_("seconds"), 60.0: N_("minutes")}
RATED = {"all": N_("Every rating"), "liked": N_("From 4 of 5 up")}

ASKED = {"last": N_("Each user's last watch"), "moment": N_("The next watch after one moment for all")}
LEAKS = {
    "last": N_("Each user is asked at a moment of their own: the models have learnt from what others watched after it, which no server could have."),
    "moment": N_("Nine tenths of the rows come before the moment and are learnt from; of each user the next watch after it is asked, and nothing later is seen by anything. Who watches only before or only after it is not asked, and items that are new then cannot be found."),
}  # fmt: skip
"""What each way of asking leaks."""
LIES = {"upload": N_("A file of yours"), "server": N_("A log of this server")}
LEARNT = {"all": N_("The whole log, piece by piece"), "sample": N_("Its sample alone")}
STOP = {"steps": N_("At the last step"), "validation": N_("Once hits on validation stop rising")}


def draw() -> None:
    """The file, what is in it, and the button; the run goes on the stage above, its measures stand here."""
    offered = _read(_file()) if _uploaded() else server_log.draw(ROLES, _prepared)
    run = training.current()
    if run is not None and isinstance(run.config, OwnLogConfig):
        if offered and offered != run.config.table:
            st.info(t("On stage is still the run on another file; its measures are these."))
        with_each_frame(partial(_progress, run.config), "recommender_own_answer")


def _uploaded() -> bool:
    """Whether the log is the viewer's own file; else it is one of the server's, where that has any."""
    if not server_log.offered():
        return True
    lies = one_of(
        t("Where the log lies"), list(LIES), "upload", key="recommender_lies", name_of=lambda one: t(LIES[one])
    )
    return bool(lies == "upload")


def _prepared(sample: reading.Reading[Found], whole: Frame, shards: str) -> str:
    """The button for a log of the server that is prepared: the network learns from all of it, or from its sample as from a file."""
    learnt = one_of(t("Candidate generation learns from"), list(LEARNT), "all", key="recommender_learnt", name_of=lambda one: t(LEARNT[one]))  # fmt: skip
    log, digest = sample.found, sample.table.digest
    if learnt == "all":
        times = int(whole.metrics["sample.all_users"]) / max(int(whole.metrics["sample.users"]), 1)
        log = replace(log, examples=round(log.examples * times))
    config = replace(_settings(log, digest, "all", shards if learnt == "all" else ""), told=sample.told)
    work = "streamed" if learnt == "all" else "own"
    train_button(PLACE, t("Train on this log"), config, sample.table, work, where.forget)
    return digest


def _file() -> reading.Upload | None:
    """The file, or the sample log; what columns there may be."""
    file = choose_file(
        PLACE,
        t("A table with a user, an item and a time"),
        TABLES,
        t("CSV, TSV, JSON lines or parquet, packed or not, up to 64 MB and 1.2 million rows. It stays in this browser session and is deleted with it."),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        sample = st.toggle(t("Use a sample log"), key="recommender_sample", bind="query-params")
        st.download_button(
            t("Sample log (CSV)"), sample_log, "gatescope-log.csv", "text/csv",
            key="recommender_sample_file", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
    with st.popover(t("Columns and formats")):
        st.markdown(_columns())
    if file is None and sample:
        file = reading.Upload(PLACE.playground, "sample.csv", "sample", _sample)
    return None if file is None else _with_lists(file)


def _with_lists(file: reading.Upload) -> reading.Upload:
    """The log, and the lists that another system serves where a file of them is there."""
    with st.expander(t("The lists that my present system serves")):
        other = st.file_uploader(
            t("A file of user, item and rank; without a rank the order of the lines counts"), type=list(TABLES),
            key="recommender_upload_lists", help=t("They are judged by the same hits as the models, as they stand. Users and items are named as in the log."),
        )  # fmt: skip
    if other is None:
        return file
    log, lists = file.data, other.getvalue
    return reading.Upload(PLACE.playground, file.name, f"{file.mark}_{other.file_id}", lambda: joined(log(), lists()))


@st.cache_data(max_entries=1, show_spinner=False)
def _sample() -> bytes:
    return sample_log()


def _columns() -> str:
    lines = (
        t("**MovieLens**: `ratings.csv`, `u.data` and `ratings.dat` as they are. A rating counts as a watch."),
        t("**KuaiRand**: its columns as they are, in CSV or parquet; rows that stand there twice count once."),
        t("**Any table** with the columns `user_id`, `item_id` and `timestamp`, by these or other usual names, English or Chinese. Times are dates, or seconds or milliseconds since 1970."),
        t("`clicked` holds 0 for what was shown in vain; without this column a watch time of 0 says so. With negatives ranking is trained too, without them only candidate generation is."),
        t("`watch_seconds` (or `watch_ms`, `watch_minutes`) weights the positives of ranking. Without it each weighs 1: plain logistic regression."),
        t("`author_id`, `duration_seconds`, `upload_date` and `session_id` are used where they are: the channel, the length, the upload, and what stood on one page."),
    )  # fmt: skip
    return Marked("\n").join(Marked("- {line}").format(line=line) for line in lines)


def _read(file: reading.Upload | None) -> str:
    """Show what the file holds, and the button; its hash, "" where it cannot be used."""

    def use(read: reading.Reading[Found]) -> str:
        rated = "all"
        if read.found.decides == ("rating",):
            rated = one_of(
                t("Ratings that count as watches"), list(RATED), "all", key="recommender_rated",
                name_of=lambda one: t(RATED[one]),
            )  # fmt: skip
        if rated != "all" and file is not None:
            read = reading.read(file, found_in, rated=rated, told=read.told)
        return _offer(read, rated)

    return with_file(PLACE, file, found_in, use, Decisions(roles=ROLES), rated="all") or ""


def _offer(read: reading.Reading[Found], rated: str) -> str:
    _found(read.found)
    config = replace(_settings(read.found, read.table.digest, rated), told=read.told)
    train_button(PLACE, t("Train on this log"), config, read.table, "own", where.forget)
    return read.table.digest


def _found(log: Found) -> None:
    """What was read, and what is missing."""
    count = {name: f"{getattr(log, name):,}" for name in ("rows", "watches", "users", "items")}
    if log.roles.get("time") == LINE:
        held = t("Rows: {rows}, of them watches: {watches}. Users: {users}. Items: {items}.", **count)
    else:
        first, last = (pd.Timestamp(second, unit="s").strftime("%Y-%m-%d") for second in (log.first, log.last))
        held = t("{first} to {last}. Rows: {rows}, of them watches: {watches}. Users: {users}. Items: {items}.", first=first, last=last, **count)  # fmt: skip
    st.caption(held + (" " + t("Rows that stood there twice: {rows}.", rows=f"{log.twice:,}") if log.twice else ""))
    named = {role: t("order of the lines") if name == LINE else name for role, name in log.roles.items()}
    columns = listed(t(ROLES[role]) + ": " + name for role, name in named.items())
    if log.listed is not None:
        st.caption(t("Lists of the present system: {users} users of this log have one.", users=f"{log.listed:,}"))
    unit = t(" Watch times are in {unit}.", unit=t(UNITS[log.unit])) if log.timed else ""
    st.caption(t("Read as {columns}.", columns=columns) + unit)
    if not log.ranked:
        st.info(
            t(
                "This log holds watches alone. Without what was shown in vain ranking has no negatives, so only candidate generation is trained."
            )
        )
    elif not log.timed:
        st.info(t("This log holds no watch times: every watch weighs 1, and ranking is plain logistic regression."))


def _settings(log: Found, digest: str, rated: str, shards: str = "") -> OwnLogConfig:
    asked, stop = ("last", "steps") if shards else _asked()
    recall, ranking = enough_steps(log)
    steps_of, how = IntRange(50, 20_000), {"bind": "query-params", "step": 100}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = controls.whole_number(t("Steps of recall"), steps_of, recall, key="recommender_own_steps", **how)
        fewest = controls.whole_number(
            t("Watches for a vector"), IntRange(1, 100), 1, key="recommender_own_fewest", bind="query-params",
            help=t("A video with fewer has no vector and cannot be found."),
        )  # fmt: skip
        weighting = "watch_time"
        if log.ranked:
            ranking = controls.whole_number(
                t("Steps of ranking"), steps_of, ranking, key="recommender_own_ranking_steps", **how
            )
            if log.timed:
                weighting = one_of(
                    t("Positives of ranking count"), list(WEIGHTING), "watch_time", key="recommender_own_weighting",
                    name_of=lambda one: t(WEIGHTING[one]),
                )  # fmt: skip
    base = OwnLogConfig(
        steps=steps, ranking_steps=ranking, fewest=fewest, weighting=weighting, rated=rated, asked=asked, stop=stop
    )
    if shards:
        base = StreamedConfig(
            steps=steps, ranking_steps=ranking, fewest=fewest, weighting=weighting, shards=shards
        )  # fmt: skip
    return own_config(log, digest, base)


def _asked() -> tuple[str, str]:
    """Which watches are asked, said with what that leaks, and when recall has learnt enough."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = one_of(t("What is asked"), list(ASKED), "last", key="recommender_own_asked", name_of=lambda one: t(ASKED[one]))  # fmt: skip
        stop = one_of(
            t("Recall ends"), list(STOP), "steps", key="recommender_own_stop", name_of=lambda one: t(STOP[one]),
            help=t("Validation is the watch before the one that is asked, of up to 1,000 users: it is not learnt from, and training goes back to where most of them were hit."),
        )  # fmt: skip
    st.caption(t(LEAKS[asked]))
    return asked, stop


def _progress(config: OwnLogConfig) -> None:
    """The answer of the run so far."""
    view = training.view_of(training.current())
    if view is None:
        return
    recall = [frame for frame in view.frames if "recall.hits" in frame.metrics]
    if view.state == State.FAILED:
        st.error(training.status(view))
    elif not recall:
        st.info(training.status(view))
    else:
        ranking = [frame for frame in view.frames if "ranking.auc" in frame.metrics]
        measured(config, recall[-1], ranking[-1] if ranking else None)
        if "streamed.examples" in recall[-1].metrics:
            examples, passes = (float(recall[-1].metrics[f"streamed.{name}"]) for name in ("examples", "passes"))
            st.caption(t("Candidate generation learns from {examples} watches of the whole log, piece by piece; its steps take each of them {passes} times on average.", examples=f"{examples:,.0f}", passes=f"{passes:.2g}"))  # fmt: skip
