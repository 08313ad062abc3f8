"""The drill-down: one part of the cell at one word, the sum behind its number, and every unit at every word."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.probe import Probe
from engine.recurrent.tasks import task_of
from engine.runs.explanation import Explanation
from engine.runs.playground import Address
from engine.runs.trace import Trace
from pages.recurrent import charts, drawer, where
from pages.recurrent.shown import Shown
from pages.recurrent.where import PLACE
from pages.ui import language
from pages.ui.controls.choices import one_of
from pages.ui.controls.unit import unit
from pages.ui.language import bare, t
from pages.ui.latest import Latest
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show, unit_bars, word_axis
from pages.ui.pieces.zoom import zoom
from pages.ui.player.position import Position
from pages.ui.theme import HUES

TERM_OF = {
    "kept": "ch",
    "written": "ch",
    "tanh": "h",
    "before_c": "c",
    "before_h": "h",
    "fresh": "z",
    "reset": "g",
}
"""Parts of the diagram whose number is a term of another part's sum: of the first of these that the cell has."""
HUE = {"z": HUES[1], "r": HUES[3], "f": HUES[1], "i": HUES[2], "g": HUES[2], "o": HUES[3], "c": HUES[0], "h": "#7A8691"}


def draw(now: Shown) -> None:
    """The drill-down: the selected part at the word on stage, and the sum behind one unit's number."""
    one, position = _place(now)
    with st.container(border=True, key="drill_down"):
        try:
            _part(now, position.rung, one, position.frame, position.selected)
        except UserError as error:
            st.info(language.explain(error))
            drawer.not_opened(position.rung, position.selected, error)


def _place(now: Shown) -> tuple[Probe, Position]:
    """The sequence on stage, and where in it the viewer is."""
    one = now.probe
    steps = range(1 - len(one.written), 1)
    return one, PLACE.start(tuple(steps), now.config.cells, now.hero)


def _part(now: Shown, cell: str, one: Probe, word: int, selected: str | None) -> None:
    kind = LADDER[cell].model
    first = (kind.gates or kind.sums)[0]
    wanted = selected or first
    part = next((one for one in TERM_OF.get(wanted, (wanted,)) if one in LADDER[cell].parts), first)
    before = wanted.startswith("before_")
    at = word - 1 if before and word else word
    traced = _traced(now, cell, one)
    left, right = st.columns((2, 3), gap="large")
    names = charts.part_words()
    answers = task_of(now.config).answers
    with left:
        title = t("The answer") if part == "answer" else names[part]
        head = Marked("**{cell} · {part}** · “{word}” ({at})")
        st.markdown(head.format(cell=t(TITLES[cell]), part=title, word=one.written[at], at=at + 1))
        values = traced["probabilities"][at] if part == "answer" else traced[part][at]
        which = _asked_for(now, one, at) if part == "answer" else _unit(now, cell, len(values))
        show(
            unit_bars(values, which, HUE.get(part, HUES[0]), answers if part == "answer" else None),
            key="part_bars",
            alt=t("This part's number in every unit, at this word"),
        )
        if part == kind.states[-1] and "kept" in traced:
            st.caption(_mixed(kind.states[-1]))
    found = _explained(now, cell, one, part, at, which)
    with right:
        zoom(found)
    if selected:
        drawer.opened(now, cell, one, selected, part, at, which, found)


def _key(now: Shown, cell: str, one: Probe) -> tuple[object, ...]:
    return now.config.digest, now.frame.step, cell, tuple(one.inputs.flatten().tolist())


def _traced(now: Shown, cell: str, one: Probe) -> Trace:
    return _traces.get(_key(now, cell, one), lambda: now.opened.trace(cell, one.inputs))


def _explained(now: Shown, cell: str, one: Probe, part: str, at: int, unit: int) -> Explanation:
    key = (*_key(now, cell, one), part, at, unit)
    return _sums.get(key, lambda: now.opened.explain(cell, one.inputs, Address(part, unit, at)))


_traces: Latest[Trace] = Latest(32)
_sums: Latest[Explanation] = Latest(64)
"""What every turn of a page asks for again. A run is a function of its config: config and step name a moment, without a look
at its numbers."""


def _asked_for(now: Shown, one: Probe, at: int) -> int:
    """Which answer's sum: the viewer's choice, or what is asked where there are too many to choose from."""
    names = task_of(now.config).answers
    if len(names) > 20:
        return one.answers[at]
    return int(
        one_of(t("Answer"), list(range(len(names))), one.answer, key="recurrent_answer", name_of=names.__getitem__)
    )


