"""What each model of a page costs whoever serves it: its parameters, and the time of answering a thousand rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from engine.cost import Served, milliseconds
from engine.errors import UserError
from engine.runs.playground import Engine
from pages.ui.language import N_, t
from pages.ui.pieces.section import Section
from pages.ui.run.on_stage import OnStage

S = TypeVar("S", bound=OnStage[Any])
TITLE = N_("Cost: how large is each, and how fast does it answer?")


@dataclass(frozen=True, slots=True)
class Costs(Generic[S]):
    """What a page says of its models' costs.

    served   a model's pass over many rows, by its rung and what is on stage
    rows     what these rows are, a sentence of the catalogues
    """

    engine: Engine[Any, Any]
    served: Callable[[S, str], Served]
    rows: str

    def section(self) -> Section[S]:
        """The section that shows them."""
        return Section("costs", TITLE, self.draw, "payments")

    def draw(self, now: S) -> None:
        """A row for each model that the run on stage has."""
        rows = [self._row(now, rung, t(one.title)) for rung, one in self.engine.ladder.items()]
        st.dataframe(pd.DataFrame([row for row in rows if row]), hide_index=True, height="content", alt=t(TITLE))
        st.caption(
            t(
                "Parameters and time of the models on stage. {rows}: one thread of this server, the fastest of five passes.",
                rows=t(self.rows),
            )
        )

    def _row(self, now: S, rung: str, title: str) -> Mapping[str, str]:
        try:
            count, spent = _measured(self.engine.name, rung, now.config.digest, now.frame.step, self.served, now)
        except (UserError, KeyError):  # not in this run, or this moment keeps no parameters
            return {}
        return {
            t("Model"): title,
            t("parameters"): f"{count:,}",
            t("1,000 rows, milliseconds"): f"{spent:.1f}",
        }


@st.cache_data(max_entries=64, show_spinner=False)
def _measured(
    name: str, rung: str, digest: str, step: int, _served: Callable[[Any, str], Served], _now: Any
) -> tuple[int, float]:
    served = _served(_now, rung)
    return served.parameters, milliseconds(served)
