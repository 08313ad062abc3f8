"""Readable names for the simulated site, in the language of the screen: titles, channels, users, search words.

A name is a function of a number, without any table as long as the catalogue.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TypeVar

from engine.recommender.site.wordings import WORDINGS, Wording
from engine.recommender.site.world import WORDS

Item = TypeVar("Item")

SHORT, LONG = 4.0, 12.0
"""Minutes below and above which the length shows in a title."""


@functools.lru_cache(maxsize=20_000)
def video_title(video: int, topic: int, bait: float, minutes: float, language: str) -> str:
    """The title of a video; where bait > .5 it promises too much, always with an exclamation mark."""
    wording = WORDINGS[language]
    about = wording.topics[topic]
    length = ("short",) if minutes < SHORT else ("long",) if minutes >= LONG else ()
    families = ("bait",) if bait > 0.5 else ("any", about.family, *length)
    pattern = _pick([p for family in families for p in wording.patterns[family]], video, 0)
    subject = _pick(about.subjects, video, 1)
    slots = _slots(wording, video) | {"m": str(max(round(minutes), 1)), "s": str(round(minutes * 60))}
    for thing in (_pick(about.kinds, video, 2) + wording.joint + subject, subject):
        title = pattern.format(t=thing, **slots)
        if len(title) <= wording.longest:
            break
    return title[0].upper() + title[1:]


def channel_name(channel: int, topic: int, language: str) -> str:
    """The name of a channel that keeps to a topic."""
    wording = WORDINGS[language]
    word = _pick(wording.topics[topic].channels, ~channel, 1)
    return _pick(wording.channels, ~channel, 0).format(w=word, **_slots(wording, ~channel))


def user_name(user: int, age: int, language: str) -> str:
    """A first name and the age; users next to each other are called differently."""
    names = WORDINGS[language].names
    return WORDINGS[language].user.format(name=names[user * 29 % len(names)], age=age)  # 29 and 48 share no factor


def search_word(token: int, language: str) -> str:
    """What a search token stands for: token = topic · WORDS + n."""
    topic, n = divmod(token, WORDS)
    return WORDINGS[language].topics[topic].words[n]


def _slots(wording: Wording, number: int) -> dict[str, str]:
    """What patterns may mention."""
    return {
        "n": str(_pick(range(2, 52), number, 3)),
        "p": _pick(wording.places, number, 4),
        "a": _pick(wording.names, number, 5),
        "b": _pick(wording.names, number, 6),
    }


def _pick(options: Sequence[Item], number: int, part: int) -> Item:
    """One of them, by the hash of a number and of which part of the name it is for (splitmix64)."""
    mixed = (int(number) * 8 + part + 1) * 0x9E3779B97F4A7C15 % 2**64
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
    return options[(mixed ^ mixed >> 31) % len(options)]
