"""Visiting a page with AppTest: as a link opens it, in either language, with whatever a URL may carry."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app.py"
LOCALES = {"en": "en-US", "zh": "zh-CN"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z][a-z'’]{2,} [a-z][a-z'’]+")
HOSTILE = (
    "",
    "nan",
    "-1e999",
    "1e400",
    "-7",
    "<script>alert(1)</script>",
    "'; DROP TABLE runs; --",
    "../../etc/passwd",
    "🎈",
    "[1,2",
    "x" * 10_000,
)
STRANGER = ("inf", "1e308", "2.5", "9" * 400, "²", "٣", "None", "true", "{x}", "%s", "\x00", "1," * 5_000)
"""Numbers that are nearly right, and what a formatter or a parser would trip over."""
FEW = ("", "nan", "1e400", "🎈")
PATIENCE = 240
"""Seconds after which a page that should be drawn hangs: no machine is so busy."""


@functools.cache
def _registered() -> Any:
    """The pages that app.py tells Streamlit of; asked of home once."""
    home = AppTest.from_file(APP, default_timeout=PATIENCE).run()
    assert not home.exception
    return home._registered_pages  # there is no public way to be on a page in the first run


def opened_at(page: str, locale: str = "en-US", **params: str | list[str]) -> AppTest:
    """The page as a link with these parameters opens it in a browser of this locale: nothing else was drawn before."""
    at = AppTest.from_file(APP, default_timeout=PATIENCE)
    at.context = {"locale": locale}
    at._registered_pages = _registered()
    at.switch_page(page)
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def titles(at: AppTest) -> list[str]:
    return [title.value for title in at.title]


def state(at: AppTest, name: str) -> Any:
    return at.session_state[name] if name in at.session_state else None


def texts(block: Any) -> Iterator[str]:
    """What an element says; styles and source code speak English."""
    if block.type not in ("html", "code"):
        for source in (block, getattr(block, "proto", None)):
            found = (getattr(source, name, None) for name in ("label", "help", "value", "placeholder"))
            yield from (text for text in found if isinstance(text, str) and text)
    for child in getattr(block, "children", {}).values():
        yield from texts(child)
