"""On your settings: an experiment's claims asked again with the viewer's settings and further seeds, in this server's
training processes; what is known so far stands there while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.service.study import Study
from engine.runs.studies.asked import GROUP, PREVIEW, Asked
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import Verdict
from pages.ui.controls.settings import Settings
from pages.ui.language import bare, explain, listed, sentences, t
from pages.ui.pieces.verdict import numbers, tests, verdict_line
from pages.ui.run import polling, training
from pages.ui.run.house import owner

MOST_MORE = 32
"""Further seeds at one press."""


@dataclass
class _Going:
    """What was asked, by settings as they were then, and the cells of it that are on their way."""

    asked: Asked[Any, Any]
    seeds: int = 0
    studies: list[Study] = field(default_factory=list)

    @property
    def active(self) -> bool:
        return any(study.active for study in self.studies)

    @property
    def fraction(self) -> float:
        """How much of what was asked last is trained, 0 to 1."""
        return self.studies[-1].fraction

    @property
    def results(self) -> Results:
        return {cell: found for study in self.studies for cell, found in study.results().items()}

    @property
    def processors(self) -> list[str]:
        """The processors that the answer was computed on, "" for what is like this server's."""
        return sorted({one for study in self.studies for one in study.processors})

    @property
    def failures(self) -> list[UserError]:
        return list({str(error): error for study in self.studies for error in study.failures}.values())

    def more(self, seeds: int) -> None:
        """Send further seeds on their way. Raises UserError where so many cannot wait."""
        cells = self.asked.cells(range(self.seeds, self.seeds + seeds))
        self.studies.append(Study(training.service(), cells, owner()))
        self.seeds += seeds

    def stop(self) -> None:
        for study in self.studies:
            study.stop()


def draw(
    shipped: Shipped[Any, Any], settings: Settings[Any], key: str, claims: Mapping[str, str], config: Config | None
) -> None:
    """Below an experiment: what would be asked with the settings of the moment, and what was asked. `claims` are what each
    says, by its id; nothing is drawn where there is none."""
    slot = f"{shipped.playground}_asked_{key}"
    if not claims:
        return
    was_active = _active(slot)

    def drawn() -> None:
        _mark(slot)
        if _active(slot) != was_active:
            st.rerun()  # the page's clock keeps the time while something goes on
        _draw(shipped, settings, slot, claims, config)

    polling.polled(drawn, slot, lambda: _stamp(slot), lambda: _active(slot))


def _going(slot: str) -> _Going | None:
    going = st.session_state.get(slot)
    return going if isinstance(going, _Going) else None


def _active(slot: str) -> bool:
    going = _going(slot)
    return going is not None and going.active


def _mark(slot: str) -> None:
    """In the URL while it is being answered: after a reload it tells that there was a question."""
    if _active(slot):
        st.query_params[training.ASKING] = slot
    elif st.query_params.get(training.ASKING) == slot:
        del st.query_params[training.ASKING]


def _stamp(slot: str) -> object:
    going = _going(slot)
    return None if going is None else (going.active, len(going.results), round(100 * going.fraction), going.seeds)


def _draw(
    shipped: Shipped[Any, Any], settings: Settings[Any], slot: str, claims: Mapping[str, str], config: Config | None
) -> None:
    going = _going(slot)
    with st.container(border=True, key=slot):
        if config is None or type(config) is not shipped.config:
            st.caption(t("These settings cannot be trained, so nothing can be asked with them."))
        else:
            _offer(Asked(shipped, claims, config), settings, slot, going)
        if _refused(slot) in st.session_state:
            st.error(explain(st.session_state[_refused(slot)]))
        if going is not None:
            _told(going, settings, slot, claims)


def _offer(asked: Asked[Any, Any], settings: Settings[Any], slot: str, going: _Going | None) -> None:
    """What the button would ask, and how long that takes."""
    active = going is not None and going.active
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("Ask with your settings"),
            key=f"{slot}_start",
            icon=":material/science:",
            on_click=_begin,
            args=(slot, asked),
            disabled=active,
        )
        st.caption(sentences((_said(asked, settings), _kept(asked, settings), takes(asked.seconds(PREVIEW)))))


