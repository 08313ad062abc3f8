"""What if an expert were gone, or both tasks had one gate: held-out loss of what stands on stage, before and after."""

from __future__ import annotations

import streamlit as st

from engine.multitask.ladder import LADDER
from engine.multitask.opened import Opened, probe
from pages.multitask.part import Looked, on_stage, or_why_not
from pages.multitask.shown import Shown
from pages.ui.controls.choices import some_of
from pages.ui.language import t

REMOVED, TIED = "multitask_removed", "multitask_tied"


def is_gated(shown: Shown) -> bool:
    """Whether there are experts to take away from the structure on stage."""
    return LADDER[on_stage(shown).structure].model.gated


def intervention(shown: Shown) -> None:
    """Take experts away or tie the gates; both tasks' losses answer at once."""
    now = on_stage(shown)
    with or_why_not(now, "intervention"):
        _intervene(now)


def _intervene(now: Looked) -> None:
    config, structure, names = now.config, now.structure, now.names
    model = LADDER[structure].model
    experts, tieable = len(model.owners(config)), model.gate_per_task and not model.own_experts
    with st.container(horizontal=True, vertical_alignment="bottom"):
        removed = some_of(t("Remove experts"), range(1, experts + 1), (), key=REMOVED, name_of=str)
        tied = st.toggle(
            t("Tie the gates (MMoE becomes OMoE)"),
            key=TIED,
            bind="query-params",
            disabled=not tieable,
        )
    rows = probe(config)
    opened = Opened(config, now.frame)
    before = opened.intervene(structure, rows)
    if len(removed) == experts:
        st.warning(t("At least one expert must stay."))
        return
    after = opened.intervene(
        structure,
        rows,
        removed=[i - 1 for i in removed],
        tied=bool(tied) and tieable,
    )
    for column, name, old, new in zip(st.columns(len(names)), names, before, after, strict=True):
        column.metric(
            t("Held-out loss of {task}", task=name),
            f"{new:.4f}",
            f"{new - old:+.4f}" if (removed or tied) else None,
            delta_color="inverse",
        )
    st.caption(
        t(
            "A removed expert's gate weight is 0 and the others sum to 1 again. Nothing is retrained: one forward pass over {count} held-out rows.",
            count=config.test_rows,
        )
    )
