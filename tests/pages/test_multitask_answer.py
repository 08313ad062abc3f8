"""What the multitask page says and draws at every recorded correlation, from the stored numbers and without its own code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.multitask.choice import AMONG, beyond, choices
from engine.multitask.claims import CORRELATIONS, DECLARED, PAPER
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import RECORDED, SHIPPED, sweep
from engine.runs.studies.verdict import Outcome
from pages.multitask.answer import judged_at, opening, rival
from pages.multitask.charts import sweep_stage
from pages.multitask.compared import of_run, of_sweep
from pages.ui.language import LANGUAGES, speaking
from pages.ui.player.arrays import Quantised
from pages.ui.player.stage import Compared, Shared
from tests.pages.declared import opened
from tests.pages.visits import LOCALES

BEFORE_NUMBERS = 45
"""Letters of a Chinese answer before its first number."""


def shares(p: float) -> float:
    """What MMoE's gates share at the end of the recording at p, by its gates."""
    (recording,) = [one for one in sweep() if one.config.correlation == p]
    return float(recording.frames[-1].metrics["mmoe.gates"].min(-2).sum(-1).mean())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("p", RECORDED)
def test_the_sentence_at_every_recorded_value(p: float, language: str) -> None:
    with speaking(language):
        said = opening(p)
    assert f"{shares(p):.0%}" in said
    if p < 0:
        assert judged_at(p) is None
        (recording,) = [one for one in sweep() if one.config.correlation == p]
        loss = {s: recording.frames[-1].metrics[f"{s}.test_loss"].mean(-1) for s in recording.config.structures}
        best = min(AMONG, key=lambda s: np.median(loss[s]))
        assert "**" not in said and TITLES[best] in said and "8" in said
        assert str(int((loss[best] < loss["shared_bottom"]).sum())) in said
    else:
        at = min(CORRELATIONS, key=lambda one: abs(one - p))
        choice = choices(SHIPPED.results)[at]
        assert re.findall(r"\*\*(.+?)\*\*", said) == [TITLES[choice.taken]]
        for structure in (choice.best, *beyond(SHIPPED.results)[at]):
            ratio = SHIPPED.results.loss(PAPER, structure, at) / SHIPPED.results.loss(PAPER, "shared_bottom", at)
            assert TITLES[structure] in said and f"{abs(np.median(ratio) - 1):.0%}" in said
        ratio = SHIPPED.results.loss(PAPER, choice.best, at) / SHIPPED.results.loss(PAPER, "shared_bottom", at)
        assert str(int((ratio < 1).sum())) in said
        beside = judged_at(p)
        assert beside is not None and beside.verdict is SHIPPED.verdicts[f"mmoe_below_shared_bottom@{at:g}"]
        assert f"p = {at:g}" in beside.source and beside.declared == (at == DECLARED)
    if language == "zh":
        assert len(re.split(r"\d", said.replace("*", ""))[0]) <= BEFORE_NUMBERS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_it(language: str) -> None:
    page = opened("multitask", LOCALES[language], multitask_correlation="0.5")
    assert not page.exception
    with speaking(language):
        assert opening(0.5) in [one.value for one in page.markdown]


def test_identical_tasks_are_named_where_the_choice_stays() -> None:
    with speaking("en"):
        assert "even for identical tasks" in opening(1.0) and "identical" not in opening(0.9)
        assert ("more parameters" in rival(0.0)) == (choices(SHIPPED.results)[0.0].doubt == Outcome.CANNOT_TELL)


def test_the_rows_are_the_study_run_by_run() -> None:
    found, recordings = of_sweep(sweep()), sweep()
    structures = recordings[0].config.structures
    for s, recording in enumerate(recordings):
        p = recording.config.correlation
        at = min(CORRELATIONS, key=lambda one: abs(one - p))
        runs = found["against.runs"][s, 0].reshape(len(structures), -1)
        for r, structure in enumerate(structures):
            if p >= 0:
                loss, other = (SHIPPED.results.loss(PAPER, one, at) for one in (structure, "shared_bottom"))
                np.testing.assert_allclose(runs[r], 100 * (loss / other - 1), rtol=1e-4, atol=1e-4)
                assert found["against.ahead"][s, 0, r] == (loss < other).sum()
            known = runs[r][np.isfinite(runs[r])]
            assert len(known) == found["against.count"][s, 0, 0] == (32 if p >= 0 else 8)
            np.testing.assert_allclose(found["against.median"][s, 0, r], np.median(known), rtol=1e-4, atol=1e-4)
            assert found["against.low"][s, 0, r] <= np.median(known) <= found["against.high"][s, 0, r]
        taken = int(found["against.taken"][s, 0, 0])
        assert taken == -1 if p < 0 else structures[taken] == choices(SHIPPED.results)[at].taken


def test_the_grey_area_is_what_the_gates_share() -> None:
    with speaking("en"):
        stage = sweep_stage(0.0, ("a", "b"))
    (panel,) = [one for one in stage.panels if isinstance(one, Shared)]
    for structure, view in panel.views.items():
        share, parts = stage.arrays[view.share], stage.arrays[view.parts]
        assert not isinstance(share, Quantised) and isinstance(parts, Quantised)
        assert parts.shape[2] == 3 and parts.shape[3] == len(view.labels) == len(view.ids)
        if structure in ("shared_bottom", "omoe", "single_task"):
            np.testing.assert_allclose(share, 0.0 if structure == "single_task" else 1.0, atol=1e-5)
        else:
            distance = [one.series(f"{structure}.mean_gate_distance").mean(1) for one in sweep()]
            np.testing.assert_allclose(share, 1 - np.stack(distance), atol=2e-3)
    identical = stage.arrays[panel.mark or ""]
    assert not isinstance(identical, Quantised)
    np.testing.assert_allclose(identical, shares(1.0), atol=1e-5)


def test_a_run_of_ones_own_is_compared_at_each_of_its_frames() -> None:
    recording = sweep()[0]
    found = of_run(recording)
    frames, rows = len(recording.frames), len(recording.config.structures)
    assert found["against.median"].shape == (1, frames, rows)
    assert found["against.runs"].shape == (1, frames, rows * recording.config.runs)
    reference = recording.config.structures.index("shared_bottom")
    assert not found["against.median"][0, :, reference].any() and found["against.taken"][0, 0, 0] == -1


def test_the_axis_is_the_same_at_every_correlation() -> None:
    with speaking("en"):
        (panel,) = [one for one in sweep_stage(0.0, ("a", "b")).panels if isinstance(one, Compared)]
        (again,) = [one for one in sweep_stage(1.0, ("a", "b")).panels if isinstance(one, Compared)]
    runs = of_sweep(sweep())["against.runs"]
    known = np.abs(runs[np.isfinite(runs) & (runs != 0)])
    assert panel.reach == again.reach and 0.85 <= (known <= panel.reach).mean() < 1
    assert [row.cost for row in panel.rows] == ["24,668", "13,255", "14,018", "14,818", "15,366"]
