"""A playground's settings in their three groups, data, model and training, and how sentences name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from engine.runs.config import Config
from pages.ui.controls import controls
from pages.ui.controls.controls import Control
from pages.ui.language import t

C = TypeVar("C", bound=Config)
Drawn = Callable[[], Mapping[str, Any]]


def nothing() -> Mapping[str, Any]:
    """No further control."""
    return {}


@dataclass(frozen=True, slots=True)
class Groups(Generic[C]):
    """The controls of a config. `labels` name the fields that a page draws by hand, `words` the options of choices:
    both map to sentences of the catalogues."""

    kind: type[C]
    data: Sequence[Control]
    model: Sequence[Control]
    training: Sequence[Control]
    labels: Mapping[str, str]
    words: Mapping[str, str]

    def draw(self, values: Mapping[str, Any], before: Drawn = nothing, after: Drawn = nothing) -> C | None:
        """The three groups, closed at first; `before` and `after` draw into the data group. The config that all of them
        make together with `values`, or None with the reason shown."""
        made = dict(values)
        with st.expander(t("Data"), icon=":material/table_rows:"):
            made |= before()
            made |= self._drawn(self.data)
            made |= after()
        with st.expander(t("Model"), icon=":material/account_tree:"):
            made |= self._drawn(self.model)
        with st.expander(t("Training"), icon=":material/model_training:"):
            made |= self._drawn(self.training)
        return controls.made(self.kind, made, self.label)

    def _drawn(self, some: Sequence[Control]) -> dict[str, Any]:
        return {control.field: controls.draw(self.kind, control) for control in some}

    def label(self, field: object) -> str:
        """A setting's label, for sentences about differences."""
        known = {control.field: control.label for control in (*self.data, *self.model, *self.training)} | dict(
            self.labels
        )
        return t(known[str(field)]) if str(field) in known else str(field)

    def written(self, value: object) -> str:
        """A setting's value in words, for the same sentences."""
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}"
        if isinstance(value, float):
            return f"{value:g}"
        if isinstance(value, list | tuple):
            return "/".join(self.written(item) for item in value)
        return t(self.words[str(value)]) if str(value) in self.words else str(value)