def _said(asked: Asked[Any, Any], settings: Settings[Any]) -> str:
    """The settings that are asked with, and the seeds."""
    groups = settings.groups
    changes = [
        f"{groups.label(name)} {groups.written(value)}" for name, value in asked.changes.items() if name != "steps"
    ]
    same = t("All but the steps as in the study") if asked.changes else t("Your settings are the study's")
    said = {"changes": listed(changes) if changes else same, "count": PREVIEW, "first": asked.first}
    if not asked.steps:
        return t("{changes}; {count} seeds from {first} on.", **said)
    steps = " / ".join(f"{steps:,}" for steps in asked.steps)
    return t("{changes}; {steps} steps, {count} seeds from {first} on.", steps=steps, **said)


def _kept(asked: Asked[Any, Any], settings: Settings[Any]) -> str:
    names = listed(settings.groups.label(name) for name in asked.kept)
    return t("Kept as the question has it: {names}.", names=names) if asked.kept else ""


def takes(seconds: float | None) -> str:
    """How long it takes, by the time that the study took."""
    workers = training.service().capacity
    if seconds is None or not workers:
        return ""
    minutes = seconds / workers / 60
    return t(
        "About {minutes} min where nothing else is training.",
        minutes=f"{minutes:.0f}" if minutes >= 1.5 else f"{max(minutes, 0.1):.1f}",
    )


def _begin(slot: str, asked: Asked[Any, Any]) -> None:
    """Callback of the button."""
    old = _going(slot)
    if old is not None:
        old.stop()
    going = _Going(asked)
    _send(slot, going, PREVIEW)
    if going.studies:
        st.session_state[slot] = going


def _send(slot: str, going: _Going, seeds: int) -> None:
    """Callback: further seeds go on their way; why not is told where it was asked."""
    try:
        going.more(seeds)
        st.session_state.pop(_refused(slot), None)
    except UserError as error:
        st.session_state[_refused(slot)] = error


def _refused(slot: str) -> str:
    return f"{slot}_refused"


def _told(going: _Going, settings: Settings[Any], slot: str, claims: Mapping[str, str]) -> None:
    """How far it has come, and what is known so far. What was asked in another language of the page may be of other claims."""
    so_far, every = going.asked.verdicts(going.results)
    verdicts = {claim: verdict for claim, verdict in every.items() if claim in claims}
    with st.container(horizontal=True, vertical_alignment="center"):
        if going.active:
            st.button(t("Stop asking"), key=f"{slot}_stop", icon=":material/stop:", on_click=going.stop)
            st.progress(going.fraction, text=t("So far {done} of {count} seeds", done=so_far, count=going.seeds))
        else:
            asked = t("Asked with: {settings}", settings=_said(going.asked, settings))
            st.caption(sentences((asked, t("Done: {done} of {count} seeds.", done=so_far, count=going.seeds))))
    for error in going.failures:
        st.error(explain(error))
    if len(going.processors) > 1:
        st.caption(_unlike(going.processors))
    for claim, verdict in verdicts.items():
        st.markdown(verdict_line(claims[claim], verdict, numbers(verdict)))
    if verdicts:
        tests({claims[claim]: verdict for claim, verdict in verdicts.items()}, slot, going.asked.first)
    if not going.active and so_far:
        _offer_more(going, slot, verdicts)


def _unlike(processors: list[str]) -> str:
    named = listed(name or t("this server's") for name in processors)
    return t("Computed on unlike processors, whose last digits may differ: {processors}.", processors=named)


def _offer_more(going: _Going, slot: str, verdicts: Mapping[str, Verdict]) -> None:
    """Where it cannot be told: about how many runs would tell, and a button for them."""
    wanted = max((verdict.runs_needed or 0 for verdict in verdicts.values()), default=0)
    if wanted <= going.seeds:
        return
    seeds = min(-(-(wanted - going.seeds) // GROUP) * GROUP, MOST_MORE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            bare("Train {count} more seeds", count=seeds),
            key=f"{slot}_more",
            icon=":material/add:",
            on_click=_send,
            args=(slot, going, seeds),
        )
        st.caption(
            sentences((t("About {count} runs in all would tell.", count=wanted), takes(going.asked.seconds(seeds))))
        )
