"""Server: what stands before the sessions, whoever comes first, and what is left to do when the last has gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.ui.run.house import house
from pages.ui.run.scratch import scratch

OWN = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})
POLICY_VIOLATION = 1008


class OwnOrigins:
    """Closes the door to pages of other sites before Streamlit sees them.

    Streamlit refuses a websocket from a foreign Origin as well, but first asks a web service for the address of this
    machine, in case the Origin is that: a request to the outside whenever a stranger likes, and everybody waits for it.
    Its own list of further origins comes after that too, so what is on the list comes in under a name known at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and st.get_option("server.enableCORS"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and not _same(origin, headers.get("host")):
                if _hostname(origin) not in _listed():
                    await send({"type": "websocket.close", "code": POLICY_VIOLATION})
                    return
                scope = {**scope, "headers": list(scope["headers"])}
                MutableHeaders(scope=scope)["origin"] = "http://localhost"
        await self._app(scope, receive, send)


@asynccontextmanager
async def open_house(_app: object) -> AsyncIterator[None]:
    """While the server runs. A signal ends its process without a last word, so the house is closed here."""
    yield
    house.clear()
    scratch.clear()


def _same(origin: str, host: str | None) -> bool:
    """Whether a page of this very address asks: as Streamlit compares, or else it would look further."""
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def _listed() -> set[str]:
    """Names under which this server is known, by nature and by its configuration."""
    written = [st.get_option("browser.serverAddress"), *st.get_option("server.corsAllowedOrigins")]
    return {name for address in written if (name := _hostname(address.strip()))} | OWN


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
