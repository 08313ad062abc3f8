"""What is on stage of any playground: a recording, the moment of its training that is looked into, and where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from pages.ui.place import Place
from pages.ui.run import live, training
from pages.ui.run.live import RECORDED, RUN

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, eq=False)
class OnStage(Generic[C]):
    """recording  trained here, or shipped; `source` says which
    frame      the moment whose models are looked into
    live       whether it is still being trained
    """

    recording: Recording[C]
    frame: Frame
    source: str
    live: bool = False

    @property
    def config(self) -> C:
        return self.recording.config

    @property
    def origin(self) -> str:
        """ "recorded", "live", or "run" for a run of this tab that has ended."""
        return "recorded" if self.source == RECORDED else "live" if self.live else "run"


S = TypeVar("S", bound=OnStage[Any])


def current(
    place: Place,
    kind: type[C],
    make: Callable[[Recording[C], Frame, str, bool], S],
    recorded: Callable[[], Recording[C]],
    look: Callable[[S], object] = lambda now: None,
) -> S:
    """This tab's run where there is one with frames and the viewer did not choose what was recorded, else the recording.

    `look` fails with UserError where the run cannot be looked into, as when its file is gone: then the recording stands in,
    and the page says so.
    """
    run, view = training.current(), live.running(place, kind)
    if run is not None and view is not None:
        recording = Recording(cast(C, run.config), view.frames)
        now = make(recording, live.moment(place, recording, view.active), RUN, view.active)
        if live.can_open(lambda: look(now)):
            return now
    recording = recorded()
    return make(recording, live.moment(place, recording, False), RECORDED, False)
