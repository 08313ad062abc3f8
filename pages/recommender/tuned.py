"""What tuning chose for the methods without a network, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from engine.runs.frame import Array
from pages.ui.language import bare, listed, t


def told_chosen(known: Mapping[str, Array]) -> str:
    """What tuning chose, where it is told."""
    if "chosen.recent" not in known:
        return ""
    some = {name: float(value) for name, value in known.items() if name.startswith("chosen.")}
    said = listed(
        (
            bare("last days: {days}", days=f"{some['chosen.recent']:g}"),
            bare("in own categories: {days}", days=f"{some['chosen.kinds']:g}"),
            bare(
                "item-kNN: {count} neighbours, shrinkage {shrinkage}",
                count=f"{some['chosen.neighbours']:g}",
                shrinkage=f"{some['chosen.shrinkage']:g}",
            ),
            f"EASE: λ {some['chosen.penalty']:g}",
            *_als(some),
        )
    )
    return t("Tuned on this site, on the watches before the held-out ones: {said}.", said=said)


def _als(some: Mapping[str, float]) -> list[str]:
    """What tuning chose for ALS; nothing of a run that was recorded without it."""
    if "chosen.factors" not in some:
        return []
    return [
        bare(
            "ALS: {factors} factors, α {confidence}, λ {penalty}",
            factors=f"{some['chosen.factors']:g}",
            confidence=f"{some['chosen.confidence']:g}",
            penalty=f"{some['chosen.als_penalty']:g}",
        )
    ]
