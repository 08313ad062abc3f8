"""The claims of a ladder as a list of questions, each with its verdict, closed at first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

import streamlit as st

from engine.runs.verdict import Verdict
from pages.ui.language import t
from pages.ui.pieces.section import section
from pages.ui.pieces.verdict import Claim, stored_verdict
from pages.ui.place import Place


class Question(Protocol):
    """One line, the ids of the claims that answer it, and the name of its section."""

    @property
    def text(self) -> str: ...

    @property
    def claims(self) -> Sequence[str] | Mapping[str, str]: ...

    @property
    def open(self) -> str: ...


Q = TypeVar("Q", bound=Question)


def questions(
    place: Place,
    asked: Iterable[Q],
    claims: Sequence[Claim],
    seeds: object,
    short: Callable[[dict[str, Verdict]], str],
    draw: Callable[[Q, dict[str, Verdict]], None],
) -> None:
    """Each question with `short`, its verdicts in one badge; `draw` fills what is opened."""
    known = {claim.id: claim for claim in claims}
    for question in asked:
        try:
            verdicts = {name: stored_verdict(known[name], seeds) for name in question.claims if name in known}
        except KeyError:  # the claims were changed and not yet trained; a test fails on that too
            st.warning(
                t(
                    "{question} The stored study is older than the question: run `make claims`.",
                    question=t(question.text),
                )
            )
            continue
        title = t(question.text) + " " + short(verdicts)
        section(title, place.open_key(question.open), partial(draw, question, verdicts))
