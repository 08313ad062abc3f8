"""The preview study, live: results stream in, and it gives way to a run on the stage."""

from __future__ import annotations

import contextlib
from functools import partial

import streamlit as st

from engine.multitask.claims import CLAIMS, COMPARED, PAPER, PREVIEW_CORRELATIONS, Seeds, preview_cells
from engine.multitask.ladder import TITLES
from engine.runs.config import IntRange
from engine.runs.service.study import Study
from engine.runs.studies.verdict import Verdict
from pages.multitask.claim_charts import colours, curve
from pages.multitask.shown import Shown
from pages.ui.controls import controls
from pages.ui.language import explain, t
from pages.ui.pieces.charts import show
from pages.ui.pieces.verdict import numbers, tests, verdict_line
from pages.ui.run import polling, training
from pages.ui.run.house import owner

STUDY = "multitask_study"


def draw(now: Shown) -> None:
    """Its controls, and what is known so far: it gives way to a run on the stage."""
    polling.polled(partial(_live, _active()), "multitask_study", _stamp, _active)


def _active() -> bool:
    study = st.session_state.get(STUDY)
    return isinstance(study, Study) and study.active


def _stamp() -> object:
    """What is new of the study."""
    study = st.session_state.get(STUDY)
    if not isinstance(study, Study):
        return None
    return study.active, len(study.results()), round(100 * study.fraction), len(study.failures)


def _live(was_active: bool) -> None:
    study = st.session_state.get(STUDY)
    if isinstance(study, Study) and study.active != was_active:
        st.rerun()
    first = controls.whole_number(
        t("First seed"),
        IntRange(0, 9_999),
        100,
        key="multitask_study_seed",
        bind="query-params",
        help=t("The stored study uses seeds 0 to 31: choose others to repeat it."),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("Run the study"), key="study_start", icon=":material/science:", on_click=_begin, args=(first,))
        if isinstance(study, Study):
            st.button(t("Stop the study"), key="study_stop", on_click=study.stop, disabled=not study.active)
            st.progress(
                study.fraction, text=t("{done} of {count} cells", done=len(study.results()), count=len(study.cells))
            )
    if isinstance(study, Study):
        for sentence in dict.fromkeys(explain(failure) for failure in study.failures):
            st.error(sentence)
    if isinstance(study, Study) and (results := study.results()):
        _result(study, Seeds(results, range(study.cells[0].seed, study.cells[0].seed + study.cells[0].runs)))  # type: ignore[attr-defined]


def _begin(first: int) -> None:
    old = st.session_state.get(STUDY)
    if isinstance(old, Study):
        old.stop()
    with training.refusals_told():
        st.session_state[STUDY] = Study(training.service(), preview_cells(range(first, first + 8)), owner())


def _result(study: Study, seeds: Seeds) -> None:
    values = {}
    for structure in COMPARED:
        for p in PREVIEW_CORRELATIONS:
            try:
                values[TITLES[structure], p] = seeds.loss(PAPER, structure, p)
            except KeyError:
                continue  # still to come
    show(
        curve(values, t("held-out loss"), colours(), paired=False),
        key="study_curve",
        alt=t("Held-out loss over task correlation, the preview study"),
    )
    told: dict[str, Verdict] = {}
    for claim in CLAIMS:
        if claim.id.startswith("mmoe_below_shared_bottom"):
            with contextlib.suppress(KeyError):  # still to come
                told[t("p = {p}: MMoE below Shared-Bottom", p=claim.id.partition("@")[2])] = claim.verdict(seeds)
    for said, verdict in told.items():
        st.markdown(verdict_line(said, verdict, numbers(verdict)))
    tests(told, "study", study.cells[0].seed)  # type: ignore[attr-defined]
