"""Workers elsewhere, made up: who is hired, what goes there, what is refused, who is let go of."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from engine.files import ROOT
from engine.multitask import MultitaskConfig
from engine.runs.service import outside
from engine.runs.service.run import State
from engine.runs.service.study import Study
from engine.runs.workers.machine import Machine, engine_code
from tests.runs.fakes import Bench, FakeAway, FakeWorker

CONFIG = MultitaskConfig()
CELLS = tuple(replace(CONFIG, seed=seed) for seed in range(3))
MINE = Machine("code", "libraries", "mine")
OTHER = replace(MINE, processor="another")


@pytest.fixture(autouse=True)
def _mine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_mine", lambda: MINE)


def ready(worker: FakeWorker, machine: Machine = MINE) -> None:
    worker.get_ready(pid=1, machine=machine.to_dict())


def test_a_study_goes_out_and_a_live_run_stays_here() -> None:
    away = FakeAway(room=2)
    bench = Bench(away=away, workers=1)
    study = Study(bench.runs, CELLS, "study")
    assert not bench.crew.here[0].job and not away.crew.hired  # nobody is asked for before there is work
    bench.wait(0.1)
    assert len(away.crew.hired) == 2
    for worker in away.crew.here:
        ready(worker)
    live = bench.runs.submit(CONFIG, "viewer")
    assert bench.worker_of(live.attempt) is bench.crew.here[0]
    assert [worker.job is not None for worker in away.crew.here] == [True, True]
    for _ in CELLS:
        worker = next(one for one in away.crew.here if one.job)
        worker.frame()
        worker.end()
    assert set(study.results()) == set(CELLS) and study.processors == ("",)


def test_a_live_run_goes_out_where_everybody_here_is_busy() -> None:
    away = FakeAway(room=1)
    bench = Bench(away=away, workers=1)
    runs = [bench.runs.submit(CONFIG, owner) for owner in ("ann", "bob")]
    bench.wait(0.1)
    ready(away.crew.here[0])
    assert [run.state for run in runs] == [State.RUNNING] * 2
    bench.runs.stop(runs[1])
    assert away.crew.here[0].stopping


def test_without_room_elsewhere_a_study_is_trained_here() -> None:
    away = FakeAway(room=0)
    bench = Bench(away=away, workers=1)
    Study(bench.runs, CELLS, "study")
    assert bench.crew.here[0].job is not None


def test_a_study_waits_for_a_worker_that_starts_elsewhere_but_not_for_ever() -> None:
    away = FakeAway(room=1)
    bench = Bench(away=away, workers=1)
    Study(bench.runs, CELLS, "study")
    bench.wait(0.1)
    assert bench.crew.here[0].job is None and len(away.crew.here) == 1
    for _ in range(20):
        bench.alive(5.0)
    assert bench.crew.here[0].job is not None


def test_who_stands_idle_is_let_go_of_and_hired_again_for_work() -> None:
    away = FakeAway(room=2)
    bench = Bench(away=away, workers=0)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.wait(0.1)
    (worker,) = away.crew.here  # one run asks for one worker
    ready(worker)
    worker.frame()
    bench.alive(bench.policy.idle_seconds * 2)
    assert not worker.killed
    worker.end()
    assert run.state == State.FINISHED
    bench.alive(bench.policy.idle_seconds - 5)
    assert not worker.killed
    bench.alive(10)
    assert worker.killed
    worker.die()
    assert bench.runs.workers == ()
    bench.runs.submit(CONFIG, "viewer")
    bench.wait(0.1)
    assert len(away.crew.here) == 1


@pytest.mark.parametrize("alike", [True, False])
def test_another_processor_is_refused_where_digits_are_stored_and_said_where_not(alike: bool) -> None:
    away = FakeAway(room=2)
    bench = Bench(away=away, alike=alike, workers=0)
    study = Study(bench.runs, CELLS[:2], "study")
    bench.wait(0.1)
    same, unlike = away.crew.here
    ready(same)
    ready(unlike, OTHER)
    assert unlike.killed == alike and (unlike.job is None) == alike
    for worker in (same, unlike):
        if worker.job is not None:
            worker.frame()
            worker.end()
    assert study.processors == (("",) if alike else ("", "another"))


@pytest.mark.parametrize("machine", [replace(MINE, code="older"), replace(MINE, libraries="torch 1.0")])
def test_other_code_and_other_libraries_are_never_taken(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    away = FakeAway(room=1)
    bench = Bench(away=away, workers=0)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.wait(0.1)
    ready(away.crew.here[0], machine)
    assert away.crew.here[0].killed and run.state == State.QUEUED and "unlike this server" in caplog.text
    away.crew.here[0].die()
    bench.wait(0.5)
    assert not away.crew.here  # the next try waits
    bench.wait(2.0)
    assert len(away.crew.here) == 1


def test_a_cell_lost_elsewhere_begins_again_and_a_live_run_says_so() -> None:
    away = FakeAway(room=2)
    bench = Bench(away=away, workers=0)
    cell = bench.runs.submit(CELLS[0], "study", background=True)
    live = bench.runs.submit(CONFIG, "viewer")
    bench.wait(0.1)
    for worker in away.crew.here:
        ready(worker)
    for run in (cell, live):
        worker = next(one for one in away.crew.here if one.job and one.job.number == run.attempt)
        worker.frame()
        worker.die()
    assert cell.state == State.QUEUED and not cell.frames
    assert live.state == State.FAILED and "Press Train" in bench.runs.view(live).sentence
    bench.wait(0.1)
    ready(away.crew.here[0])
    assert cell.state == State.RUNNING


def test_workers_elsewhere_are_let_go_of_with_the_server() -> None:
    away = FakeAway(room=1)
    bench = Bench(away=away, workers=0)
    bench.runs.submit(CONFIG, "viewer")
    bench.wait(0.1)
    (worker,) = away.crew.here
    bench.runs.close()
    assert worker.killed and away.closed


def test_one_changed_letter_of_the_engine_is_other_code(tmp_path) -> None:
    module = tmp_path / "engine" / "a.py"
    module.parent.mkdir()
    module.write_text("A = 1\n")
    before = engine_code(tmp_path)
    module.write_text("A = 2\n")
    assert engine_code(tmp_path) != before
    module.rename(module.with_name("b.py"))
    assert len({before, engine_code(tmp_path), engine_code()}) == 3


def test_without_an_address_no_ray_is_imported() -> None:
    """Neither by the app's house nor by a build."""
    code = (
        "import sys; import pages.ui.run.house, engine.runs.build; from engine.runs.service.started import started;"
        "from engine.runs.service.policy import RunPolicy; started(RunPolicy(workers=0)).close();"
        "print([name for name in sys.modules if name.partition('.')[0] == 'ray'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_one_module_imports_ray() -> None:
    found = [
        path.name
        for folder in ("engine", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if "import ray" in path.read_text() or "from ray" in path.read_text()
    ]
    assert found == ["cluster.py"]
