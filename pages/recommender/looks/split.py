"""The split of the log: a test that leaks the future, and the same number of examples from every user."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.claims import EVERY, RANDOM, RECALL, Seeds
from engine.recommender.config import NEW
from engine.recommender.looks.split import (
    LATER,
    LEARNT,
    RULES,
    TEST,
    TRAINING,
    UNUSED,
    Splits,
    examples_per_user,
    later_known,
    new_among,
    of_most_active,
    splits,
    timeline,
)
from engine.runs.frame import Array
from pages.recommender import naming
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.looks.studies import dots, one_series, study, verdicts
from pages.recommender.settings import PER_USER
from pages.recommender.settings import TEST as HELD_OUT
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

ROLES = {
    TRAINING: (N_("training"), HUES[0], "circle"),
    TEST: (N_("test"), HUES[1], "diamond"),
    LEARNT: (N_("later than the test, and learnt from"), HUES[3], "triangle-up"),
    LATER: (N_("later than the test, read as history"), HUES[5], "triangle-down"),
    UNUSED: (N_("not used"), "#999999", "cross"),
}
HOLD_OUT = {"random_looks_better": N_("A random hold-out promises more than the last watch keeps:")}
EQUAL = {
    "equal_helps_quiet": N_("The same number of each finds more for users with few watches:"),
    "equal_helps_active": N_("The same number of each finds more for users with many:"),
}
CLAIMS = HOLD_OUT | EQUAL
BINS = 40
LIFTS = 5
"""Heights that the watches of one moment are spread over."""


def draw(now: Shown) -> None:
    """One user's watches under both rules, the examples of all users, the studies."""
    with st.container(key="split", gap="medium"):
        _timeline(now)
        st.markdown(t("**What does a random hold-out promise?**"))
        study(_random)
        st.markdown(t("**Examples of each user**"))
        _examples(now)
        study(_equal)


@cached_per_run(6)
def _splits(digest: str, step: int, _now: Shown) -> Splits:
    return splits(_now.site)


def _timeline(now: Shown) -> None:
    user, _, _ = now.now()
    found = _splits(now)
    st.markdown(t("**Every watch of {user}**, by what becomes of it", user=naming.user(now.site, user)))
    data = pd.concat([_rows(now, found, user, rule) for rule in RULES])
    rules = [t(HELD_OUT[rule]) for rule in RULES]
    present = [role for role in ROLES if t(ROLES[role][0]) in set(data["role"])]
    names = [t(ROLES[role][0]) for role in present]
    chart = (
        alt.Chart(data, height=210)
        .mark_point(filled=True, opacity=0.85)
        .encode(
            x=alt.X("day:Q", title=t("day"), scale=alt.Scale(domain=[0, now.config.days], nice=False)),
            y=alt.Y("rule:N", sort=rules, title=None, axis=alt.Axis(labelLimit=200)),
            yOffset=alt.YOffset("lift:O", scale=alt.Scale(domain=list(range(LIFTS)), paddingOuter=1.0)),
            color=alt.Color("role:N", title=None, sort=names, legend=alt.Legend(orient="top", columns=0, labelLimit=320, symbolOpacity=1), scale=alt.Scale(domain=names, range=[ROLES[r][1] for r in present])),
            shape=alt.Shape("role:N", title=None, sort=names, scale=alt.Scale(domain=names, range=[ROLES[r][2] for r in present])),
            size=alt.SizeValue(70, condition={"test": "datum.test", "value": 260}),
            tooltip=[alt.Tooltip("video:N", title=t("video")), alt.Tooltip("day:Q", title=t("day"), format=".1f"), alt.Tooltip("role:N", title=" ")],
        )
    )  # fmt: skip
    show(chart, key="split_timeline", alt=t("One user's watches under both rules of the split"))
    _told(now, found)


