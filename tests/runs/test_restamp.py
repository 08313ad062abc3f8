"""Fingerprints are renewed where the numbers come back, and nowhere else; `make claims` trains what is missing or has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.files import ROOT
from engine.multitask import MultitaskConfig
from engine.multitask.claims import Seeds
from engine.runs import build
from engine.runs.config import Config, IntRange, setting
from engine.runs.studies import restamp
from engine.runs.studies.claims import Claim
from engine.runs.studies.fingerprint import fingerprints
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.stored import read_seconds, renew, rounded

CELLS = tuple(
    MultitaskConfig(structures=(structure,), seed=seed, steps=20, frames=2)
    for structure in ("shared_bottom", "mmoe")
    for seed in range(4)
)
Study = Shipped[MultitaskConfig, Seeds]
NUMBERS = {cell: {"test_loss": np.array([cell.seed + 0.123456789, 1 / 3])} for cell in CELLS}


def shipped(folder: Path) -> Study:
    def claim(name: str, cells: Sequence[MultitaskConfig]) -> Claim[MultitaskConfig, Seeds]:
        return Claim(name, tuple(cells), lambda at: np.zeros(2))

    claims = claim("sharing", CELLS[:4]), claim("gates", CELLS[4:]), claim("both", CELLS)
    return Shipped(
        "multitask", MultitaskConfig, {}, lambda recording: recording, claims, Seeds, tuple(CELLS), assets=folder
    )


@pytest.fixture
def aged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A stored study whose code was rearranged since."""
    study = shipped(tmp_path)
    study.write_study(NUMBERS)
    document = json.loads(study.study.read_text())
    study.study.write_text(json.dumps(document | {"fingerprints": {"shared_bottom": "old", "mmoe": "old"}}))
    monkeypatch.setattr(restamp, "LOG", tmp_path / "restamp.log")
    return study


def trains(
    monkeypatch: pytest.MonkeyPatch, now: Mapping[Config, Any], before: Mapping[Config, Any] | None = None
) -> list[Path]:
    """Put these numbers in the place of a training; the trees that were asked."""
    asked: list[Path] = []

    def trained(tree: Path, name: str, cells: Sequence[Config], *_: object) -> list[Any]:
        asked.append(tree)
        return [(now if tree == ROOT else before or {})[cell] for cell in cells]

    monkeypatch.setattr(restamp, "_trained", trained)
    return asked


def off(by: float) -> dict[Config, Any]:
    return {cell: {name: value + by for name, value in metrics.items()} for cell, metrics in NUMBERS.items()}


def test_every_stored_digit_comes_back(aged: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = json.loads(aged.study.read_text())["cells"]
    trains(monkeypatch, off(1e-9))  # below the last stored digit
    restamp.restamp(aged)
    assert aged.read_study()[0] == fingerprints(CELLS)
    assert json.loads(aged.study.read_text())["cells"] == numbers
    assert restamp.LOG.read_text().count("every stored digit: ") >= 2


def test_another_digit_leaves_all_as_it_was(aged: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    held = aged.study.read_bytes()
    trains(monkeypatch, off(1e-6))
    with pytest.raises(restamp.Differs, match="other digits"):
        restamp.restamp(aged)
    assert aged.study.read_bytes() == held and not restamp.LOG.exists()


@pytest.mark.parametrize(("before", "renewed"), [(1.0001e-6, True), (2e-6, False)])
def test_on_another_processor_the_older_code_is_asked(
    aged: Study, monkeypatch: pytest.MonkeyPatch, before: float, renewed: bool
) -> None:
    asked = trains(monkeypatch, off(1e-6), off(before))
    if renewed:
        restamp.restamp(aged, since="HEAD")
        assert aged.read_study()[0] == fingerprints(CELLS) and "stored, as at HEAD" in restamp.LOG.read_text()
    else:
        with pytest.raises(restamp.Differs, match="differ from HEAD"):
            restamp.restamp(aged, since="HEAD")
        assert set(aged.read_study()[0].values()) == {"old"}
    assert asked[0] == ROOT and not asked[1].exists(), "the older code lies in a folder of its own, which is gone again"


def test_each_claim_and_each_rung_has_a_cell() -> None:
    for seed in range(20):
        found = restamp.sample({"sharing": CELLS[:4]}, NUMBERS, seed)
        assert {cell.rungs for cell in found} == {("shared_bottom",), ("mmoe",)}
        assert found == restamp.sample({"sharing": CELLS[:4]}, NUMBERS, seed)


@pytest.mark.slow
def test_what_rests_on_code_that_was_not_changed_is_not_trained_again() -> None:
    by_claim = {"sharing": CELLS[:4], "both": CELLS, "gates": CELLS[4:]}
    for seed in range(20):
        found = restamp.sample(by_claim, NUMBERS, seed, {"mmoe"})
        assert found and {cell.rungs for cell in found} == {("mmoe",)}


def test_a_cell_is_trained_as_a_worker_trains_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "POLICY", replace(build.POLICY, workers=1))
    cell = MultitaskConfig(structures=("omoe",), steps=20, frames=2, runs=2, test_rows=200)
    (found,) = restamp._trained(ROOT, "multitask", [cell])
    (run,) = build._trained([cell])
    last = run.metrics
    assert found.keys() == last.keys() and all(found[name].tobytes() == last[name].tobytes() for name in found)


@dataclass(frozen=True, slots=True)
class Newer(MultitaskConfig):
    """With a setting that an older revision had not."""

    later: int = setting(1, IntRange(0, 2))


def test_a_revision_from_before_a_setting_is_asked_without_it() -> None:
    short = {"steps": 3, "frames": 2, "runs": 1, "test_rows": 200, "structures": ("shared_bottom",)}
    newer, same = restamp._trained(ROOT, "multitask", [Newer(**short), MultitaskConfig(**short)])
    assert rounded(newer) == rounded(same)


def test_make_claims_trains_what_is_missing_or_old(aged: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(aged.study.read_text())
    half = {"mmoe": "old", "shared_bottom": fingerprints(CELLS)["shared_bottom"]}
    aged.study.write_text(json.dumps({"fingerprints": half, "cells": document["cells"][1:]}))
    trained: list[Config] = []

    def train(cells: Sequence[Config]) -> list[Any]:
        trained.extend(cells)
        return [SimpleNamespace(config=cell, metrics={"test_loss": np.ones(2)}, worked=1.5) for cell in cells]

    monkeypatch.setattr(build, "_trained", train)
    build._claims(aged)
    assert trained == [CELLS[0], *CELLS[4:]]
    code, results = aged.read_study()
    assert (
        code == fingerprints(CELLS)
        and results[CELLS[1]]["test_loss"][0] == 1.1234568
        and results[CELLS[4]]["test_loss"][0] == 1
    )
    assert aged.seconds == dict.fromkeys(trained, 1.5)


def test_how_long_a_cell_took_is_stored_beside_what_stays(aged: Study) -> None:
    before = aged.read_study()[1]
    renew(aged.study, CELLS, {CELLS[2]: 3.21})
    after = aged.read_study()
    assert after[0] == fingerprints(CELLS) and read_seconds(aged.study, MultitaskConfig) == {CELLS[2]: 3.2}
    assert all((after[1][cell]["test_loss"] == before[cell]["test_loss"]).all() for cell in CELLS)
