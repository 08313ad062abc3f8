"""Days go by: a policy fills the pages, the log grows, the models are trained again. In the background, beside the run on
stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import cast

import streamlit as st

from engine.recommender import RecommenderConfig, SimulationConfig
from engine.runs.config import IntRange
from engine.runs.service.run import Run, State, View
from pages.recommender import settings
from pages.recommender.looks import days_charts
from pages.recommender.looks.days_charts import POLICIES
from pages.recommender.shown import Shown
from pages.ui.controls import controls
from pages.ui.controls.choices import some_of
from pages.ui.language import listed, t
from pages.ui.marked import Marked
from pages.ui.run import polling, training
from pages.ui.run.house import owner

RUNS = "recommender_days_runs"
OWN_SIZE = ("videos", "users", "days", "steps", "ranking_steps", "frames")
"""Settings that the small site has of its own; the others are those on stage."""


def draw(now: Shown) -> None:
    """Settings, the button, and what has happened so far."""
    with st.container(key="days", gap="medium"):
        config = _chosen(now)
        _button(config)
        polling.polled(partial(_live, _active()), "recommender_days", _stamp, _active)


def _active() -> bool:
    return any(view.active for view in _views(_runs()).values())


def _stamp() -> object:
    """What is new of the days that go by."""
    return tuple((view.state, len(view.frames)) for view in _views(_runs()).values())


def _runs() -> dict[str, Run]:
    """This tab's, by policy."""
    held = st.session_state.get(RUNS)
    return held if isinstance(held, dict) else {}


def _views(runs: Mapping[str, Run]) -> dict[str, View]:
    return {policy: training.service().view(run) for policy, run in runs.items()}


def base_of(config: RecommenderConfig, own: bool) -> SimulationConfig:
    """A small site with the settings on stage; with the defaults where a user's own log is there, which is no site."""
    if own:
        return SimulationConfig()
    changed = {
        name: mine for name, (mine, _) in config.differences(RecommenderConfig()).items() if name not in OWN_SIZE
    }
    return SimulationConfig(**changed)


def _chosen(now: Shown) -> tuple[SimulationConfig, ...]:
    """A config for each policy."""
    base = base_of(now.config, now.own)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        policies = some_of(
            t("Who fills the pages"), list(POLICIES), list(POLICIES), key="recommender_days_policies",
            name_of=lambda one: t(POLICIES[one][0]),
        )  # fmt: skip
        horizon, retrain = (
            controls.whole_number(
                label,
                cast(IntRange, SimulationConfig.domain(name)),
                getattr(base, name),
                key=f"recommender_days_{name}",
                bind="query-params",
                width=170,
            )  # fmt: skip
            for name, label in (("horizon", t("Days to go by")), ("retrain", t("Trained every so many days")))
        )
    st.caption(_told(now, base, horizon, retrain))
    return tuple(replace(base, policy=policy, horizon=horizon, retrain=retrain) for policy in policies)


def _told(now: Shown, base: SimulationConfig, horizon: int, retrain: int) -> str:
    """What is simulated, and what it costs."""
    changed = base.differences(SimulationConfig())
    as_on_stage = listed(
        f"{settings.GROUPS.label(name)} {settings.GROUPS.written(mine)}" for name, (mine, _) in changed.items()
    )
    parts = [
        t(
            "A simulated site of {videos} videos and {users} users, whose log of {days} days ends; then one policy fills the pages, but for {mix} of the places, which stay as before.",
            videos=f"{base.videos:,}",
            users=f"{base.users:,}",
            days=base.days,
            mix=f"{base.mix:.0%}",
        )
    ]
    if now.own:
        parts.append(t("Users of your log cannot be asked what they would have watched, so it is not them."))
    elif as_on_stage:
        parts.append(t("As on stage: {settings}.", settings=as_on_stage))
    parts.append(
        t(
            "The same seed gives the same days, and the same users open pages at the same times whatever the policy. The models' policy costs {trainings} trainings of both; what is trained on the stage goes first, and these days then begin anew.",
            trainings=-(-horizon // retrain),
        )
    )
    return Marked(" ").join(parts)


def _button(configs: tuple[SimulationConfig, ...]) -> None:
    st.button(
        t("Let the days go by"), icon=":material/play_arrow:", key="days_start", on_click=_begin, args=(configs,),
        disabled=not configs,
    )  # fmt: skip


def _begin(configs: tuple[SimulationConfig, ...]) -> None:
    """Callback: the days of every policy, those that cost nothing first. What went on before is given up."""
    _stop()
    st.session_state[RUNS] = {}
    with training.refusals_told():
        for config in sorted(configs, key=lambda config: config.policy == "model"):
            run = training.service().submit(config, owner(), work="days", background=True)
            st.session_state[RUNS][config.policy] = run


def _live(was_active: bool) -> None:
    """Drawn anew every second while days go by."""
    views = _views(_runs())
    active = any(view.active for view in views.values())
    if active != was_active:
        st.rerun()
    if not views:
        return
    if active:
        _progress(views)
    for view in views.values():
        if view.state == State.FAILED:
            st.error(training.status(view))
    rows = days_charts.rows(views)
    if len(rows):
        days_charts.charts(rows)
        days_charts.summary(views)


def _progress(views: Mapping[str, View]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        done = sum(1.0 if not view.active else view.step / view.steps if view.steps else 0.0 for view in views.values())
        days = {policy: max(len(view.frames) - 1, 0) for policy, view in views.items()}
        said = listed(t(POLICIES[policy][0]) + ": " + t("day {day}", day=day) for policy, day in days.items())
        st.progress(min(done / len(views), 1.0), text=said)
        st.button(t("Stop"), icon=":material/stop:", key="days_stop", on_click=_stop)


def _stop() -> None:
    for run in _runs().values():
        training.service().stop(run)
