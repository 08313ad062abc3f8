"""The multitask page, declared."""

from __future__ import annotations

from engine.multitask import ENGINE
from pages.multitask import (
    PLAYGROUND,
    experiments,
    exports,
    intervene,
    looks,
    own_data,
    part,
    real_table,
    settings,
    shown,
)
from pages.multitask.answer import answer, judged
from pages.multitask.costs import COSTS
from pages.multitask.notes import NOTES
from pages.multitask.questions import QUESTIONS
from pages.multitask.where import PLACE
from pages.ui.declared import Export, OnThePlayer, Own, Page
from pages.ui.language import N_
from pages.ui.pieces.section import Section

PAGE = Page(
    about=PLAYGROUND,
    engine=ENGINE,
    place=PLACE,
    settings=settings.SETTINGS,
    shown=shown.shown,
    answer=answer,
    judged=judged,
    stage=shown.stage,
    player=OnThePlayer(released=lambda p: PLACE.set_hero(round(p, 4)), clicked=shown.clicked),
    otherwise=shown.otherwise,
    recorded=N_("Recorded sweep"),
    drill=part.draw,
    looks=(
        Section(
            "intervene",
            N_("What if an expert were gone?"),
            intervene.intervention,
            "content_cut",
            shown=intervene.is_gated,
        ),
        Section("labels", N_("The labels of two tasks, and what p does to them"), looks.labels, "scatter_plot"),
        Section("gates", N_("The gates over training: weights, entropy, distance"), looks.gates, "tune"),
        COSTS.section(),
    ),
    experiments_about=experiments.about,
    experiments=experiments.EXPERIMENTS,
    own=Own("own_data", N_("Your data: which structure should I pick for my table?"), own_data.draw),
    notes=NOTES,
    export=Export(
        N_("Loss of every structure, seed and task at every frame, and the weights of the gates."),
        exports.prepare,
        exports.opened,
    ),
    hero_of=settings.hero_of,
    story_opens={"experiments": ("loss", "gap", "advantage")},
    questions=QUESTIONS,
    beforehand=real_table.BEFOREHAND,
)
