"""What the models make of the two documents on stage, as one sentence: cosines, and who can tell the two apart."""

from __future__ import annotations

from collections.abc import Mapping

from engine.matching import PairsConfig
from engine.matching.ladder import TITLES
from engine.matching.measures import TIE
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import OpenedModel
from pages.matching.panels import CHIPS
from pages.matching.shown import Shown, gone_of
from pages.ui.language import after_stop, language, listed, t, together
from pages.ui.latest import Latest
from pages.ui.marked import Marked
from pages.ui.numbers import number

WHOLE = {"en": "{differ}: {models}.", "zh": "{differ}：{models}。"}
EACH = {"en": "{model} (**{first} {sign} {second}**)", "zh": "{model}（**{first} {sign} {second}**）"}
Cosines = Mapping[str, tuple[float, float]]
"""By model: of the query with the first document, and with the second."""


def cosines(now: Shown) -> dict[str, tuple[float, float]]:
    """The cosines of the texts on stage, without the words that were deleted."""
    scene = now.scene()
    if isinstance(now.config, PairsConfig):  # a user's texts go with the browser session
        return _cosines(now.models, scene)
    key = (now.config.digest, now.frame.step, scene.query, scene.rows[:2])
    return _latest.get(key, lambda: _cosines(now.models, scene))


_latest: Latest[dict[str, tuple[float, float]]] = Latest(32)


def _cosines(models: Mapping[str, OpenedModel], scene: Scene) -> dict[str, tuple[float, float]]:
    found = {model: at.cosines(scene.query, scene.rows[:2]) for model, at in models.items()}
    return {model: (float(found[model][0]), float(found[model][-1])) for model in TITLES if model in found}


def compared(now: Shown, skill: str) -> str:
    """Which models can tell the document that was clicked from the one that was not, what they differ in being known."""
    found = cosines(now)
    above = {model: both for model, both in found.items() if both[0] - both[1] > TIE}
    below = {model: both for model, both in found.items() if both[1] - both[0] > TIE}
    equal = {model: both for model, both in found.items() if model not in above and model not in below}
    parts = []
    if equal:
        parts.append(t("{models} cannot tell D₁ from D₂", models=_each(equal, "=")))
        if above:
            parts.append(t("{models} can", models=_each(above, ">")))
    elif above:
        parts.append(t("D₁ comes first for {models}", models=_each(above, ">")))
    if below:
        parts.append(t("D₂ comes first for {models}", models=_each(below, "<")))
    told = Marked(WHOLE[language()]).format(differ=_differ(now, skill), models=listed(parts, "; "))
    if skill == "beyond" and "clsm" in equal and not gone_of(now.whole()):
        told += after_stop() + t(
            "{model} ties too: its window sees {window} words.", model=TITLES["clsm"], window=now.config.window
        )
    return told


def typed(now: Shown) -> str:
    """Cosines of a typed query: nobody clicked, so nothing is judged."""
    each = Marked("{model} **{first}** · **{second}**")
    said = (
        each.format(model=TITLES[model], first=number(first, 2), second=number(second, 2))
        for model, (first, second) in cosines(now).items()
    )
    return t("Your query, its cosines with D₁ · D₂, not judged: {cosines}.", cosines=listed(said))


def _differ(now: Shown, skill: str) -> str:
    """What the two documents differ in, and the moment where it is not the last."""
    said: str = t("Without the words you deleted") if gone_of(now.whole()) else t(CHIPS[skill])
    said = said[:1].upper() + said[1:]
    if now.frame.step < now.config.steps:
        said = t("{differ}, step {step}", differ=said, step=f"{now.frame.step:,}")
    return said


def _each(found: Cosines, sign: str) -> str:
    one = Marked(EACH[language()])
    parts = []
    for model, both in found.items():
        digits = _digits(*both) if sign != "=" else 2
        first, second = (number(value, digits) for value in both)
        parts.append(one.format(model=TITLES[model], first=first, sign=Marked(sign), second=second))
    return together(parts)


def _digits(first: float, second: float) -> int:
    """Decimals with which two numbers that are not the same do not look the same."""
    return next((n for n in range(2, 6) if f"{first:.{n}f}" != f"{second:.{n}f}"), 6)
