"""The server's folder, one for all that pages write."""

from __future__ import annotations

import atexit

import streamlit as st

from engine.scratch import Scratch


@st.cache_resource(show_spinner=False, on_release=lambda made: made.close())
def scratch() -> Scratch:
    """Made when it is first needed, gone with the server."""
    made = Scratch()
    atexit.register(made.close)
    return made
