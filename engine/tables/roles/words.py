"""Yes and no, in words and signs: what a column with two values says."""

from __future__ import annotations

import re
from collections.abc import Sequence

YES = frozenset((
    "1", "1.0", "true", "yes", "y", "t", "on", "是", "有", "对", "真", "已", "positive", "pos", "clicked", "click", "liked", "bought",
    "ja", "oui", "sí", "si", "sì", "sim", "да", "tak", "はい", "예",
    "relevant", "duplicate", "entailment", "paraphrase", "success", "√", "✓", "+1", "+",
))  # fmt: skip
NO = frozenset((
    "nein", "non", "não", "nao", "нет", "nie", "nej", "いいえ", "아니오",
    "0", "0.0", "-1", "-1.0", "false", "no", "n", "f", "off", "否", "无", "没有", "错", "假", "未", "negative", "neg", "not clicked",
    "not relevant", "irrelevant", "non-relevant", "not duplicate", "not_duplicate", "contradiction", "neutral", "failure", "×", "✗",
    "-", "not_paraphrase", "not paraphrase", "坏",
))  # fmt: skip
ABOVE, BELOW = re.compile(r"^(?:>=?|≥|above|over)\s*[\d$]|\+\.?$"), re.compile(r"^(?:<=?|≤|below|under|-\s|- )\s*[\d$]")
"""An amount and more, and less than it: >50K and <=50K, 50000+. and - 50000."""


def positive_of(values: Sequence[str]) -> str | None:
    """The one of two values that says yes; None where neither says so."""
    if len(values) != 2:
        return None
    one, other = values
    for first, second in ((one, other), (other, one)):
        small, large = first.strip().lower(), second.strip().lower()
        denied = "not" in small or "non" in small
        if small in NO and large not in NO and (large in YES or denied):
            return second
        if BELOW.search(small) and ABOVE.search(large):
            return second
    return None
