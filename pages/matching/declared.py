"""The matching page, declared."""

from __future__ import annotations

from engine.matching import ENGINE
from pages.matching import (
    PLAYGROUND,
    experiments,
    exports,
    filters,
    hashing,
    measures,
    own_pairs,
    part,
    ranking,
    reading,
    settings,
    shapes,
    softmax,
    space,
    stage,
    where,
    words,
)
from pages.matching.answer import answer, judged, log_title
from pages.matching.costs import COSTS
from pages.matching.notes import NOTES
from pages.matching.questions import QUESTIONS
from pages.matching.shown import Shown, shown
from pages.matching.where import PLACE
from pages.ui.declared import Export, OnThePlayer, Own, Page
from pages.ui.language import N_, t
from pages.ui.pieces.section import Section


def _otherwise(now: Shown) -> str:
    return t("On stage: {log}, seed {seed}.", log=log_title(now.config), seed=now.config.seed)


PAGE = Page(
    about=PLAYGROUND,
    engine=ENGINE,
    place=PLACE,
    settings=settings.SETTINGS,
    shown=shown,
    answer=answer,
    judged=judged,
    stage=stage.stage,
    player=OnThePlayer(released=where.choose_query, clicked=stage.clicked, asked=stage.asked),
    otherwise=_otherwise,
    remarks=stage.remarks,
    below=ranking.draw,
    drill=part.draw,
    looks=(
        Section("measures", N_("Held out: NDCG, MRR and recall, beside BM25 and the trigram cosine"), measures.draw, "leaderboard"),
        Section("hashing", N_("Word hashing up close: trigrams, buckets, collisions, a misspelling"), hashing.up_close, "tag"),
        Section("shapes", N_("Shapes: 302 positions, a kernel of three, 300 windows"), shapes.draw, "straighten"),
        Section("filters", N_("Filters: what each gives to the cosine, and what it likes"), filters.draw, "filter_alt"),
        Section("delete", N_("Delete a word or a trigram: what is each worth?"), words.draw, "ink_eraser"),
        Section("reading", N_("The cosine as the document is read, gates and keywords"), reading.draw, "menu_book"),
        Section("gamma", N_("γ and J: what both do to P(D|Q)"), softmax.draw, "tune"),
        Section("space", N_("The semantic space over training"), space.draw, "scatter_plot"),
        COSTS.section(),
    ),
    experiments_about=experiments.about,
    experiments=experiments.EXPERIMENTS,
    own=Own("own_pairs", N_("Your pairs of query and document"), own_pairs.draw),
    notes=NOTES,
    export=Export(N_("Every document of the pool with its score and rank by each model and baseline."), exports.prepare, exports.opened),
    questions=QUESTIONS,
)  # fmt: skip
