"""A closer look: eight closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pages.matching import filters, hashing, measures, reading, shapes, softmax, space, words
from pages.matching.shown import Shown, shown
from pages.matching.where import PLACE
from pages.ui.language import N_, t
from pages.ui.pieces.section import section

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None]], ...] = (
    (
        "measures",
        N_("Held out: NDCG, MRR and recall, beside BM25 and the trigram cosine"),
        "leaderboard",
        measures.draw,
    ),
    ("hashing", N_("Word hashing up close: trigrams, buckets, collisions, a misspelling"), "tag", hashing.up_close),
    ("shapes", N_("Shapes: 302 positions, a kernel of three, 300 windows"), "straighten", shapes.draw),
    ("filters", N_("Filters: what each gives to the cosine, and what it likes"), "filter_alt", filters.draw),
    ("delete", N_("Delete a word or a trigram: what is each worth?"), "ink_eraser", words.draw),
    ("reading", N_("The cosine as the document is read, gates and keywords"), "menu_book", reading.draw),
    ("gamma", N_("γ and J: what both do to P(D|Q)"), "tune", softmax.draw),
    ("space", N_("The semantic space over training"), "scatter_plot", space.draw),
)


def draw() -> None:
    """All of them."""
    for name, title, icon, body in LOOKS:
        section(t(title), PLACE.open_key(name), partial(_draw, body), f":material/{icon}:")


def _draw(body: Callable[[Shown], None]) -> None:
    body(shown())
