"""What each model of a page costs: its parameters, the time of training it, and that of answering a thousand rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from engine.cost import Served, milliseconds
from engine.errors import UserError
from engine.runs.playground import Engine
from engine.training_time import STEPS, TURNS
from pages.ui.language import N_, t
from pages.ui.pieces import rates, training_times
from pages.ui.pieces.section import Section
from pages.ui.run import polling
from pages.ui.run.on_stage import OnStage

S = TypeVar("S", bound=OnStage[Any])
TITLE = N_("Cost: how large is each, and how fast does it answer?")


@dataclass(frozen=True, slots=True)
class Costs(Generic[S]):
    """What a page says of its models' costs.

    served   a model's pass over many rows, by its rung and what is on stage
    rows     what these rows are, a sentence of the catalogues
    others   what is measured beside the models in the same time, title by name, and in a sentence what of it
    """

    engine: Engine[Any, Any]
    served: Callable[[S, str], Served]
    rows: str
    others: Mapping[str, str] = field(default_factory=dict)
    others_said: str = ""

    def section(self) -> Section[S]:
        """The section that shows them."""
        return Section("costs", TITLE, self.draw, "payments")

    def draw(self, now: S) -> None:
        """A row for each model that the run on stage has."""
        config = now.config
        training_times.ask(self.engine, config)
        polling.polled(
            lambda: self._table(now),
            key="costs_table",
            stamp=lambda: training_times.stamp(config),
            going_on=lambda: training_times.measuring(config),
        )

    def _table(self, now: S) -> None:
        trained = training_times.seconds(now.config)
        rows = [self._row(now, rung, t(one.title), trained) for rung, one in self.engine.ladder.items()]
        shown = [row for row in rows if row] + self._others(training_times.measured(now.config))
        st.dataframe(pd.DataFrame(shown).fillna(""), hide_index=True, height="content", alt=t(TITLE))
        st.caption(
            t(
                "Parameters and time of the models on stage. {rows}: one thread of this server, the fastest of five passes.",
                rows=t(self.rows),
            )
        )
        if trained:
            st.caption(
                t(
                    "Training: {steps} steps of one seed on one thread of this machine, from the fastest of {turns} turns of {few} steps in which the models took their turns.",
                    steps=f"{now.config.to_dict()['steps']:,}",
                    turns=TURNS,
                    few=STEPS,
                )
            )
        elif training_times.measuring(now.config):
            st.caption(t("How long each takes to train is being measured."))
        if self.others and trained:
            st.caption(t(self.others_said))
        st.caption(rates.told(self.engine))

    def _others(self, measured: Mapping[str, float]) -> list[Mapping[str, str]]:
        """A row for each of the others, where it has been measured."""
        return [
            {
                t("Model"): t(title),
                t("parameters"): f"{measured[f'{name}.numbers']:,.0f}",
                t("training, seconds"): f"{measured[f'{name}.seconds']:.1f}",
                t("1,000 rows, milliseconds"): f"{measured[f'{name}.milliseconds']:.1f}",
            }
            for name, title in self.others.items()
            if f"{name}.numbers" in measured
        ]

    def _row(self, now: S, rung: str, title: str, trained: Mapping[str, float]) -> Mapping[str, str]:
        try:
            count, spent = _measured(self.engine.name, rung, now.config.digest, now.frame.step, self.served, now)
        except (UserError, KeyError):  # not in this run, or this moment keeps no parameters
            return {}
        took: dict[str, str] = {t("training, seconds"): f"{trained[rung]:.1f}"} if rung in trained else {}
        return {
            t("Model"): title,
            t("parameters"): f"{count:,}",
            **took,
            t("1,000 rows, milliseconds"): f"{spent:.1f}",
            **rates.cells(self.engine, now.config, rung),
        }


@st.cache_data(max_entries=64, show_spinner=False)
def _measured(
    name: str, rung: str, digest: str, step: int, _served: Callable[[Any, str], Served], _now: Any
) -> tuple[int, float]:
    served = _served(_now, rung)
    return served.parameters, milliseconds(served)
