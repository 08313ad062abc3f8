"""Learning rates: the best of those that were tried on seeds that judge nothing, found by `make claims` before it compares."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.multitask import MultitaskConfig
from engine.multitask.shipped import SHIPPED
from engine.runs import build
from engine.runs.config import Config
from engine.runs.playground import engines
from engine.runs.studies.stored import write_study
from engine.runs.studies.tuning import MOST, Found, Tuning, chosen, every_cell, name_of, tried, tuned, write_found

SETTING = MultitaskConfig(steps=20, frames=2, runs=1, test_rows=200, structures=("omoe",), seed=1_000, correlation=0.25)
RATES = (0.01, 0.02, 0.04)


def tuning(structure: str = "omoe", rates: tuple[float, ...] = RATES) -> Tuning[MultitaskConfig]:
    setting = replace(SETTING, structures=(structure,))
    return Tuning(
        setting,
        structure,
        rates,
        lambda rate: (replace(setting, learning_rate=(rate,)),),
        lambda metrics: (float(metrics[0][f"{structure}.test_loss"].mean()),),
    )


@pytest.mark.parametrize("name", sorted(engines()))
def test_the_claims_are_at_the_rates_that_the_stored_study_found(name: str) -> None:
    """Each once, the best by seeds of its own, not the first or the last of those that were tried."""
    shipped = engines()[name].shipped
    assert chosen(shipped.tunings, shipped.read_study()[1]) == shipped.found
    assert len({one.name for one in shipped.tunings}) == len(shipped.tunings) > 10
    judging = {cell.seed for claim in shipped.claims for cell in claim.needs}
    assert not judging & {cell.seed for cell in every_cell(shipped.tunings)}
    assert set(every_cell(shipped.tunings)) <= set(shipped.cells)
    for rate, rates in shipped.found.values():
        assert rates[0] < rate < rates[-1] and len(rates) >= 4
    trained = [cell for claim in shipped.claims for cell in claim.needs if hasattr(cell, "learning_rate")]
    used = {float(rate) for cell in trained for rate in cell.learning_rate}
    assert used & {rate for rate, _ in shipped.found.values()}


def test_a_setting_has_a_name_whatever_its_seeds_rate_and_steps() -> None:
    assert name_of(SETTING, "omoe") == "omoe, correlation 0.25"
    assert name_of(replace(SETTING, seed=3, steps=9, learning_rate=(0.3,), runs=2), "omoe") == "omoe, correlation 0.25"
    assert name_of(replace(SETTING, decay="none"), "omoe") != "omoe, correlation 0.25"
    found: Found = {"omoe, correlation 0.25": (0.02, (0.005, 0.02, 0.1))}
    assert tuned(found, SETTING, "omoe", 0.5) == 0.02 and tuned(found, SETTING, "mmoe", 0.5) == 0.5
    assert tried(found, SETTING, "omoe", RATES) == (0.005, 0.01, 0.02, 0.04, 0.1)
    assert tried(found, SETTING, "mmoe", RATES) == RATES


def test_what_is_written_is_read_and_is_as_the_house_formats_it(tmp_path: Path) -> None:
    found = {"omoe": (0.02, RATES), "mmoe, " + "a long name, " * 8: (0.1, RATES), **SHIPPED.found}
    write_found("multitask", found, tmp_path)
    file = tmp_path / "multitask.py"
    spec = importlib.util.spec_from_file_location("written", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.FOUND == found
    subprocess.run([sys.executable, "-m", "ruff", "format", "--check", "--line-length", "120", str(file)], check=True)


@dataclass
class Trained:
    """In place of worker processes: losses by rate, and what was asked for."""

    best: float
    asked: list[Config] = field(default_factory=list)
    breaks_after: int = 10**6

    def __call__(self, cells: Sequence[Any]) -> Iterator[Any]:
        for cell in cells:
            self.asked.append(cell)
            (structure,), (rate,) = cell.structures, cell.learning_rate
            loss = abs(np.log(rate / self.best)) + 1.0
            yield Run(cell, {f"{structure}.test_loss": np.full((1, 2), loss)}, 1.0)
            if len(self.asked) >= self.breaks_after:
                raise KeyboardInterrupt


@dataclass
class Run:
    config: Config
    metrics: dict[str, Any]
    worked: float


def study(folder: Path, found: Found, *tunings: Tuning[MultitaskConfig]) -> Any:
    """A study of one cell beside those that tune, at the rate that was found."""
    judged = replace(SETTING, seed=0, learning_rate=(tuned(found, SETTING, "omoe", 0.01),))
    cells = (judged, *every_cell(tunings))
    return replace(SHIPPED, cells=cells, assets=folder, tunings=tunings, found=found)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Found]:
    kept: list[Found] = []
    monkeypatch.setattr(build, "write_found", lambda playground, found: kept.append(found))
    return kept


def test_one_command_tunes_and_then_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[Found]
) -> None:
    """Broken off, it goes on where it was; what was tuned with the same code is not tuned again."""
    first, trained = study(tmp_path, {}, tuning()), Trained(0.02, breaks_after=2)
    monkeypatch.setattr(build, "_trained", trained)
    with pytest.raises(KeyboardInterrupt):
        build._tuned(first)
    trained.breaks_after = 10**6
    assert build._tuned(first) and [cell.learning_rate for cell in trained.asked] == [(rate,) for rate in RATES]
    assert written == [{"omoe, correlation 0.25": (0.02, RATES)}]
    again = study(tmp_path, written[0], tuning())  # as a process that begins now has it
    trained.asked.clear()
    assert not build._tuned(again) and not trained.asked
    build._claims(again)
    assert trained.asked == [replace(SETTING, seed=0, learning_rate=(0.02,))]
    assert set(again.read_study()[1]) == set(again.cells) and not build._begun(again).exists()
    trained.asked.clear()
    build._claims(again)
    assert not build._tuned(again) and not trained.asked and len(written) == 1


def test_a_grid_grows_while_its_best_is_at_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[Found]
) -> None:
    trained = Trained(0.25)
    monkeypatch.setattr(build, "_trained", trained)
    assert build._tuned(study(tmp_path, {}, tuning()))
    assert written[-1] == {"omoe, correlation 0.25": (0.25, (*RATES, 0.1, 0.25, 0.625))}
    monkeypatch.setattr(build, "_trained", Trained(1e9))
    assert build._tuned(study(tmp_path / "other", {}, tuning()))
    rate, rates = written[-1]["omoe, correlation 0.25"]
    assert rate == rates[-1] and len(rates) == MOST


def test_only_what_rests_on_other_code_is_tuned_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[Found]
) -> None:
    found = {"omoe, correlation 0.25": (0.02, RATES), "mmoe, correlation 0.25": (0.02, RATES)}
    both, trained = study(tmp_path, found, tuning(), tuning("mmoe")), Trained(0.02)
    results = {run.config: run.metrics for run in trained(both.cells)}
    code = dict(build.fingerprints(both.cells))
    write_study(both.study, results, code=code | {"mmoe": "other"})
    trained.asked.clear()
    monkeypatch.setattr(build, "_trained", trained)
    assert not build._tuned(both) and {cell.rungs for cell in trained.asked} == {("mmoe",)} and len(trained.asked) == 3


def test_the_rest_begins_anew_where_other_rates_were_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claims of this process are those at the rates before."""
    went: list[str] = []
    monkeypatch.setattr(build, "_claims", lambda shipped: went.append("claims"))
    monkeypatch.setattr(build, "_again", lambda what, name: went.append(f"{what} {name} again"))
    for other in (True, False):
        monkeypatch.setattr(build, "_tuned", lambda shipped, other=other: other)
        build.build("claims", ["multitask"])
    assert went == ["claims multitask again", "claims"]


@pytest.mark.slow
def test_a_tiny_study_is_tuned_by_real_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[Found]
) -> None:
    monkeypatch.setenv("GATESCOPE_WORKERS", "1")
    small = study(tmp_path, {}, tuning(rates=(1e-6, 0.01, 30.0)))
    assert build._tuned(small) and list(written[0].values()) == [(0.01, (1e-6, 0.01, 30.0))]
