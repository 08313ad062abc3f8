"""Share what is on screen: the URL is the state."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from pages.ui.language import KEY, language, t
from pages.ui.run.training import ASKING, MARK


def url() -> str:
    """This page with every control and the position, without what belongs to this tab alone."""
    params = {name: st.query_params.get_all(name) for name in st.query_params if name not in (MARK, ASKING)}
    params[KEY] = [language()]
    parts = urlsplit(st.context.url or "")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(params, doseq=True), ""))


@st.fragment
def link() -> None:
    """The link in a popover, ready to copy; written when it is opened."""
    box = st.popover(t("Share this view"), icon=":material/link:", width="stretch", key="share", on_change="rerun")
    if box.open:
        with box:
            st.caption(t("Opens the same settings at the same moment, in this language."))
            st.code(url(), language=None, wrap_lines=True)


@dataclass(slots=True)
class Address:
    """A session's `url` as it was last noted, for what is made later and elsewhere."""

    text: str = ""


def noted() -> Address:
    """The session's address, noted anew."""
    address: Address = st.session_state.setdefault("address", Address())
    address.text = url()
    return address
