"""Contexts of one browser that are lent and taken back rather than made anew.

The first page of a new context parses and compiles all of Streamlit's scripts, which costs more than most tests do. Chromium
keeps what it compiled in the process that draws the pages, and with --process-per-site that process is the same for all pages
of a context for as long as it has one open. So a context that is closed is emptied and waits with one blank page in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

BLANK = "http://127.0.0.1/"
"""Of the site of all servers of these tests, since a site has no port; nobody is asked for it."""
KEPT = 6
"""How many contexts may wait for the next test: each is a process."""


class Warm(NamedTuple):
    """A context that waits, made with these options, and the page that keeps its process."""

    options: str
    context: BrowserContext
    blank: Page


class Lending:
    """Lends contexts of a browser: each to one borrower at a time, and each time without page, cookie, permission or store."""

    def __init__(self, browser: Browser, prepare: Callable[[BrowserContext], None]) -> None:
        """`prepare` is done once to every context made."""
        self._make, self._prepare = browser.new_context, prepare
        self._waiting: list[Warm] = []  # who came back last is last

    def new_context(self, **options: Any) -> BrowserContext:
        """As the browser's, and closing it gives it back."""
        key = json.dumps(options, sort_keys=True, default=str)
        warm = next((one for one in reversed(self._waiting) if one.options == key), None)
        if warm is None:
            warm = self._made(key, options)
        else:
            self._waiting.remove(warm)
        lent = warm  # not rebound below
        lent.context.close = lambda **_: self._take_back(lent)  # type: ignore[method-assign]
        return lent.context

    def new_page(self, **options: Any) -> Page:
        """As the browser's: the only page of a context, which goes when it goes."""
        context = self.new_context(**options)
        page = context.new_page()
        page.close = context.close  # type: ignore[method-assign]
        return page

    def _made(self, key: str, options: dict[str, Any]) -> Warm:
        context = self._make(**options)
        self._prepare(context)
        blank = context.new_page()
        blank.route("**/*", _answer_nothing)
        blank.goto(BLANK)
        return Warm(key, context, blank)

    def _take_back(self, warm: Warm) -> None:
        try:
            self._empty(warm)
        except Error:  # it hangs or has crashed: another will be made
            _end(warm.context)
        else:
            self._waiting.append(warm)
        if len(self._waiting) > KEPT:
            _end(self._waiting.pop(0).context)

    def _empty(self, warm: Warm) -> None:
        console = warm.context.new_cdp_session(warm.blank)
        for page in warm.context.pages:
            if page != warm.blank:
                origin = page.evaluate("() => location.origin")
                Page.close(page)
                console.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        console.detach()
        warm.context.clear_cookies()
        warm.context.clear_permissions()


def _answer_nothing(route: Route) -> None:
    route.fulfill(body="")


def _end(context: BrowserContext) -> None:
    BrowserContext.close(context)
