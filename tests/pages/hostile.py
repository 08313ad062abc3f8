"""What a user's file may hold to make Markdown do something, and whether something is left that would."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pages.ui.marked import JOINER
from tests.pages.catalogue import sentences

PLACEHOLDER = re.compile(r"{(\w+)}")


def texts(address: str) -> tuple[str, ...]:
    """Names of columns, values of cells; what they would load lies at `address`."""
    host = address.removeprefix("http://")
    return (
        f"![x]({address}/image.png)",
        f"[![x]({address}/linked.png)]({address}/link)",
        f'<img src="{address}/html.png" onerror="fetch(\'{address}/script\')">',
        f"<iframe src={address}/frame></iframe><script>fetch('{address}/run')</script>",
        f"![x][r]\n\n[r]: {address}/reference.png",
        f"\\![x]({address}/escaped.png)",
        f"`![x]({address}/code.png)",
        f"**a**![x]({address}/bold.png)__b__~~c~~",
        f"]![x]({address}/bracket.png)[",
        f":red[a] :material/home: :smile: :streamlit: :blue-badge[![x]({address}/badge.png)]",
        f"::x[a]{{src={address}/directive.png}}",
        rf"$\includegraphics{{{address}/latex.png}}$ $$x^2$$ $y$",
        f"{address}/bare www.{host}/bare me@example.com <{address}/angle>",
        f"&lt;img src={address}/entity.png&gt; &#33;[x]({address}/number.png)",
        f"# a\n- b\n1. c\n> d\n\n![x]({address}/block.png)\n\n---\n|a|b|\n|-|-|\n|c|![x]({address}/cell.png)|",
        "- list", "1. numbered", "1) numbered", "+ plus", "---", "===", "> quote", "# heading", "    indented", "\tindented", "```",
    )  # fmt: skip


def named() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every sentence that takes values, with their names."""
    for sentence in sentences():
        if names := tuple(dict.fromkeys(PLACEHOLDER.findall(sentence))):
            yield sentence, names


_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_FOUND = re.compile(rf":(?=[^\s{JOINER}])|www\.|@(?=[^\s{JOINER}])", re.IGNORECASE)
_BLOCK = re.compile(r"\s?(?:[-+=](?![\w.])|\d+\.(?!\d))")


def active(escaped: str) -> list[str]:
    """What of a text made plain Markdown would still act on: marks that are not escaped, line breaks, what begins a block,
    and, once the escapes are gone, what becomes an icon, an emoji or a link."""
    marks = re.findall(r"[\\`*_\[\](){}#<>$:!~|&\r\n\t]", _ESCAPED.sub("", escaped))
    block = _BLOCK.match(escaped)
    return [*marks, *_FOUND.findall(re.sub(r"\\(.)", r"\1", escaped)), *([block[0]] if block else [])]
