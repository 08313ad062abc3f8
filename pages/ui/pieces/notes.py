"""Notes of a page: formulas, where they come from, and the lines of the engine that compute what is shown."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

import streamlit as st

from pages.ui.language import t
from pages.ui.marked import Marked


class Formula(str):
    """LaTeX among the lines of a note."""


class Name(str):
    """A heading that is the same in every language, as Markdown."""


@dataclass(frozen=True, slots=True)
class Notes:
    """columns  side by side: sentences of the catalogues, as Markdown, and formulas
    below    further sentences
    code     classes and functions of the engine, whose source is shown, by their file
    """

    columns: Sequence[Sequence[str]]
    below: Sequence[str] = ()
    code: Mapping[str, Sequence[Callable[..., Any]]] = field(default_factory=dict)

    def draw(self) -> None:
        """Draw the notes into an open section."""
        for column, lines in zip(st.columns(len(self.columns), gap="large"), self.columns, strict=True):
            with column:
                for line in lines:
                    _draw(line)
        for line in self.below:
            st.markdown(t(line))
        st.markdown(t("**The code that runs**"))
        for file, parts in self.code.items():
            st.markdown(Marked(f"`{file}`"))
            for part in parts:
                st.code(dedent(inspect.getsource(part)), language="python")


def _draw(line: str) -> None:
    if isinstance(line, Formula):
        st.latex(line)
    else:
        st.markdown(line if isinstance(line, Name) else t(line))
