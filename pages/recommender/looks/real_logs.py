"""Real logs: what a viewer's own file would show, of open data that does not come with the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from engine.recommender.held_out.served import CUTS
from engine.recommender.own_log.published import LOGS, Measured, read
from pages.recommender.measured import measured
from pages.recommender.opponents import named
from pages.recommender.shown import Shown
from pages.ui.language import t
from pages.ui.marked import Marked


def draw(now: Shown) -> None:
    """Each log that was measured, its source, and whether its numbers are old."""
    st.markdown(
        t(
            "Open data, read, trained on and measured as a file of your own is, at the settings that this page offers: to see the same, bring the file below. The last watch of each user is held out."
        )
    )
    for name, log in LOGS.items():
        found = _read(name)
        if found is None:
            continue
        with st.container(border=True, key=f"real_log_{name}"):
            st.markdown(Marked("**{title}**").format(title=log.title))
            measured(found.config, found.frame)
            st.caption(
                t(
                    "Users: {users}. Items: {items}. {steps} steps; with all opponents and their tuning {seconds} s on two cores. Source: {source}. Data {data}.",
                    users=f"{found.config.users:,}",
                    items=f"{found.config.videos:,}",
                    steps=f"{found.config.steps:,}",
                    seconds=f"{found.seconds:,.0f}",
                    source=log.source,
                    data=found.data[:12],
                )
            )
            if found.costs:
                with st.popover(t("Cost of each method, and its lists for some users"), key=f"real_log_more_{name}"):
                    _costs(found)
                    _lists(found)
            if found.old:
                st.warning(t("Measured by older code: what the page would find today may differ."))


def _costs(found: Measured) -> None:
    """A row for each method."""
    rows = [
        {
            t("Method"): named(name),
            t("numbers kept"): f"{cost.numbers:,}",
            t("seconds until it serves"): f"{cost.seconds:,.1f}",
            t("1,000 users, milliseconds"): f"{cost.milliseconds:,.0f}",
        }
        for name, cost in found.costs.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt=t("Cost of each method"))
    st.caption(
        t(
            "One core of the machine that measured. Numbers: of item-kNN at most. Seconds: training or counting, without tuning. 1,000 users: the first {most} that may be served to each.",
            most=CUTS[-1],
        )
    )


def _lists(found: Measured) -> None:
    """What each method would have served to some users, by the items' ids in the data."""
    for one in found.lists:
        st.markdown(
            t(
                "Watched last: {watched}. Then, held out: **{held_out}**.",
                watched=" · ".join(one.watched),
                held_out=one.held_out,
            )
        )
        rows = [
            {t("Method"): named(name), t("place of the held-out item"): _place(one.held_out, first), **_ranked(first)}
            for name, first in one.first.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt=t("What each method would have served"))
    st.caption(t("Users evenly spaced through the log, none chosen; items by their ids in the data."))


def _place(item: str, first: Sequence[str]) -> str:
    return str(first.index(item) + 1) if item in first else t("not among {count}", count=len(first))


def _ranked(first: Sequence[str]) -> dict[str, str]:
    return {str(place): item for place, item in enumerate(first, 1)}


@st.cache_data(max_entries=len(LOGS), show_spinner=False)
def _read(name: str) -> Measured | None:
    return read(name)


BEFOREHAND = tuple(partial(_read, name) for name in LOGS)
"""Whether they are old is told from the code, which is read for it."""