def _unit(now: Shown, cell: str, count: int) -> int:
    """The unit on stage: until the viewer chooses one, the one that carries the answer most."""
    how = {"disabled": now.live, "help": t("The stage shows this unit too.")}
    return unit(PLACE, where.unit_key(cell), t("Unit"), count, now.units()[cell], **how)


def units(now: Shown) -> None:
    """Units sorted by how much of the answer's lead is lost without them; one heat map a gate."""
    one, position = _place(now)
    cell = position.rung
    loss = now.opened.carriers(cell, one.inputs, one.answer)
    order = np.argsort(-loss)
    top = ", ".join(t("unit {unit} ({loss})", unit=int(u) + 1, loss=f"{loss[u]:+.2f}") for u in order[:4])
    st.caption(
        t(
            "Taken away one at a time, these cost the answer most of its lead (log-odds at the last word): {units}. Rows are sorted by that.",
            units=top,
        )
    )
    traced = now.opened.trace(cell, one.inputs)
    kind = LADDER[cell].model
    shown = (*kind.gates, *(part for part in kind.sums if part not in kind.gates))
    names = charts.part_words()
    for row in range(0, len(shown), 2):
        for column, part in zip(st.columns(2, gap="large"), shown[row : row + 2], strict=False):
            show(
                heat(traced, part, order, one.written, names[part]),
                key=f"heat_{part}",
                alt=names[part],
                into=column,
            )
    if "kept" in traced:
        drawn = conveyor(traced, int(order[0]), one.written, kind.states[-1])
        show(drawn, key="conveyor", alt=t("The belt: kept and written"))


def _mixed(state: str) -> str:
    """What the state that remembers is the sum of."""
    if state == "c":
        return t("C(t) is what is kept, f · C(t−1), plus what is written, i · g.")
    return t("h(t) is what is kept, z · h(t−1), plus what is written, (1 − z) · g.")


def heat(traced: Trace, part: str, order: np.ndarray, words: Sequence[str], title: str) -> alt.Chart:
    """Unit × word of one gate or state, units in `order`."""
    values = traced[part][:, order]
    rows = [
        {"at": s, "word": words[s], "unit": f"{int(order[u]) + 1}", "value": float(values[s, u])}
        for s in range(values.shape[0])
        for u in range(values.shape[1])
    ]
    gate = any(part in rung.model.gates for rung in LADDER.values())
    bound = float(max(np.abs(values).max(), 1e-6))
    scale = (
        alt.Scale(scheme="viridis", domain=[0, 1]) if gate else alt.Scale(scheme="blueorange", domain=[-bound, bound])
    )
    return (
        alt.Chart(pd.DataFrame(rows), height=max(9 * values.shape[1], 150), title=title)
        .mark_rect()
        .encode(
            x=word_axis(words),
            y=alt.Y("unit:N", sort=None, title=t("unit"), axis=alt.Axis(labelOverlap=True)),
            color=alt.Color("value:Q", title=None, scale=scale),
            tooltip=[
                alt.Tooltip("word:N", title=t("word")),
                alt.Tooltip("unit:N", title=t("unit")),
                alt.Tooltip("value:Q", title=t("value"), format=".3f"),
            ],
        )
    )


def conveyor(traced: Trace, unit: int, words: Sequence[str], state: str) -> alt.Chart:
    """C(t) or h(t) of one unit, whichever `state` remembers, as what was kept and what was written, word by word."""
    kept, written = (
        (t("kept: f · C(t−1)"), t("written: i · g"))
        if state == "c"
        else (t("kept: z · h(t−1)"), t("written: (1 − z) · g"))
    )
    rows = [
        {"at": s, "word": word, "part": name, "value": float(traced[key][s, unit])}
        for s, word in enumerate(words)
        for name, key in ((kept, "kept"), (written, "written"))
    ]
    return (
        alt.Chart(pd.DataFrame(rows), height=180, title=bare("The belt of unit {unit}: kept and written", unit=unit + 1))
        .mark_bar()
        .encode(
            x=word_axis(words),
            y=alt.Y("value:Q", title="C(t)" if state == "c" else "h(t)"),
            color=alt.Color("part:N", title=None, sort=[kept, written], scale=alt.Scale(domain=[kept, written], range=[HUES[0], HUES[2]])),
            tooltip=[
                alt.Tooltip("word:N", title=t("word")),
                alt.Tooltip("part:N", title=t("part")),
                alt.Tooltip("value:Q", title=t("value"), format=".3f"),
            ],
        )
    )  # fmt: skip
