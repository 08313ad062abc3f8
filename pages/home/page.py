"""Home: the ladders as a map, each rung a sentence on what it fixes in the one below."""

from __future__ import annotations

import streamlit as st

from pages.ui.language import language, t
from pages.ui.playground import playgrounds

st.title("Gatescope", anchor=False)
st.markdown(
    t(
        "Open up the models behind search and recommendation **while they train**: train a small version, stop anywhere, click any number and read the sum that made it."
    )
)
for room in playgrounds():
    with st.container(border=True, key=f"ladder_{room.name}"):
        left, right = st.columns((2, 3), gap="large")
        with left:
            st.subheader(t(room.title), anchor=False)
            st.markdown(f"*{t(room.question)}*")
            st.page_link(
                room.page,
                label=t("Open the playground"),
                icon=":material/arrow_forward:",
                query_params={"lang": language()},
            )
        with right:
            for index, (title, sentence) in enumerate(room.rungs):
                st.markdown(f"{'&emsp;' * index}**{index + 1} · {title}** — {t(sentence)}")
