"""A playground's page as data: what it asks, what is on its stage, and the sections below, declared once.

`pages.ui.page` draws it. Its names in the URL, the targets of its story, and what tests try on it follow from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import pandas as pd

from engine.runs.config import Config
from engine.runs.playground import Engine, Opened
from pages.ui.controls import controls
from pages.ui.controls.controls import Preset
from pages.ui.controls.settings import Settings
from pages.ui.language import N_
from pages.ui.pieces import report
from pages.ui.pieces.notes import Notes
from pages.ui.pieces.questions import Found
from pages.ui.pieces.section import Section
from pages.ui.pieces.verdict import Judged
from pages.ui.place import Place
from pages.ui.player.position import Click, Position
from pages.ui.player.stage import Stage
from pages.ui.playground import Playground
from pages.ui.run.on_stage import OnStage

C = TypeVar("C", bound=Config)
S = TypeVar("S", bound=OnStage[Any])


def remember(place: Place, stage: Stage, position: Position) -> None:
    """What moving the stage does by itself: the URL learns where it is."""
    place.remember(position, stage.steps)


def select(place: Place, stage: Stage, click: Click) -> None:
    """What a click on a part does by itself: the part is selected; a click beside the parts, or on an edge, selects nothing
    new."""
    element = click.element if click.element is None or ">" not in click.element else None
    here = Position(click.frame, click.hero, click.rung, element or place.read(place.part))
    place.remember(here, stage.steps)


@dataclass(frozen=True, slots=True)
class OnThePlayer(Generic[S]):
    """What the stage does with the viewer's moves, besides drawing the page again.

    moved     to another step, rung or part
    released  the hero has another value
    clicked   on a part, a cell or a dot
    asked     a text was typed, where the hero takes texts
    closed    the drawer of what was clicked was closed, where that is no part that can be selected
    """

    moved: Callable[[S, Stage, Position], None] | None = None
    released: Callable[[float], None] | None = None
    clicked: Callable[[S, Stage, Click], None] | None = None
    asked: Callable[[S, str], None] | None = None
    closed: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """The section for what a viewer brings: `train` is the work of the engine that takes it."""

    key: str
    title: str
    draw: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Export(Generic[S]):
    """What can be taken away beside the recording.

    about    what the table holds, a sentence of the catalogues
    prepare  gathers from what is on stage, while the page is drawn; the two that it returns make the table, and the blocks of
             the report, later and elsewhere: they may ask for no URL, control or session
    opened   the models on stage, ready to be asked: one of them can be taken away
    remark   what the report says behind the answer
    """

    about: str
    prepare: Callable[[S], tuple[Callable[[], pd.DataFrame], Callable[[], Sequence[report.Section]]]]
    opened: Callable[[S], Opened[Any]]
    remark: Callable[[S], str] = lambda now: ""


@dataclass(frozen=True)
class Page(Generic[C, S]):
    """One playground's page, from top to bottom: question and answer, stage, drill-down, closer looks, experiments, the
    viewer's own data, notes, and what can be taken away.

    place      where in it a viewer is
    settings   the sidebar
    shown      what is on stage now
    answer     of what is on stage, as one sentence
    judged     what is judged of it, where anything is
    stage      the player's scene of it
    otherwise  what stands below the stage where the controls differ in nothing
    drill      draws with the page what was clicked, or what is compared; `below` draws with each frame of a training. What is
               polled by itself belongs to the first: the second is a part of what is polled already
    remarks    draws what the stage cannot show
    story_opens    sections by a name that the story uses for several
    questions      by the name that the story asks by: what was measured
    beforehand     what takes long and is kept: asked for once, while nobody is there
    """

    about: Playground
    engine: Engine[C, Any]
    place: Place
    settings: Settings[C]
    shown: Callable[[], S]
    answer: Callable[[S], str]
    stage: Callable[[S], Stage]
    player: OnThePlayer[S]
    otherwise: Callable[[S], str]
    experiments_about: Callable[[], str]
    looks: tuple[Section[S], ...]
    experiments: tuple[Section[S], ...]
    own: Own
    notes: Notes
    export: Export[S]
    recorded: str = N_("Recorded")
    judged: Callable[[S], Judged | None] = lambda now: None
    drill: Callable[[S], None] | None = None
    below: Callable[[], None] | None = None
    remarks: Callable[[S], None] = lambda now: None
    hero_of: Callable[[Preset | None, float], float] = lambda preset, asked: asked
    step_of: Callable[[str], str] = lambda word: word
    arrive: Callable[[], None] = lambda: None
    before_train: Callable[[], None] = lambda: None
    switched: Callable[[], None] = lambda: None
    story_opens: Mapping[str, Sequence[str]] = field(default_factory=dict)
    questions: Mapping[str, Callable[[S], Found]] = field(default_factory=dict)
    beforehand: tuple[Callable[[], object], ...] = ()

    def works(self) -> Iterator[Callable[[], object]]:
        """What the first visitors would wait for, piece by piece: verdicts, recordings, and what the page declares."""
        shipped = self.engine.shipped
        yield lambda: shipped.verdicts
        yield from (partial(shipped.recording, name) for name in shipped.recordings)
        yield from self.beforehand

    @property
    def key(self) -> str:
        """The player's key."""
        return f"{self.about.name}_player"

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Every section that can be opened, by its name."""
        return (*(one.key for one in (*self.looks, *self.experiments)), self.own.key, "notes")

    @cached_property
    def controls(self) -> tuple[str, ...]:
        """Names in the URL of the settings that the sidebar draws."""
        groups = self.settings.groups
        drawn = [one.field for some in (groups.data, groups.model, groups.training) for one in some]
        return (self.settings.slot, *(controls.key(groups.kind, name) for name in drawn))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name in the URL that the page reads by itself; what is drawn inside a section has its own."""
        return (*self.place.names, *self.controls, *map(self.place.open_key, self.sections))
