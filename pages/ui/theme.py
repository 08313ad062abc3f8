"""The few lines of CSS that make a page fit a projector, and the colours that charts share."""

from __future__ import annotations

import streamlit as st

HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's palette, told apart by colour-blind eyes; the order is the player's."""

CSS = """<style>
.stMainBlockContainer { padding: 4rem 2.2rem 4rem; max-width: 1680px; }
.stSidebar[data-collapsed="false"] { min-width: 17rem; max-width: 19rem; } /* folded, it takes no room */
.st-key-run_bar .stProgress { min-width: 16rem; flex: 1 1 16rem; }
.st-key-run_bar > .stElementContainer:has([data-testid="stCaptionContainer"]) { flex: 1 1 11rem; min-width: 11rem; }
.st-key-question h1 { font-size: 1.5rem; padding: 0 0 0.3rem; line-height: 1.2; }
.st-key-question p { margin: 0; line-height: 1.5; }
.st-key-story p { line-height: 1.45; }
.st-key-story p:not(:last-child) { margin-bottom: 0.35rem; } /* Streamlit takes the last one's margin back */
.st-key-story button { min-height: 2rem; padding-block: 0.1rem; }
.stMainBlockContainer:has(.st-key-story_next) .st-key-question h1 { display: none; } /* the point told is the headline */
.stButton [kind="primary"] { color: light-dark(#FFFFFF, #0B1117); } /* Streamlit's white is too faint on the dark theme's blue */
[class*="_player_drawer"].stElementContainer { position: absolute; } /* a message to the stage: it takes no room here */
</style>"""


def apply() -> None:
    """Once a run, before the page draws."""
    st.html(CSS)
