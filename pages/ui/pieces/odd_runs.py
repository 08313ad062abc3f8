"""Odd runs: where a verdict depends on a few runs, each of them can be trained on stage and looked into."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import streamlit as st

from engine.runs.config import Config
from engine.runs.studies.claims import by_id, run_of
from pages.ui import arrival
from pages.ui.controls.controls import Preset
from pages.ui.declared import Page
from pages.ui.language import bare, t
from pages.ui.pieces.section import Section
from pages.ui.run import live


def draw(page: Page[Any, Any], one: Section[Any]) -> None:
    """A button for each run that an experiment's verdicts depend on; none where they depend on none."""
    shipped = page.engine.shipped
    known, judged = by_id(shipped.claims), (id_ for id_ in one.claims() if id_ in shipped.family)
    runs: dict[Any, None] = {}
    for claim, run in ((known[id_], run) for id_ in judged for run in shipped.verdicts[id_].few):
        with contextlib.suppress(KeyError):  # a claim of what needs no training has no run to train
            runs[run_of(claim, claim.needs[0].seed + run)] = None
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("A verdict here depends on a few runs. Train one of them, and look into it on the stage:"))
        for n, config in enumerate(runs):
            st.button(
                bare("Seed {seed}: {setting}", seed=config.seed, setting=_setting(page, config, runs)),
                key=f"{shipped.playground}_odd_{one.key}_{n}",
                icon=":material/model_training:",
                on_click=_train,
                args=(page, config),
            )


def _setting(page: Page[Any, Any], config: Config, runs: Iterable[Config]) -> str:
    """What it compares, and what sets it apart from the other runs that are offered."""
    groups, fields = page.settings.groups, config.to_dict()
    apart = [name for name in fields if any(name in config.differences(other) for other in runs) and name != "seed"]
    return ", ".join(
        f"{groups.label(name)} {groups.written(fields[name])}"
        for name in dict.fromkeys((*filter(None, [config.ladder]), *apart))
    )


def _train(page: Page[Any, Any], config: Config) -> None:
    """Callback: the controls and the stage say what is trained, and it is trained."""
    fields = {name: mine for name, (mine, _) in config.differences(type(config)()).items()}
    arrival.take(page, Preset("", "", fields, config.rungs[-1] if config.rungs else ""))
    live.train(page.place, config)
