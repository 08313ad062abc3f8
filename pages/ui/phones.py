"""What is on screen, for the phones in a room: its address as a QR code, and whether a phone can get there."""

from __future__ import annotations

import ipaddress
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import segno
import streamlit as st
from segno.encoder import DataOverflowError

from pages.ui import share
from pages.ui.language import t

OF_THE_ROOM = ("presenter", "_hands", "_revealed")
"""Endings of what a phone's address leaves out: how a room sees the page, and what it was asked."""


def address(url: str) -> str:
    """The address of the state for somebody who holds it in the hand."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.endswith(OF_THE_ROOM)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def stays_here(url: str) -> bool:
    """Whether an address leads nobody but this machine anywhere: localhost, or a number of the loopback."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def code(text: str) -> str:
    """A QR code as the address of a picture, dark on white in both themes; "" for a text that is too long for one."""
    try:
        made = segno.make(text, error="m", micro=False)
    except DataOverflowError:
        return ""
    return str(made.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True))


def button() -> None:
    """Opens the code over the page."""
    if st.button(t("QR code"), icon=":material/qr_code_2:", key="phones"):
        st.dialog(t("This state, for the phones in the room"), width="large")(_draw)()


def _draw() -> None:
    url = address(share.url())
    if stays_here(url):
        st.warning(
            t(
                "Phones cannot reach {host}: it is this machine's own name for itself. Let the app listen with `--server.address 0.0.0.0`, and open this page under the machine's name or address in the room's network; the README says how.",
                host=urlsplit(url).hostname or "",
            )
        )
    picture = code(url)
    if picture:
        with st.container(key="phones_code"):
            st.html(f'<img alt="" src="{picture}">')
    else:
        st.warning(t("The address is too long for a QR code; copy it instead."))
    st.code(url, language=None, wrap_lines=True)
