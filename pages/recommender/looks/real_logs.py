"""Real logs: what a viewer's own file would show, of open data that does not come with the page."""

from __future__ import annotations

import streamlit as st

from engine.recommender.own_log.published import LOGS, Measured, read
from pages.recommender.measured import measured
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
                    "Users: {users}. Items: {items}. {steps} steps; with all opponents and their tuning {seconds} s on one core. Source: {source}. Data {data}.",
                    users=f"{found.config.users:,}",
                    items=f"{found.config.videos:,}",
                    steps=f"{found.config.steps:,}",
                    seconds=f"{found.seconds:,.0f}",
                    source=log.source,
                    data=found.data[:12],
                )
            )
            if found.old:
                st.warning(t("Measured by older code: what the page would find today may differ."))


@st.cache_data(max_entries=len(LOGS), show_spinner=False)
def _read(name: str) -> Measured | None:
    return read(name)
