"""What `make claims` does where it was broken off, and what it prints of the verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.multitask import MultitaskConfig
from engine.multitask.claims import CLAIMS, Seeds
from engine.multitask.shipped import SHIPPED
from engine.runs import build
from engine.runs.config import Config
from engine.runs.playground import engines
from engine.runs.service.run import Run
from engine.runs.studies.stored import read_study, write_study
from engine.runs.studies.verdict import Outcome

CELLS = tuple(
    MultitaskConfig(steps=20, frames=2, runs=1, test_rows=200, structures=("omoe",), seed=seed) for seed in range(3)
)


@pytest.fixture(scope="module")
def trained() -> dict[Config, Run]:
    """The cells, as `make claims` trains them: once, since a process takes longer to start than all of them to train."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_WORKERS", "1")
        return {run.config: run for run in build._trained(CELLS)}


def test_a_study_that_was_broken_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: dict[Config, Run]
) -> None:
    shipped = replace(SHIPPED, cells=CELLS, assets=tmp_path)
    begun = shipped.study.with_suffix(".begun.json")
    asked: list[Config] = []

    def whole(cells: Sequence[Config]) -> Iterator[Run]:
        asked.extend(cells)
        yield from (trained[cell] for cell in cells)

    def broken(cells: Sequence[Config]) -> Iterator[Run]:
        for run in whole(cells):
            yield run
            raise KeyboardInterrupt

    monkeypatch.setattr(build, "_trained", broken)
    with pytest.raises(KeyboardInterrupt):
        build._claims(shipped)
    assert not shipped.study.exists() and len(read_study(begun, MultitaskConfig)[1]) == 1
    mark = {CELLS[0]: {"omoe.test_loss": np.array([[7.0, 7.0]])}}  # what is trained is not trained again
    write_study(begun, mark)
    asked.clear()
    monkeypatch.setattr(build, "_trained", whole)
    build._claims(shipped)
    assert set(asked) == set(CELLS[1:]) and not begun.exists()
    stored = shipped.read_study()[1]
    assert set(stored) == set(CELLS) and (stored[CELLS[0]]["omoe.test_loss"] == 7).all()
    for cell in CELLS[1:]:
        np.testing.assert_allclose(stored[cell]["omoe.test_loss"], trained[cell].metrics["omoe.test_loss"])
    assert set(trained) == set(CELLS) and np.isfinite(trained[CELLS[0]].frames[-1].metrics["omoe.test_loss"]).all()


def test_a_study_of_code_that_changed_meanwhile_is_not_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: dict[Config, Run]
) -> None:
    """What was trained keeps the fingerprint of the code that trained it."""
    shipped = replace(SHIPPED, cells=CELLS[:1], assets=tmp_path)
    codes = iter([{"omoe": "before"}, {"omoe": "after"}])
    monkeypatch.setattr(build, "fingerprints", lambda cells: next(codes))
    monkeypatch.setattr(build, "_trained", lambda cells: (trained[cell] for cell in cells))
    with pytest.raises(RuntimeError, match="changed meanwhile"):
        build._claims(shipped)
    assert not shipped.study.exists()
    assert read_study(shipped.study.with_suffix(".begun.json"), MultitaskConfig)[0] == {"omoe": "before"}


def test_every_verdict_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    build.build("verdicts", ["multitask"])
    every = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    lines = [line for line in every if line["verdict"] != "withdrawn"]
    assert [line["why"] for line in every[len(lines) :]] == list(SHIPPED.withdrawn.values())
    assert len(lines) == len(CLAIMS) and {line["playground"] for line in lines} == {"multitask"}
    line = next(line for line in lines if line["claim"] == "mmoe_below_shared_bottom" and line["cut"] == "0.5")
    at = Seeds(SHIPPED.read_study()[1])
    assert line["mean"] == pytest.approx(
        np.mean(next(c for c in CLAIMS if c.id == "mmoe_below_shared_bottom@0.5").differences(at))
    )
    assert (line["seeds"], line["opponents"]) == (32, ["mmoe", "shared_bottom"])
    assert all(isinstance(value, (int, float, str, list, type(None))) for line in lines for value in line.values())


KEYS = {
    "playground", "claim", "cut", "seeds", "mean", "low", "high", "median", "signed_rank_p", "holm_p", "verdict",
    "smallest_that_matters", "rates", "steps", "opponents",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(engines()))
def test_a_line_has_the_same_keys_whatever_the_claim(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also of a claim that is made no more, which says why; and each names what it compares."""
    build.build("verdicts", [name])
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        withdrawn = line["verdict"] == "withdrawn"
        assert set(line) - {"why"} == KEYS
        assert bool(line.get("why")) == withdrawn
        assert withdrawn or (line["opponents"] and all(steps > 1 for steps in line["steps"])), line
        assert withdrawn or line["verdict"] in (None, *Outcome)
