"""Take it away: the recording, the numbers of the sequence on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.recurrent.probe import Probe
from engine.recurrent.trace import trace
from engine.recurrent.view import said_of
from pages.recurrent import PLAYGROUND, live, settings
from pages.recurrent.charts import COLOURS, DASHES
from pages.recurrent.looks import probe_on_stage
from pages.recurrent.settings import TITLES
from pages.ui import report, share
from pages.ui.downloads import downloads
from pages.ui.language import bare, language, t
from pages.ui.marked import unmarked
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw() -> None:
    """What can be taken away of the sequence on stage and the run behind it."""
    now = live.shown()
    one, address = probe_on_stage(now), share.url()
    titles = {cell: t(TITLES[cell]) for cell in now.config.cells}
    words, chosen = _words(now), language()
    downloads(
        f"gatescope-recurrent-{now.config.digest[:8]}",
        recording=now.recording.to_bytes,
        table=lambda: table(now, one, titles),
        about_table=t("Every gate and state of every unit and word of the sequence on stage."),
        report=lambda: build(now, one, titles, words, address, chosen),
    )


def table(now: live.Shown, one: Probe, titles: dict[str, str]) -> pd.DataFrame:
    """One row for each cell, word and unit."""
    rows = []
    for cell, title in titles.items():
        traced = trace(now.config, now.frame, cell, one.inputs)
        parts = [name for name in ("f", "i", "g", "o", "c", "h") if name in traced]
        rows += [
            {"cell": title, "word": word, "position": s + 1, "unit": u + 1}
            | {name: float(traced[name][s, u]) for name in parts}
            for s, word in enumerate(one.written)
            for u in range(now.config.hidden)
        ]
    return pd.DataFrame(rows)


def _words(now: live.Shown) -> dict[str, str]:
    """The report's sentences, translated now: a download runs in another thread, without a session."""
    return {
        "title": t(PLAYGROUND.question),
        "answer": unmarked(live.answer(now)),
        "settings": t("Settings"),
        "setting": t("setting"),
        "value": t("value"),
        "sequence": t("The sequence on stage"),
        "word": t("word"),
        "said": t("The answer after every word"),
        "learning": t("held-out accuracy"),
        "step": t("training step"),
        "link": t("Link to this view"),
        "recording": bare("Recording {digest}", digest=now.recording.digest),
    } | {
        f"{kind}.{name}": text
        for name, value in now.config.to_dict().items()
        for kind, text in (("field", settings.label(name)), ("value", settings.written(value)))
    }


def build(
    now: live.Shown, one: Probe, titles: Mapping[str, str], words: Mapping[str, str], address: str, chosen: str
) -> str:
    """The report of what is on stage, in the language that `words` are in."""
    config = now.config
    at = config.test_distances.index(config.distance)
    said = {c: said_of(trace(config, now.frame, c, one.inputs), one) for c in config.cells}
    learnt = {
        c: np.array([f.metrics[f"{c}.accuracy"][:, at].mean() for f in now.recording.frames]) for c in config.cells
    }
    chosen_settings = pd.DataFrame(
        [(words[f"field.{name}"], words[f"value.{name}"]) for name in config.to_dict()],
        columns=[words["setting"], words["value"]],
    )
    labels = [f"{n + 1} {word}" for n, word in enumerate(one.written)]
    return report.html(words["title"], chosen, [
        (words["sequence"], [words["answer"], " ".join(one.written), words["recording"], report.Link(words["link"], address)]),
        (words["said"], [_lines(labels, said, titles, words["word"], words["said"])]),
        (words["learning"], [_lines(list(now.recording.steps), learnt, titles, words["step"], words["learning"])]),
        (words["settings"], [chosen_settings]),
    ])  # fmt: skip


def _lines(
    x: list[str] | list[int], values: Mapping[str, np.ndarray], titles: Mapping[str, str], across: str, up: str
) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for cell, each in values.items():
        colour = COLOURS[cell]
        dash = ",".join(f"{length}px" for length in (DASHES[cell] or "").split()) or "solid"
        line = {"color": HUES[colour] if isinstance(colour, int) else "#7A8691", "dash": dash}
        figure.add_scatter(x=x, y=each, name=titles[cell], line=line)
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=across)
    figure.update_yaxes(title=up)
    return figure
