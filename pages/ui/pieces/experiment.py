"""An experiment: a question that stored studies answer, drawn from their results, with a line for each of its claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.runs.studies.claims import Stored
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.verdict import Verdict
from pages.ui.language import language, t
from pages.ui.pieces.section import Section
from pages.ui.pieces.verdict import numbers, verdict_lines

R = TypeVar("R", bound=Stored[Any])
S = TypeVar("S")


def experiment(
    shipped: Shipped[Any, R],
    key: str,
    question: str,
    says: Mapping[str, str],
    draw: Callable[[R], None],
    told: Callable[[str, Verdict], str] = lambda claim, verdict: numbers(verdict),
) -> Section[Any]:
    """A section of a page. `says` is what each claim says, by its id: a sentence of the catalogues that may name the
    {distance} behind the id's @. An id with nothing there, or a dash, is of the language on screen. `told` writes the
    numbers of a verdict.
    """

    def asked() -> dict[str, str]:
        named = {_spoken(id_): sentence for id_, sentence in says.items()}
        return {claim: t(sentence, distance=claim.partition("@")[2]) for claim, sentence in named.items()}

    def opened(_: object) -> None:
        draw(shipped.results)
        verdict_lines(shipped, asked(), key, told)

    return Section(key, question, opened, claims=asked)


def _spoken(id_: str) -> str:
    name, at, cut = id_.partition("@")
    return f"{name}@{language()}{cut}" if at and cut in ("", "-long") else id_
