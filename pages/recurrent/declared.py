"""The recurrent page, declared."""

from __future__ import annotations

from engine.recurrent import ENGINE, RecurrentConfig
from pages.recurrent import PLAYGROUND, experiments, exports, intervene, looks, own_text, part, settings, shown
from pages.recurrent.answer import answer, judged
from pages.recurrent.costs import COSTS
from pages.recurrent.notes import NOTES
from pages.recurrent.questions import QUESTIONS
from pages.recurrent.shown import Shown
from pages.recurrent.where import PLACE
from pages.ui.declared import Export, OnThePlayer, Own, Page
from pages.ui.language import N_
from pages.ui.pieces.section import Section

PAGE: Page[RecurrentConfig, Shown] = Page(
    about=PLAYGROUND,
    engine=ENGINE,
    place=PLACE,
    settings=settings.SETTINGS,
    shown=shown.shown,
    answer=answer,
    judged=judged,
    stage=shown.stage,
    player=OnThePlayer(
        released=lambda value: PLACE.set_hero(float(round(value))),
        clicked=shown.clicked,
    ),
    otherwise=shown.otherwise,
    drill=part.draw,
    looks=(
        Section("answers", N_("The answer after every word"), looks.answer_look, "show_chart"),
        Section("units", N_("Every unit at every word, and which units carry the answer"), part.units),
        Section(
            "intervene", N_("What if a gate were forced, or a peephole cut?"), intervene.intervene, "content_cut"
        ),
        Section(
            "own_sentence", N_("Write your own sentence and read the gates"), intervene.own, "edit",
            shown=lambda now: now.config.task == "language",
        ),
        Section(
            "gradient", N_("Gradient over distance, untrained: who vanishes, and what forget bias repairs"),
            looks.gradient_look, "trending_down",
        ),
        Section(
            "chain", N_("The chain rule as a product: factor by factor back to the first word"), looks.chain_look, "link"
        ),
        Section(
            "connectivity", N_("Which word moves which answer: output word × input word"), looks.connectivity_look, "grid_on"
        ),
        Section(
            "learning", N_("Learning: accuracy over training, and looking into earlier moments"), looks.learning_look, "school"
        ),
        COSTS.section(),
    ),
    experiments_about=experiments.about,
    experiments=experiments.EXPERIMENTS,
    own=Own("own_text", N_("Your text: predict the next character"), own_text.draw),
    notes=NOTES,
    export=Export(N_("Every gate and state of every unit and word of the sequence on stage."), exports.prepare, exports.opened),
    hero_of=settings.hero_of,
    step_of=settings.step_of,
    questions=QUESTIONS,
    beforehand=looks.BEFOREHAND,
)  # fmt: skip
