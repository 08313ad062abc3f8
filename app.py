"""Gatescope: `streamlit run app.py`. Page config, language, navigation, start-up; nothing else."""

from __future__ import annotations

import gc

import streamlit as st

from pages.ui import language, theme, training
from pages.ui.language import t
from pages.ui.playground import playgrounds

st.set_page_config(page_title="Gatescope", page_icon="assets/icon.svg", layout="wide")


@st.cache_resource(show_spinner=False)
def start_up() -> None:
    """Warm workers, torch on one thread, and a heap that the collector need not walk after every rerun."""
    import torch

    torch.set_num_threads(1)
    for playground in playgrounds():
        playground.warm()
    training.service()  # last: workers load the same libraries, and two cores are soon shared out
    if st.get_option("server.fileWatcherType") == "none":  # hot reload would pin stale modules
        gc.collect()
        gc.freeze()


start_up()
theme.apply()
training.owner()
with st.sidebar:
    language.switch()
home = st.Page("pages/home/page.py", title=t("Home"), icon=":material/home:", default=True)
rooms = [st.Page(room.page, title=t(room.title), icon=room.icon, url_path=room.name) for room in playgrounds()]
st.navigation([home, *rooms], position="top").run()
