"""A report as one HTML file that needs no network: text, tables and Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import pandas as pd

from engine.runs.config import Config
from engine.runs.recording import Recording
from pages.ui.controls.groups import Groups
from pages.ui.language import bare, language, t
from pages.ui.share import Address

if TYPE_CHECKING:  # plotly takes a while to import, and only a report needs it
    import plotly.graph_objects as go


C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled address."""

    label: str
    address: str


Block: TypeAlias = "str | Link | pd.DataFrame | go.Figure"

_STYLE = """
:root { color-scheme: light; } /* figures are drawn on white, and it is printed */
a { overflow-wrap: anywhere; }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 2.5rem auto; padding: 0 1.5rem; color: #1f2933; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: .25rem .8rem; border-bottom: 1px solid #d7dde3; text-align: left; }
a { color: #0b6394; }
"""


Section: TypeAlias = tuple[str, Sequence[Block]]


def of_run(
    question: str,
    answer: str,
    recording: Recording[C],
    groups: Groups[C],
    address: Address,
    head: Section,
    *rest: Section,
) -> str:
    """What a run answers: question, answer, the page's own sections, the link back to the page, and the settings."""
    rows = [(groups.label(name), groups.written(value)) for name, value in recording.config.to_dict().items()]
    heading, blocks = head
    of_which = bare("Recording {digest}", digest=recording.digest)
    return html(t(question), language(), [
        (heading, [answer, *blocks, of_which, Link(t("Link to this view"), address.text)]),
        *rest,
        (t("Settings"), [pd.DataFrame(rows, columns=[t("setting"), t("value")])]),
    ])  # fmt: skip


def html(title: str, spoken: str, sections: Sequence[Section]) -> str:
    """Title, then sections of paragraphs, tables and figures. Every text is escaped: it may come from a user's file."""
    from plotly.offline import get_plotlyjs

    body = [f"<h1>{escape(title)}</h1>"]
    for heading, blocks in sections:
        body.append(f"<h2>{escape(heading)}</h2>")
        body += [_block(block) for block in blocks]
    return (
        f'<!doctype html><html lang="{escape(spoken)}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><script>{get_plotlyjs()}</script></head><body>{''.join(body)}</body></html>"
    )


def _block(block: Block) -> str:
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    if isinstance(block, Link):
        return f'<p>{escape(block.label)}<br><a href="{escape(block.address)}">{escape(block.address)}</a></p>'
    if isinstance(block, pd.DataFrame):
        return str(_whole(block).to_html(index=False, border=0, float_format=lambda value: f"{value:.4f}"))
    return str(block.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False}))


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of whole numbers as such."""
    counts = [name for name in table.select_dtypes("float") if (table[name].dropna() % 1 == 0).all()]
    return table.astype(dict.fromkeys(counts, "Int64"))
