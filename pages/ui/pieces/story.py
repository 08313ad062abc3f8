"""A playground's story: one markdown file per language → states of the page, each with its text.

A section of the file is one state:

    ## M1 · One bottom for all tasks
    <!-- state: rung=shared_bottom hero=0 frame=last -->
    What to look at, and what to check.

The ids of the points it shows stand before the first dot, its title after. What the settings mean is the page's affair.

A state may ask the room before it shows, with a name that the page knows the answer by, and the settings that show it:

    <!-- ask: least_loss reveal: rung=mmoe hero=0.5 -->
    > Which structure has the least loss?
    > - mmoe: MMoE
    > - ple: PLE

Which choice is right stands nowhere: it is computed.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.files import ROOT

STORIES = ROOT / "assets" / "stories"

_HEADING = re.compile(r"## (?P<ids>[A-Z]+\d+(?: [A-Z]+\d+)*) · (?P<title>\S.*)")
_STATE = re.compile(r"<!-- state: (?P<settings>\S.*) -->")
_ASK = re.compile(r"<!-- ask: (?P<name>[a-z_]+) reveal: (?P<settings>\S.*) -->")
_CHOICE = re.compile(r"> - (?P<id>[a-z0-9_]+): (?P<text>\S.*)")
CHOICES = 4
"""A to D."""
_SETTING = re.compile(r"(?P<key>[a-z_]+)=(?P<value>[^\s=]+)")


@dataclass(frozen=True, slots=True)
class Question:
    """What a room is asked before it is shown: the text, the choices by what the page calls them, and what to set to show it."""

    name: str
    text: str
    choices: Mapping[str, str]
    reveal: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """One state of the page: the points it shows, what to set, what to say, and what to ask. `text` is markdown."""

    ids: tuple[str, ...]
    title: str
    setting: Mapping[str, str]
    text: str
    question: Question | None = None


@functools.cache
def load(name: str, language: str) -> tuple[State, ...]:
    """The states of `assets/stories/{name}.{language}.md`, in the order of telling.

    Raises ValueError with file and line where a section is malformed, FileNotFoundError where there is no such story.
    """
    if not (re.fullmatch("[a-z_]+", name) and re.fullmatch("[a-z]{2}", language)):  # a language may come from a URL
        raise ValueError(f"no story is named {name!r} in {language!r}")
    path = STORIES / f"{name}.{language}.md"
    return parse(path.read_text(encoding="utf-8"), str(path))


def coverage(name: str) -> dict[str, int]:
    """How many states show each point, in the order of first showing. All languages tell the same points (tested)."""
    return dict(Counter(point for state in load(name, "en") for point in state.ids))


def parse(text: str, file: str) -> tuple[State, ...]:
    """The states of a story's markdown; `file` is what an error names. Raises ValueError, also on an empty story."""
    states = tuple(_state(section, f"{file}:{line}") for line, section in _sections(text, file))
    if not states:
        raise ValueError(f"{file}:1: a story needs at least one section, '## ID · title'")
    return states


def _sections(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, lines) of every section, its heading first; nothing but blank lines may come before the first."""
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("## ")]
    ends = [*starts, len(lines)]
    for index, line in enumerate(lines[: ends[0]]):
        if line.strip():
            raise ValueError(f"{file}:{index + 1}: text before the first section: {line!r}")
    for start, end in zip(starts, ends[1:], strict=True):
        yield start + 1, lines[start:end]


def _state(section: list[str], where: str) -> State:
    heading = _HEADING.fullmatch(section[0].rstrip())
    if heading is None:
        raise ValueError(f"{where}: a heading is '## ID · title', not {section[0]!r}")
    comment = _STATE.fullmatch(section[1].strip()) if len(section) > 1 else None
    if comment is None:
        raise ValueError(f"{where}: the line after a heading must be '<!-- state: key=value … -->'")
    question, rest = _question(section[2:], where)
    text = "\n".join(rest).strip()
    if not text:
        raise ValueError(f"{where}: the section has no text")
    if "<!--" in text:
        raise ValueError(f"{where}: a section has one state and no other comment")
    ids = tuple(heading["ids"].split())
    if len(set(ids)) < len(ids):
        raise ValueError(f"{where}: an id stands twice in {heading['ids']!r}")
    return State(ids, heading["title"], MappingProxyType(_settings(comment["settings"], where)), text, question)


def _question(lines: list[str], where: str) -> tuple[Question | None, list[str]]:
    """What a section asks, if it does, and its other lines."""
    asked = _ASK.fullmatch(lines[0].strip()) if lines else None
    if asked is None:
        return None, lines
    quoted = list(itertools.takewhile(lambda line: line.startswith(">"), lines[1:]))
    found = [_CHOICE.fullmatch(line.rstrip()) for line in quoted]
    choices = {one["id"]: one["text"] for one in found if one}
    text = " ".join(line.removeprefix(">").strip() for line, one in zip(quoted, found, strict=True) if not one)
    if not text or len(choices) != CHOICES:
        raise ValueError(f"{where}: a question is a text and {CHOICES} choices, '> - name: text'")
    reveal = MappingProxyType(_settings(asked["settings"], where))
    return Question(asked["name"], text, MappingProxyType(choices), reveal), lines[1 + len(quoted) :]


def _settings(written: str, where: str) -> dict[str, str]:
    settings: dict[str, str] = {}
    for pair in written.split():
        found = _SETTING.fullmatch(pair)
        if found is None:
            raise ValueError(f"{where}: a setting is key=value, not {pair!r}")
        if found["key"] in settings:
            raise ValueError(f"{where}: {found['key']} is set twice")
        settings[found["key"]] = found["value"]
    return settings
