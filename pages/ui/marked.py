"""Text as Markdown: what may stand in it as it is, and what is escaped, as markupsafe has it for HTML.

Streamlit renders Markdown in nearly every text, labels included, and a picture in it is loaded from wherever it lies.
A `Marked` is ours and stays; any other text may come from a user's file and is made plain when it is put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from numbers import Number

JOINER = "\u2060"
"""Takes no place and forbids a break. Streamlit looks for icons, emoji and addresses in what is left after the escapes."""

_BREAK = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_ACTIVE = re.compile(r"([\\`*_\[\](){}#<>$:!~|&])")
_BLOCK = re.compile(r"^(\s?)([-+=](?![\w.])|\d+(?=\.(?!\d)))")
_FOUND = re.compile(r"(:(?=\S)|www(?=\.)|@(?=\S))", re.IGNORECASE)
_BADGE = re.compile(r":[a-z]+-badge\[(?::material/\w+:)? ?((?:\\.|[^\]\\])*)\]")


class Marked(str):
    """Markdown of our own. What is added, joined or filled in is made plain unless it is Marked too."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> Marked:
        """The template with its values. A number keeps its format, a Marked stays, all else is made plain."""
        safe = {name: _filled(value) for name, value in values.items()}
        return Marked(str.format(self, *map(_filled, args), **safe))

    def join(self, parts: Iterable[object]) -> Marked:
        """The parts with this between them."""
        return Marked(str.join(self, map(plain, parts)))

    def __add__(self, other: str) -> Marked:
        return Marked(str.__add__(self, plain(other)))

    def __radd__(self, other: str) -> Marked:
        return Marked(str.__add__(plain(other), self))


def _filled(value: object) -> object:
    return value if isinstance(value, Number) else plain(value)


def plain(text: object) -> Marked:
    """A text from a URL or a file, so that Markdown shows it as it is, on one line: no image, link, icon or formula."""
    if isinstance(text, Marked):
        return text
    line = _BREAK.sub(" ", str(text).replace(JOINER, ""))
    found = _FOUND.sub(rf"\1{JOINER}", line)
    escaped = _ACTIVE.sub(r"\\\1", found)
    return Marked(_BLOCK.sub(lambda start: _held(start[1], start[2]), escaped))


def _held(blank: str, start: str) -> str:
    """What would begin a list, a rule or the line under a heading: the mark escaped, or the dot after a number."""
    return f"{blank}{start}\\" if start.isdecimal() else f"{blank}\\{start}"


def unmarked(text: str) -> str:
    """A sentence of Markdown as it reads: without badges, emphasis and what `plain` put in."""
    words = re.sub(r"(\\.)|\*", lambda found: found[1] or "", _BADGE.sub(r"\1", text))
    return re.sub(r"\\(.)", r"\1", words).replace(JOINER, "")
