"""The recommender page, declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.recommender import ENGINE
from engine.recommender.claims import RECALL, SEEDS, TUNING
from pages.recommender import PLAYGROUND, exports, opponents, own_log, settings, stage, where, why
from pages.recommender.answer import answer
from pages.recommender.costs import COSTS
from pages.recommender.looks import (
    ab,
    against,
    days,
    depth,
    example_age,
    head_heavy,
    item2vec,
    learning,
    negative_sampling,
    path,
    real_logs,
    serving,
    softmax_or_odds,
    split,
    watch_time,
)
from pages.recommender.notes import NOTES
from pages.recommender.questions import QUESTIONS
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.declared import Export, OnThePlayer, Own, Page
from pages.ui.language import N_, t
from pages.ui.pieces.section import Section


def _about() -> str:
    """What the stored studies are."""
    return t(
        "Stored studies of {seeds} seeds, {steps} steps of recall or of ranking, the same worlds on both sides of a comparison. Every setting has the learning rate that was best in {tuning} other worlds, and it falls to 0 over the run. The claims of this page are judged together.",
        seeds=len(SEEDS),
        steps=f"{RECALL.steps:,}",
        tuning=len(TUNING),
    )


def _judged(
    key: str, title: str, draw: Callable[[Shown], None], icon: str, claims: Mapping[str, str]
) -> Section[Shown]:
    return Section(key, title, draw, icon, claims=lambda: {claim: t(said) for claim, said in claims.items()})


PAGE = Page(
    about=PLAYGROUND,
    engine=ENGINE,
    place=PLACE,
    settings=settings.SETTINGS,
    shown=shown,
    answer=answer,
    stage=stage.stage,
    player=OnThePlayer(released=where.choose_user, clicked=stage.clicked, closed=where.let_go),
    otherwise=stage.otherwise,
    drill=opponents.draw,
    below=why.draw,
    looks=(
        Section("learning", N_("Learning: how much do both models find, step by step, and how did an earlier moment choose?"), learning.draw, "school"),
        Section("path", N_("The user's path: from watches to u, to candidates, to odds. What is each number made of?"), path.draw, "route"),
        Section("serving", N_("Serving: what is cut from training, what does an index miss, and what is in the file?"), serving.draw, "cloud_upload"),
        Section("which", N_("Which, not whether: what happens to the others when one video gains?"), softmax_or_odds.draw, "pie_chart"),
        Section("days", N_("Days go by: does true watch time rise, and what is still shown?"), days.draw, "calendar_month"),
        COSTS.section(),
    ),
    experiments_about=_about,
    experiments=(
        _judged("against", N_("Opponents: does recall find more than methods without a network?"), against.draw, "sports_martial_arts", against.CLAIMS),
        Section("real_logs", N_("Real logs: what do the same methods find on KuaiRand and MovieLens?"), real_logs.draw, "dataset"),
        _judged("watch_time", N_("Watch time: what do its weights earn, and are the odds minutes?"), watch_time.draw, "schedule", watch_time.CLAIMS),
        _judged("ab", N_("A/B: which order earns more, and would the log of one half have told?"), ab.draw, "call_split", ab.CLAIMS),
        _judged("item2vec", N_("item2vec: what stands near what, and does it find more?"), item2vec.draw, "hub", item2vec.CLAIMS),
        _judged("age", N_("Age and example age: what do they bend, and do new videos gain?"), example_age.draw, "timer", example_age.CLAIMS),
        _judged("negatives", N_("Negative sampling: how near is it to the full softmax, and do more find more?"), negative_sampling.draw, "casino", negative_sampling.CLAIMS),
        _judged("split", N_("The split: what does a random hold-out promise, and who gains by equal samples?"), split.draw, "content_cut", split.CLAIMS),
        _judged("head", N_("User-generated or head-heavy: how far does popularity come?"), head_heavy.draw, "equalizer", head_heavy.CLAIMS),
        _judged("depth", N_("How many layers: does a further one find more?"), depth.draw, "layers", depth.CLAIMS),
    ),
    own=Own("own", N_("Your log of watches"), own_log.draw),
    notes=NOTES,
    export=Export(
        N_("Every candidate with its score, its odds, its places and, on a simulated site, its true minutes."),
        exports.prepare,
        exports.opened,
        exports.taken_away,
    ),
    arrive=where.forget,
    before_train=where.forget,
    switched=stage.switched,
    questions=QUESTIONS,
    beforehand=real_logs.BEFOREHAND,
)  # fmt: skip
