"""The part that was clicked: its numbers, and the sum behind one of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.errors import UserError
from engine.matching.opened.explain import explain
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import trace
from engine.runs.playground import Address
from engine.runs.trace import Trace
from pages.matching import charts, hashing, where
from pages.matching.shown import Shown, position
from pages.matching.where import PLACE
from pages.ui.controls.choices import one_of
from pages.ui.controls.unit import unit
from pages.ui.language import N_, t
from pages.ui.language import explain as told
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show, unit_bars
from pages.ui.pieces.drawer import open_drawer
from pages.ui.pieces.zoom import zoom
from pages.ui.theme import HUES

EXPLAINED = {
    "dssm": {"inner": "hidden1", "pool": "hidden2", "vector": "semantic"},
    "clsm": {"inner": "map", "pool": "pooled", "vector": "semantic"},
    "lstm": {"inner": "c", "vector": "h"},
}
"""Level of the drawing → what `explain` calls it."""
GATES = ("i", "f", "g", "o", "c", "h")
GATE_NAMES = {
    "i": N_("input gate i"),
    "f": N_("forget gate f"),
    "g": N_("candidate g"),
    "o": N_("output gate o"),
    "c": N_("cell state C"),
    "h": N_("output h"),
}


def draw(now: Shown) -> None:
    """A hint until a part is chosen; then the part, and the sum behind one of its numbers."""
    rung, word, part = position(now)
    scene = now.scene()
    if not part:
        st.caption(t("Click a part of the network to open it, and see the sum behind its numbers."))
        return
    with st.container(border=True, key="drill_down"):
        if part.startswith(("cos", "p")):
            _score(now, scene, rung, part)
        else:
            _level(now, scene, rung, part, word)


def _score(now: Shown, scene: Scene, rung: str, part: str) -> None:
    number = int(part[-1])
    if number > len(scene.rows):
        return
    names = charts.part_words(now.config, scene.clicked)
    kind = "cosine" if part.startswith("cos") else "p"
    name = names["cos" if kind == "cosine" else "p"].format(n=number)
    st.markdown(Marked("**{name}** · {document}").format(name=name, document=_document(now, scene, number)))
    found = explain(now.models[rung], scene.query, scene.rows, Address(kind, side=number))
    zoom(found)
    open_drawer(PLACE, name, (_document(now, scene, number),), {"": found}, below="drill_down", part=part)


def _document(now: Shown, scene: Scene, number: int) -> str:
    return ("" if now.config.language == "zh" else " ").join(scene.rows[number - 1])


def _level(now: Shown, scene: Scene, rung: str, part: str, word: int) -> None:
    side_name, _, level = part.partition("_")
    side = {"q": 0, "d1": 1, "d2": 2}[side_name]
    if side >= 1 + len(scene.rows):
        return
    names = charts.part_words(now.config, scene.clicked)
    row = scene.query if side == 0 else scene.rows[side - 1]
    at = min(word if side else len(row) - 1, len(row) - 1)
    if level not in EXPLAINED[rung] and level != "input":
        level = "inner"
    title = Marked("{side} · {level}").format(side=names[side_name], level=names[f"{rung}.{level}.long"])
    st.markdown(Marked("**{title}**").format(title=title))
    at_word = t("At “{word}”, word {at} of {count}.", word=row[at], at=at + 1, count=len(row)) if row else ""
    if level == "input":
        hashing.of_word(now, row, at)
        open_drawer(PLACE, title, (at_word,), below="drill_down", part=part)
        return
    left, right = st.columns((2, 3), gap="large")
    model = now.models[rung]
    name = EXPLAINED[rung][level]
    if level == "inner" and name in GATES:
        with left:
            name = one_of(t("Gate or state"), GATES, "c", key="matching_gate", name_of=lambda gate: t(GATE_NAMES[gate]))
    values = _values(trace(model, scene.query, scene.rows), name, side, at)
    with left:
        which = unit(PLACE, where.UNIT, t("Unit"), len(values), 0)
        if name in ("map", *GATES):
            st.caption(at_word)
        show(unit_bars(values, which, HUES[0]), key="part_bars", alt=t("Every unit of this part"))
    with right:
        try:
            found = explain(model, scene.query, scene.rows, Address(name, which, at, side))
        except UserError as error:
            st.info(told(error))
            open_drawer(PLACE, title, (told(error),), below="drill_down", part=part)
            return
        zoom(found)
    about = (t("unit {unit}", unit=which + 1), at_word if name in ("map", *GATES) else "")
    open_drawer(PLACE, title, about, {"": found}, below="drill_down", part=part)


def _values(traced: Trace, name: str, side: int, at: int) -> np.ndarray:
    """Every unit's number."""
    text, index = "documents" if side else "query", max(side - 1, 0)
    if name == "semantic":
        return traced["documents"][index] if side else traced["query"]
    if name == "map":
        return traced[f"maps_{text}"][index, at]
    if name in GATES:
        return traced[f"{name}_{text}"][index, at]
    return traced[f"{name}_{text}"][index]
