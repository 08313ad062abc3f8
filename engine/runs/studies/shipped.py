"""Shipped: what comes with a playground's page, its recorded runs and the studies behind its verdicts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic

from engine.files import ROOT
from engine.runs.config import Config
from engine.runs.recording import Recording
from engine.runs.studies.claims import C, Claim, S, family_of, verdicts
from engine.runs.studies.fingerprint import fingerprints
from engine.runs.studies.stored import Results, read_seconds, read_study, write_study
from engine.runs.studies.tuning import Found, Tuning
from engine.runs.studies.verdict import Verdict


def _as_it_is(recording: Recording[C]) -> Recording[C]:
    return recording


@dataclass(frozen=True, eq=False)
class Shipped(Generic[C, S]):
    """What `make recordings` and `make claims` write into assets/, and pages read.

    recordings  what is trained for the stage, by the name of its file
    thin        a whole recording → what of it fits into the repository; `thick` undoes what can be undone when it is read
    claims      judged by `stored`, which looks results up, those of the study's seeds or of others that are told;
                `cells` is all that is trained for them and their charts
    keeps       which metrics of a cell are stored
    withdrawn   by their ids the claims that are made no more, and why
    asks        settings that its claims' sentences name, so that whoever asks them again cannot have others
    tunings     how the learning rates of the claims are chosen; found  which were
    """

    playground: str
    config: type[C]
    recordings: Mapping[str, C]
    thin: Callable[[Recording[C]], Recording[C]]
    claims: tuple[Claim[Any, S], ...]
    stored: Callable[..., S]
    cells: tuple[Any, ...]
    keeps: Callable[[str], bool] = lambda name: True
    assets: Path = ROOT / "assets"
    thick: Callable[[Recording[C]], Recording[C]] = _as_it_is
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    asks: frozenset[str] = frozenset()
    tunings: tuple[Tuning[Any], ...] = ()
    found: Found = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where its recordings lie."""
        return self.assets / "recordings" / self.playground

    @property
    def study(self) -> Path:
        """The file of its studies."""
        return self.assets / "claims" / f"{self.playground}.json"

    def ship(self, recording: Recording[C]) -> None:
        """Write one of `recordings`, thinned."""
        name = next(name for name, config in self.recordings.items() if config == recording.config)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.thin(recording).save(self.folder / f"{name}.npz")

    def recording(self, name: str) -> Recording[C]:
        """One of `recordings`, read once."""
        recording: Recording[C] = _recording(self, name)
        return recording

    def read_study(self) -> tuple[dict[str, str], Results]:
        """Fingerprints of the code that gave the stored results, and the results."""
        return read_study(self.study, self.config)

    def write_study(self, results: Results, seconds: Mapping[Config, float] = MappingProxyType({})) -> None:
        """Store results with their configs, the fingerprints of the code as it is now, and how long they took where that is
        known."""
        write_study(self.study, results, self.keeps, seconds)

    def old(self) -> frozenset[str]:
        """What of the stored study rests on other code than today's, or is missing, by the rungs of its cells
        (`fingerprint.key`): what `make claims` would train."""
        stored, now = self.read_study()[0], fingerprints(self.cells)
        return frozenset(name for name in stored.keys() | now if stored.get(name) != now.get(name))

    @functools.cached_property
    def seconds(self) -> Mapping[Config, float]:
        """By cell how long its training took, where that is known."""
        return read_seconds(self.study, self.config)

    @functools.cached_property
    def results(self) -> S:
        """The stored results, looked up by setting."""
        return self.stored(self.read_study()[1])

    @functools.cached_property
    def family(self) -> tuple[str, ...]:
        """The ids of the claims that have a verdict of their own."""
        return family_of(self.claims)

    @functools.cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """By their ids how its claims are judged by the stored results; those whose results are missing are not there."""
        return verdicts(self.claims, self.results)


@functools.cache
def _recording(shipped: Shipped[C, S], name: str) -> Recording[C]:
    return shipped.thick(Recording.load(shipped.folder / f"{name}.npz", shipped.config))
