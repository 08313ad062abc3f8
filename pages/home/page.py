"""Home: the ladders as a map, each rung a sentence on what it fixes in the one below."""

from __future__ import annotations

import streamlit as st

from engine.files import ROOT
from pages.ui.language import language, t
from pages.ui.marked import Marked
from pages.ui.playground import Playground, playgrounds

DRAWINGS = ROOT / "assets" / "diagrams"


def ladder(room: Playground) -> None:
    """One playground: its question, and its rungs from the lowest on, each with its drawing."""
    with st.container(border=True, key=f"ladder_{room.name}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(Marked("### {title}\n{question}").format(title=t(room.title), question=t(room.question)))
            st.page_link(
                room.page,
                label=t("Open the playground"),
                icon=":material/arrow_forward:",
                query_params={"lang": language()},
            )
        for number, (column, (title, sentence)) in enumerate(
            zip(st.columns(len(room.rungs)), room.rungs, strict=True), 1
        ):
            with column.container(border=True, height="stretch"):
                st.image(DRAWINGS / room.name / f"rung{number}.svg", width="stretch")
                st.markdown(Marked("**{number} · {title}**").format(number=number, title=t(title)))
                st.caption(t(sentence))


st.title("Gatescope", anchor=False)
st.markdown(
    t(
        "Open up the models behind search and recommendation **while they train**: train a small version, stop anywhere, click any number and read the sum that made it."
    )
)
for room in playgrounds():
    ladder(room)
