"""An A/B test: users split by lot between two orders, and whether the log of one half alone would have told the result."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from engine.recommender.claims import AB, MINUTES_THAT_MATTER, SEEDS, Seeds
from engine.recommender.config import ORDERS, AbConfig
from engine.recommender.shipped import SHIPPED
from engine.recommender.site.world import PAGE
from engine.runs.frame import Array
from engine.runs.service.study import Study
from engine.runs.studies.verdict import judge
from pages.recommender.looks import ab_charts
from pages.recommender.looks.studies import study, verdicts
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, explain, sentences, t
from pages.ui.pieces.on_your_settings import takes
from pages.ui.pieces.verdict import numbers, tests, verdict_line
from pages.ui.run import polling, training
from pages.ui.run.house import owner

ASKED = "recommender_ab_asked"
CLAIMS = {"minutes_win_the_test": N_("Drawn by expected watch time, a page earns more minutes than drawn by clicks:")}
ORDER = {
    "minutes": N_("expected watch time"),
    "clicks": N_("clicks"),
    "recall": N_("recall's score"),
    "popular": N_("minutes watched by all, last seven days"),
}
TEMPERATURES = (0.1, 0.25, 0.5, 1.0, 2.0)
FIRST_SEED = 100
"""Beyond those of the study."""
METRICS = ("minutes", "difference", "estimates", "effective", "logged", "truth")


def draw(now: Shown) -> None:
    """What is split and how it is drawn, the stored study, then a test of one's own."""
    st.markdown(
        t(
            "Users are split by lot. Arm A's pages are drawn by the ranker's expected watch time, arm B's by another order of the same candidates: what scores higher stands there more often and further up (Plackett-Luce), the more so the lower the temperature. So A's log knows how probable each page was under A and under B, and can be weighed as if B had drawn it."
        )
    )
    study(_claims)
    st.markdown(t("**A test of your own**, on small sites like those of the study"))
    _own()


def _claims(seeds: Seeds) -> None:
    verdicts(CLAIMS)
    ab_charts.told({name: seeds.metric(AB, name) for name in METRICS}, "study")


@dataclass(frozen=True)
class _Going:
    """A test over seeds that was asked for."""

    base: AbConfig
    study: Study

    @property
    def found(self) -> dict[str, Array]:
        """Metrics (S, …) of the first seeds that are done, one after the other."""
        done, results = [], self.study.results()
        for cell in self.study.cells:
            if cell not in results:
                break
            done.append(results[cell])
        return {name: np.stack([one[name] for one in done]) for name in METRICS} if done else {}


def _own() -> None:
    polling.polled(_draw, "recommender_ab", _stamp, _active)


def _going() -> _Going | None:
    going = st.session_state.get(ASKED)
    return going if isinstance(going, _Going) else None


def _active() -> bool:
    going = _going()
    return going is not None and going.study.active


def _stamp() -> object:
    going = _going()
    return None if going is None else (going.study.active, round(going.study.fraction * 100))


def _draw() -> None:
    config = _chosen()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            bare("Test with {count} seeds", count=len(SEEDS)), key="ab_start", icon=":material/call_split:",
            on_click=_begin, args=(config,), disabled=_active(),
        )  # fmt: skip
        st.caption(sentences((_said(config), takes(_seconds()))))
    going = _going()
    if going is not None:
        _so_far(going)


def _chosen() -> AbConfig:
    """A config without a seed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        challenger = one_of(
            t("Arm B draws by"), ORDERS, AB.challenger, key="recommender_ab_challenger", name_of=lambda one: t(ORDER[one])
        )  # fmt: skip
        one, other = (
            one_of(label, offered, getattr(AB, name), key=f"recommender_ab_{name}", name_of=lambda value: f"{value:g}")
            for name, label, offered in (
                ("temperature", t("Temperature of A"), TEMPERATURES),
                ("challenger_temperature", t("Temperature of B"), (0.0, *TEMPERATURES)),
            )
        )
    return replace(AB, challenger=challenger, temperature=one, challenger_temperature=other)


def _said(config: AbConfig) -> str:
    """What would be tested, and on what."""
    return t(
        "{videos} videos, {users} users, {days} days; both models are trained on the log before, {steps} steps each. Seeds from {first} on. Temperature 1 draws in proportion to expected watch time; 0 is the best first, always.",
        videos=f"{config.videos:,}",
        users=f"{config.users:,}",
        days=config.horizon,
        steps=f"{config.steps:,}",
        first=FIRST_SEED,
    )


def _seconds() -> float | None:
    """About how long all seeds take one process, by what the study took."""
    known = [seconds for cell, seconds in SHIPPED.seconds.items() if isinstance(cell, AbConfig)]
    return len(SEEDS) * float(np.mean(known)) if known else None


def _begin(config: AbConfig) -> None:
    """Callback: what was asked before is given up."""
    old = _going()
    if old is not None:
        old.study.stop()
    cells = [replace(config, seed=FIRST_SEED + n) for n in range(len(SEEDS))]
    with training.refusals_told():
        st.session_state[ASKED] = _Going(config, Study(training.service(), cells, owner()))


def _so_far(going: _Going) -> None:
    """How far it has come, and what is known by then, judged alone."""
    found = going.found
    seeds = len(found["difference"]) if found else 0
    if going.study.active:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(t("Stop asking"), key="ab_stop", icon=":material/stop:", on_click=going.study.stop)
            st.progress(going.study.fraction, text=t("So far {done} of {count} seeds", done=seeds, count=len(going.study.cells)))  # fmt: skip
    for error in going.study.failures:
        st.error(explain(error))
    if seeds < 2:
        return
    verdict = judge(-found["difference"][:, 0], smallest=PAGE * MINUTES_THAT_MATTER, enough=len(SEEDS))
    claim = t("Drawn by expected watch time, a page earns more minutes than drawn by {order}:", order=t(ORDER[going.base.challenger]))  # fmt: skip
    st.markdown(verdict_line(claim, verdict, numbers(verdict)))
    tests({claim: verdict}, "ab_own", FIRST_SEED)
    ab_charts.told(found, "own")
