"""Stored studies on screen: their verdicts in a line each, and every seed as a dot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from engine.recommender.claims import Seeds
from engine.recommender.shipped import SHIPPED
from engine.runs.frame import Array
from pages.ui.language import t
from pages.ui.pieces.charts import show, strip
from pages.ui.pieces.verdict import verdict_lines
from pages.ui.theme import HUES


def study(draw: Callable[[Seeds], None]) -> None:
    """Draw from the stored results; a sentence where they are not there, or older than what is asked of them."""
    try:
        draw(SHIPPED.results)
    except (FileNotFoundError, KeyError):
        st.warning(t("The study of this question is not stored yet: run `make claims`."))


def verdicts(asked: Mapping[str, str]) -> None:
    """A line for each claim: id → what it says."""
    verdict_lines(SHIPPED, {claim: t(said) for claim, said in asked.items()}, min(asked))


def dots(values: Mapping[tuple[str, str], Array], x: str, key: str, *, rule: float | None = None) -> None:
    """(row, series) → (S,) shares, every seed a dot; series take their hues in order."""
    series = list(dict.fromkeys(name for _, name in values))
    hues = dict(zip(series, HUES, strict=False))
    show(strip(values, x, hues, format="~%", rule=rule), key=key, alt=x)


def one_series(values: Mapping[str, Array], x: str, key: str, *, rule: float | None = None) -> None:
    """Dots, where every row is a setting of the same model."""
    dots({(row, " "): np.asarray(sample) for row, sample in values.items()}, x, key, rule=rule)
