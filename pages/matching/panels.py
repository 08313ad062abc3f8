"""What stands at the right of the network, and the choice above it: texts, their cosines, feature maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.matching import MatchingConfig
from engine.matching.data.texts import Lexicon
from engine.matching.ladder import TITLES
from engine.matching.measures import TIE
from engine.matching.opened.exchanged import exchanged
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import Row
from pages.matching import diagram
from pages.ui.language import N_, bare, t
from pages.ui.player.stage import Chip, Maps, Match, Ref, Scores, Sweep

CHIPS = {
    "order": N_("neighbours swapped"),
    "beyond": N_("swapped beyond the window"),
    "spelling": N_("misspelt"),
    "evidence": N_("countries swapped"),
}
"""What the two documents on stage differ in, by the skill that telling them apart asks for."""
KEPT: dict[str, Literal["max", "last"]] = {"clsm": "max", "lstm": "last"}
MAP_TITLES = {
    "clsm": N_("Feature maps: eight filters that give most to the cosine"),
    "lstm": N_("Cell state C(t): eight units that give most to the cosine"),
}


def sweep(config: MatchingConfig, scenes: Sequence[Scene], warning: str) -> Sweep:
    """The queries that are offered: a chip for each kind of generated ones, a list of a viewer's own."""
    chips = tuple(Chip(t(CHIPS[skill]), values) for skill, values in _of_skill(config, scenes).items())
    return Sweep(
        "query",
        t("Query"),
        "",
        0.0,
        float(max(len(scenes) - 1, 1)),
        1.0,
        tuple(float(n) for n in range(len(scenes))),
        t("Choose what is changed in D₂, or type a query of your own") if chips else t("Choose a query, or type one"),
        options=tuple(scene.text for scene in scenes),
        ask=t("or type your own query"),
        chips=chips,
        turn=t("The next query of this kind"),
        warning=warning,
    )


def _of_skill(config: MatchingConfig, scenes: Sequence[Scene]) -> dict[str, tuple[float, ...]]:
    """By what they ask of a model, in the order of the chips: the places of the held-out queries. They begin with two of each
    skill; behind those the skills take turns."""
    skills, pairs = config.skills, 2 * len(config.skills)
    asks = [
        skills[n // 2 if n < pairs else (n - pairs) % len(skills)]
        for n, scene in enumerate(scenes)
        if skills and scene.clicked
    ]
    return {skill: tuple(float(n) for n, one in enumerate(asks) if one == skill) for skill in CHIPS if skill in asks}


def match(
    models: Sequence[str],
    scenes: Sequence[Scene],
    texts: Sequence[tuple[Row, Row]],
    gone: Sequence[tuple[int, ...]],
    lexicon: Lexicon,
) -> Match:
    """The words of the query and of two documents."""
    second = [scene.rows[1] if len(scene.rows) > 1 else () for scene in scenes]
    changed = [exchanged(text[1], row) for text, row in zip(texts, second, strict=True)]
    return Match(
        "match",
        t("Darker words give more to the cosine, dashed ones take; click to delete one"),
        tuple((*text, row) for text, row in zip(texts, second, strict=True)),
        tuple(gone),
        tuple(one.pairs for one in changed),
        tuple(one.only for one in changed),
        tuple(_unseen(lexicon, scene.query) for scene in scenes),
        {model: Ref(f"{model}.lit") for model in models},
        {model: Ref(f"{model}.links") for model in models},
        diagram.SIDE_HUES,
        ("Q", "D₁", "D₂"),
        t("gives to the cosine"),
        t("deleted"),
        bare("{shown} of {all} words, where most is gained"),
    )


def _unseen(lexicon: Lexicon, query: Row) -> str:
    """That a query, or a part of it, says nothing to the models; "" where all of it was seen in training."""
    known = [flag for token in query for flag in lexicon.known(token)]
    if all(known):
        return ""
    return bare("{unseen} of {all} features never occurred in training", unseen=len(known) - sum(known), all=len(known))


def scores(models: Sequence[str], names: Mapping[str, str]) -> Scores:
    """The cosines of both documents by every model, and in their place what a model has along the words."""
    return Scores(
        "maps",
        t("Whose cosine is higher, D₁'s or D₂'s? As far as read"),
        {model: Ref(f"{model}.cos") for model in models},
        {model: TITLES[model] for model in models},
        (names["d1"], names["d2"]),
        diagram.SIDE_HUES[1:],
        t("cosine"),
        TIE,
        _maps(models),
        t("Feature maps") if "clsm" in models else t("Cell states"),
        t("Cosines"),
    )


def _maps(models: Sequence[str]) -> Maps:
    """Features along the words, of the models that read one after another: a bag has no places."""
    drawn = [model for model in models if model != "dssm"]
    return Maps(
        "maps",
        t("Along the words"),
        {model: t(MAP_TITLES[model]) for model in drawn},
        {model: Ref(f"{model}.heat") for model in drawn},
        {model: Ref(f"{model}.rows") for model in drawn},
        {model: {"clsm": bare("filter {n}"), "lstm": bare("unit {n}")}[model] for model in drawn},
        {model: KEPT[model] for model in drawn},
        {model: {"clsm": t("max"), "lstm": t("last")}[model] for model in drawn},
    )
