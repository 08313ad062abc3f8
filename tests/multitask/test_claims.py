"""What ships: the recordings and the studies behind the verdicts, and that they rest on this code."""

from __future__ import annotations

import numpy as np
import pytest

from engine.multitask import train
from engine.multitask.claims import CLAIMS, CODE, PAPER, cells
from engine.multitask.shipped import (
    CLAIM_SEEDS,
    CLAIMS_FILE,
    RECORDINGS,
    claim_cells,
    read_claims,
    recorded_configs,
    stored_seeds,
    sweep,
)
from engine.runs.fingerprint import ROOT, fingerprint
from engine.runs.recording import Recording
from engine.runs.verdict import HOLDS, judge

REPRODUCED = 2e-2
"""Relative tolerance across machines: another CPU adds in another order, and 2,500 steps amplify that."""


def test_the_stored_studies_rest_on_this_code() -> None:
    assert CLAIMS_FILE.exists(), "run make claims"
    assert read_claims()[0] == fingerprint(CODE), "the code behind the claims changed: run make claims"
    assert set(claim_cells()) <= set(read_claims()[1]), "the claims changed: run make claims"


def test_every_verdict_follows_from_its_numbers() -> None:
    for claim in CLAIMS:
        verdict, differences = claim.verdict(stored_seeds()), claim.differences(stored_seeds())
        assert len(differences) == len(CLAIM_SEEDS) == 32 and not verdict.preview
        assert verdict == judge(differences)
        assert verdict.mean == pytest.approx(float(np.mean(differences)))


def test_expected_at_32_seeds() -> None:
    """What the page says of its default: MMoE's mean below Shared-Bottom's, and gates that meet as p rises."""
    at = stored_seeds()
    for p in (0.0, 0.5, 0.9, 1.0):
        assert at.loss(PAPER, "mmoe", p).mean() < at.loss(PAPER, "shared_bottom", p).mean()
    distance = [at.metric(PAPER, "mmoe", p, "mean_gate_distance").mean() for p in (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)]
    assert distance == sorted(distance, reverse=True)
    assert next(c for c in CLAIMS if c.id == "gates_meet_as_p_rises").verdict(at).outcome == HOLDS


def test_one_stored_cell_comes_out_again() -> None:
    cell = cells(PAPER, ("mmoe",), (0.5,), range(8))[0]
    again = list(train(cell))[-1].metrics["mmoe.test_loss"]
    np.testing.assert_allclose(again, read_claims()[1][cell]["mmoe.test_loss"], rtol=REPRODUCED)


def test_the_shipped_sweep_loads_and_is_small() -> None:
    files = sorted(RECORDINGS.glob("*.npz"))
    assert [r.config for r in sweep()] == list(recorded_configs()) and len(files) == len(sweep())
    assert max(file.stat().st_size for file in files) <= 2_000_000
    assert sum(file.stat().st_size for file in (ROOT / "assets" / "recordings").rglob("*.npz")) <= 15_000_000
    for recording in sweep():
        assert recording.frames[-1].parameters and recording.steps[-1] == recording.config.steps
        assert Recording.from_bytes(recording.to_bytes(), type(recording.config)).digest == recording.digest


def test_a_shipped_run_begins_as_the_code_would_begin_it() -> None:
    recording = sweep()[2]
    first = next(iter(train(recording.config)))
    for name in ("mmoe.test_loss", "omoe.gates", "label_pearson"):
        np.testing.assert_allclose(first.metrics[name], recording.frames[0].metrics[name], rtol=1e-4, atol=1e-6)