def _rows(now: Shown, found: Splits, user: int, rule: str) -> pd.DataFrame:
    videos, days, roles = timeline(now.site, found, user, rule)
    return pd.DataFrame({
        "day": days, "video": [naming.title(now.site, int(video)) for video in videos],
        "role": [t(ROLES[role][0]) for role in roles], "test": roles == TEST, "rule": t(HELD_OUT[rule]),
        "lift": np.where(roles == TEST, LIFTS // 2, np.arange(len(roles)) % LIFTS),
    })  # fmt: skip


def _told(now: Shown, found: Splits) -> None:
    """How often the future leaks, and that last watches are a question of their own."""
    if not len(found.random[1]):
        return
    st.caption(
        t(
            "With a random watch held out, {share} of the users have taught the model watches later than the one that tests it. Is the last watch another question, too? {last} of the last ones are of videos less than {days} days old, and {random} of the random ones.",
            share=f"{later_known(found, 'random'):.0%}",
            days=f"{NEW:.0f}",
            last=f"{new_among(now.site, found.last[1]):.0%}",
            random=f"{new_among(now.site, found.random[1]):.0%}",
        )
    )


@cached_per_run(12)
def _counts(digest: str, step: int, _now: Shown) -> dict[str, Array]:
    return examples_per_user(_now.site)


def _examples(now: Shown) -> None:
    """How many each gives, with the same number of each and with all."""
    counts = _counts(now)
    reach = max(int(np.quantile(counts["all"], 0.99)), 2)
    step = max(-(-reach // BINS), 1)
    edges = np.arange(1, reach + 2 * step, step)
    found = {rule: np.histogram(np.minimum(some, edges[-1] - 1), edges)[0] for rule, some in counts.items()}
    most = int(max(some.max() for some in found.values()))
    for column, (rule, some), hue in zip(st.columns(2, gap="large"), found.items(), (HUES[0], HUES[5]), strict=True):
        column.markdown(t(PER_USER[rule]))
        show(
            _histogram(edges, some, most, hue),
            key=f"split_examples_{rule}",
            alt=t("How many examples each user gives"),
            into=column,
        )
    st.caption(
        t(
            "The most active tenth of users give {all} of all examples, and {equal} where each gives at most {most}, which leaves {used} of the log in use.",
            all=f"{of_most_active(counts['all']):.0%}",
            equal=f"{of_most_active(counts['equal']):.0%}",
            most=now.config.examples,
            used=f"{counts['equal'].sum() / max(counts['all'].sum(), 1):.0%}",
        )
    )


def _histogram(edges: Array, users: Array, most: int, hue: str) -> alt.Chart:
    data = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "users": users})
    return (
        alt.Chart(data, height=180)
        .mark_bar(color=hue)
        .encode(
            x=alt.X("from:Q", bin="binned", title=t("examples of a user"), axis=alt.Axis(tickCount=8)),
            x2="to:Q",
            y=alt.Y("users:Q", title=t("users"), scale=alt.Scale(domain=[0, most])),
            tooltip=[alt.Tooltip("from:Q", title=t("examples of a user")), alt.Tooltip("users:Q", title=t("users"))],
        )
    )


def _random(seeds: Seeds) -> None:
    random, last = (bare(HELD_OUT[base.test]) for base in (RANDOM, RECALL))
    rows = {random: seeds.hits(RANDOM), last: seeds.hits(RECALL)}
    one_series(rows, t("held-out watches among the first 100"), "split_random")
    verdicts(HOLD_OUT)


def _equal(seeds: Seeds) -> None:
    same, every = (bare(PER_USER[rule]) for rule in ("equal", "all"))
    quiet, active = bare("users with few watches"), bare("users with many")
    values = {
        (f"{group} · {name}", name): seeds.metric(base, "recall.groups")[:, n]
        for n, group in enumerate((quiet, active))
        for name, base in ((same, RECALL), (every, EVERY))
    }
    dots(values, t("held-out watches among the first 100"), "split_equal")
    verdicts(EQUAL)
