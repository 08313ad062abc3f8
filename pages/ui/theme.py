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
.st-key-heading { min-height: 2rem; } /* the way into the story goes while it is told */
.st-key-heading button { min-height: 2rem; padding-block: 0; }
.st-key-answer { min-height: 3rem; } /* two lines, whatever it says */
.st-key-answer [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-question:has(.st-key-answer) { gap: 0; margin-bottom: -0.5rem; }
.st-key-on_stage { min-height: 2rem; max-height: 2rem; flex-wrap: nowrap; } /* one line: all of it is in what the chip opens */
.st-key-on_stage [data-testid="stCaptionContainer"] p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.st-key-on_stage > .stElementContainer:has([data-testid="stCaptionContainer"]) { flex: 1 1 0; min-width: 0; }
.st-key-on_stage button { min-height: 1.9rem; padding-block: 0; }
.st-key-on_stage > .st-key-origin { flex: 0 1 auto; min-width: 0; }
.st-key-origin button p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.stButton [kind="primary"] { color: light-dark(#FFFFFF, #0B1117); } /* Streamlit's white is too faint on the dark theme's blue */
[class*="_player_drawer"].stElementContainer { position: absolute; } /* a message to the stage: it takes no room here */
</style>"""

STORY = """<style>
.st-key-story p { line-height: 1.45; }
.st-key-story p:not(:last-child) { margin-bottom: 0.45rem; } /* Streamlit takes the last one's margin back */
.st-key-story_turns { flex-wrap: nowrap; gap: 0.25rem; }
.st-key-story_turns button { min-height: 2rem; padding: 0.1rem 0.35rem; }
.st-key-story_turns button p { font-size: 0.85rem; white-space: nowrap; }
.st-key-story_close button p { font-size: 0; } /* its sign says it; who listens hears the word */
.st-key-story .katex-display { margin: 0.4rem 0; font-size: 0.95em; }
@media (min-width: 992px) { /* in the sidebar's place, whether it is there or folded: the stage stays where it is */
  .stSidebar { width: 18.75rem !important; }
  .stSidebar :is(.stElementContainer:not(.st-key-lang), .stExpander, .stPopover) { display: none; }
  .stApp:has(.stSidebar[aria-expanded="false"]) .stMain { padding-left: 18.75rem; }
  .stMainBlockContainer > .stVerticalBlock > :has(.st-key-story) { position: absolute; }
  .st-key-story {
    position: fixed; z-index: 999991; inset: 8rem auto 0 0; width: 18.75rem; padding: 0 1.25rem 1.5rem 1.5rem; overflow: hidden auto;
  }
}
</style>"""
"""The same while a point of a story is told."""


def apply() -> None:
    """Once a run, before the page draws."""
    st.html(CSS)
