"""A section that is closed until asked for; whether it is open is in the URL, and a closed one costs nothing."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def section(title: str, key: str, icon: str | None = None) -> DeltaGenerator | None:
    """The container to fill, or None while it is closed."""
    body = st.expander(title, key=key, icon=icon, on_change="rerun", bind="query-params")
    return body if body.open else None
