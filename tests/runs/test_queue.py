"""Who trains, who waits, what is given up: the queue without processes, sleeps or deadlines."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.errors import UserError
from engine.multitask import MultitaskConfig
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.workers.protocol import Command, Job
from tests.runs.fakes import Bench

CONFIG = MultitaskConfig()


def test_a_cell_that_was_put_back_is_not_killed_by_the_deadline_of_its_earlier_attempt() -> None:
    """Train and Stop within the stop's grace: the cell begins anew at once, and the old deadline is nobody's any more."""
    bench = Bench(workers=1)
    cell = bench.runs.submit(CONFIG, "study", background=True)
    (worker,) = bench.crew.here
    live = bench.runs.submit(CONFIG, "viewer")  # takes the worker away: the cell is told to stop
    assert worker.stopping and cell.state == State.QUEUED
    bench.runs.stop(live)
    worker.end("stopped")
    assert cell.state == State.RUNNING and worker.job is not None
    bench.wait(bench.policy.stop_seconds * 3)
    assert not worker.killed
    worker.frame()
    worker.end()
    assert cell.state == State.FINISHED and len(cell.frames) == 1


def test_a_put_back_cell_hears_nothing_of_its_earlier_attempt() -> None:
    bench = Bench(workers=2)
    cells = [bench.runs.submit(CONFIG, "study", background=True) for _ in range(2)]
    first, second = (bench.worker_of(cell.attempt) for cell in cells)
    bench.runs.submit(CONFIG, "viewer")
    (taken,) = [worker for worker in (first, second) if worker.stopping]
    put_back = cells[(first, second).index(taken)]
    (second if taken is first else first).end()  # the other cell is done: the live run begins there
    taken.frame()  # still on its way out
    assert not put_back.frames and put_back.state == State.QUEUED
    taken.end("finished")  # it was faster than the stop: nothing is lost, it starts over
    assert put_back.state == State.RUNNING and not put_back.frames


@pytest.mark.parametrize("deaths", [1, 3])
def test_a_cell_whose_worker_dies_is_queued_again(deaths: int) -> None:
    bench = Bench(workers=1)
    cell = bench.runs.submit(CONFIG, "study", background=True)
    for _ in range(deaths):
        bench.worker_of(cell.attempt).die()
        assert cell.state == State.QUEUED
        bench.crew.here[0].get_ready()
    bench.worker_of(cell.attempt).end()
    assert cell.state == State.FINISHED


def test_a_run_that_was_given_to_a_dying_worker_is_given_to_another() -> None:
    """Two workers are killed at once, and one of the two deaths is heard of first: what is begun meanwhile is begun again.
    Once it trains, a live run says that its worker died."""
    bench = Bench(workers=2)
    first = bench.runs.submit(CONFIG, "viewer")
    bench.worker_of(first.attempt).frame()
    doomed = [worker for worker in bench.crew.here if worker.job is None]
    bench.worker_of(first.attempt).die()
    assert first.state == State.FAILED
    again = bench.runs.submit(CONFIG, "viewer")
    assert bench.worker_of(again.attempt) is doomed[0]
    doomed[0].die()
    assert again.state == State.QUEUED
    for worker in bench.crew.here:
        worker.get_ready()
    bench.worker_of(again.attempt).frame()
    bench.worker_of(again.attempt).die()
    assert again.state == State.FAILED and "ended unexpectedly" in bench.runs.view(again).sentence


def test_a_live_run_that_kills_every_worker_is_given_up() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    for _ in range(bench.policy.deaths):
        bench.worker_of(run.attempt).die()
        assert run.state == State.QUEUED
        bench.crew.here[0].get_ready()
    bench.worker_of(run.attempt).die()
    assert run.state == State.FAILED


def test_a_cell_that_kills_every_worker_is_given_up_after_three_more_tries() -> None:
    bench = Bench(workers=1)
    study = Study(bench.runs, [CONFIG, replace(CONFIG, seed=1)], "study")
    fatal = 0
    while study.active and fatal < 20:
        worker = bench.crew.here[0]
        if not worker.ready:
            worker.get_ready()
        assert worker.job is not None
        if worker.job.config["seed"] == CONFIG.seed:
            fatal += 1
            worker.die()
        else:
            worker.frame()
            worker.end()
    (failure,) = study.failures
    assert fatal == 4 and failure.values == {"count": 4, "settings": "multitask"}
    assert set(study.results()) == {replace(CONFIG, seed=1)}


def test_a_live_run_whose_worker_dies_keeps_its_frames_and_says_so() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.worker_of(run.attempt).frame()
    bench.worker_of(run.attempt).die()
    view = bench.runs.view(run)
    assert view.state == State.FAILED and len(view.frames) == 1 and "Press Train" in view.sentence


def test_a_run_ended_by_a_lost_connection_says_so_and_keeps_its_frames() -> None:
    bench = Bench()
    run = bench.runs.submit(CONFIG, "viewer")
    bench.worker_of(run.attempt).frame()
    bench.runs.release("viewer")
    bench.wait(bench.policy.grace_seconds - 1)
    assert bench.runs.view(run).state == State.RUNNING
    bench.wait(2)
    view = bench.runs.view(run)
    assert view.state == State.STOPPED and len(view.frames) == 1
    assert "connection was lost for more than 10 s" in view.sentence.format(**view.values)


def test_a_connection_that_comes_back_within_the_grace_keeps_the_run() -> None:
    bench = Bench()
    run = bench.runs.submit(CONFIG, "viewer")
    bench.runs.release("viewer")
    bench.wait(bench.policy.grace_seconds - 1)
    bench.runs.claim("viewer")
    bench.alive(50)
    assert bench.runs.view(run).state == State.RUNNING


def test_a_full_queue_refuses_before_it_stops_the_visitors_own_run() -> None:
    bench = Bench(workers=1, queue=2)
    mine = bench.runs.submit(CONFIG, "mine")
    for owner in "ab":
        bench.runs.submit(CONFIG, owner)
    with pytest.raises(UserError, match="Too many people"):
        bench.runs.submit(CONFIG, "mine")
    assert mine.state == State.RUNNING
    waiting = bench.runs.submit(CONFIG, "a")  # whose own place in the queue is taken by the new one
    assert bench.runs.view(waiting).place == 2


def test_background_runs_are_bounded_and_a_study_is_whole_or_not_at_all() -> None:
    bench = Bench(workers=1, background_queue=4)
    Study(bench.runs, [replace(CONFIG, seed=seed) for seed in range(3)], "one")
    with pytest.raises(UserError, match="Too many"):
        Study(bench.runs, [replace(CONFIG, seed=seed) for seed in range(3)], "another")
    assert bench.runs.submit(CONFIG, "third", background=True).state == State.QUEUED


def test_studies_of_two_owners_take_turns() -> None:
    bench = Bench(workers=1)
    studies = {owner: [bench.runs.submit(CONFIG, owner, background=True) for _ in range(3)] for owner in "ab"}
    order = []
    for _ in range(6):
        (running,) = [(owner, run) for owner, runs in studies.items() for run in runs if run.state == State.RUNNING]
        order.append(running[0])
        bench.worker_of(running[1].attempt).end()
    assert order == ["a", "b", "a", "b", "a", "b"]


def test_a_place_in_the_queue_is_not_told_while_workers_start() -> None:
    bench = Bench(ready=False, workers=2)
    runs = [bench.runs.submit(CONFIG, owner) for owner in "abc"]
    assert [bench.runs.view(run).place for run in runs] == [0, 0, 1]
    for worker in bench.crew.here:
        worker.get_ready()
    assert [run.state for run in runs] == [State.RUNNING, State.RUNNING, State.QUEUED]
    assert bench.runs.view(runs[2]).place == 1


@pytest.mark.parametrize(
    "error", [OSError(errno.EMFILE, "Too many open files"), MemoryError(), RuntimeError("can't start new thread")]
)
def test_a_worker_that_cannot_be_replaced_is_tried_again_and_the_run_says_so(error: Exception) -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.crew.out_of = error
    bench.worker_of(run.attempt).frame()
    bench.worker_of(run.attempt).die()
    assert run.state == State.FAILED
    again = bench.runs.submit(CONFIG, "viewer")
    for _ in range(200):
        bench.wait(0.1)
    assert bench.crew.tries <= 8  # in twenty seconds: at once, and after 1, 2, 4 and 8 more
    view = bench.runs.view(again)
    assert view.state == State.QUEUED and "cannot start a training process" in view.sentence and not view.place
    bench.crew.out_of = None
    bench.wait(bench.policy.most_retry_seconds)
    bench.crew.here[0].get_ready()
    assert again.state == State.RUNNING and bench.runs.view(again).sentence == ""


def test_a_worker_that_dies_while_it_starts_is_not_started_again_and_again() -> None:
    bench = Bench(ready=False, workers=2)
    for _ in range(200):
        for worker in bench.crew.here:
            worker.die(1, "ImportError: no module named torch")
        bench.wait(0.1)
    assert bench.crew.tries <= 12
    run = bench.runs.submit(CONFIG, "viewer")
    for worker in bench.crew.here:
        worker.die(1)
    assert "cannot start" in bench.runs.view(run).sentence


def test_a_worker_that_gives_no_sign_of_life_is_replaced() -> None:
    bench = Bench(workers=1)
    live = bench.runs.submit(CONFIG, "viewer")
    worker = bench.worker_of(live.attempt)
    worker.frame()
    bench.wait(bench.policy.silent_seconds - 1)
    assert not worker.killed
    bench.wait(2)
    view = bench.runs.view(live)
    assert worker.killed and view.state == State.FAILED and len(view.frames) == 1
    assert "no sign of life for 60 s" in view.sentence.format(**view.values)
    worker.die()
    bench.crew.here[0].get_ready()
    cell = bench.runs.submit(CONFIG, "study", background=True)
    bench.wait(bench.policy.silent_seconds + 1)
    assert cell.state == State.QUEUED  # a study's cell is tried again


def test_a_long_step_with_signs_of_life_is_no_hang() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.alive(300)
    assert run.state == State.RUNNING
    bench.alive(310)
    assert run.state == State.STOPPED and "took too long" in bench.runs.view(run).sentence


def test_a_stop_that_is_not_obeyed_kills_once() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    worker = bench.worker_of(run.attempt)
    bench.runs.stop(run)
    bench.wait(bench.policy.stop_seconds / 2)
    assert not worker.killed and run.state == State.STOPPED
    bench.wait(bench.policy.stop_seconds)
    assert worker.killed
    worker.die()
    assert len(bench.crew.here) == 1 and bench.crew.here[0] is not worker


def test_a_paused_run_gives_way_only_where_others_wait() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    bench.runs.pause(run)
    bench.alive(bench.policy.pause_seconds * 2)
    assert run.state == State.PAUSED
    other = bench.runs.submit(CONFIG, "other")
    bench.alive(1)
    assert run.state == State.STOPPED and "paused while others waited" in bench.runs.view(run).sentence
    bench.crew.here[0].end("stopped")
    assert other.state == State.RUNNING


def test_pause_step_resume_are_told_by_the_attempts_number() -> None:
    bench = Bench(workers=1)
    run = bench.runs.submit(CONFIG, "viewer")
    worker = bench.worker_of(run.attempt)
    for command in (bench.runs.pause, bench.runs.step, bench.runs.resume, bench.runs.resume):
        command(run)  # the last one has nothing to resume
    assert worker.told == [(run.attempt, c) for c in (Command.PAUSE, Command.STEP, Command.RESUME)]


def test_a_server_without_workers_says_that_it_only_shows() -> None:
    with pytest.raises(UserError, match="recordings only"):
        Bench(workers=0).runs.submit(CONFIG, "viewer")


def test_a_policy_is_read_from_the_servers_variables() -> None:
    policy = RunPolicy.from_environment({"GATESCOPE_WORKERS": "3", "GATESCOPE_GRACE_SECONDS": "2.5", "HOME": "/"})
    assert policy == RunPolicy(workers=3, grace_seconds=2.5)
    for name, value in (("GATESCOPE_QUEUE", "many"), ("GATESCOPE_WORKERS", "-1"), ("GATESCOPE_STOP_SECONDS", "nan")):
        with pytest.raises(ValueError, match="must be a number"):
            RunPolicy.from_environment({name: value})


OWNERS = ("a", "b", "c")


class AnyOrder(RuleBasedStateMachine):
    """Whatever owners, workers and time do, in any order."""

    all_runs = Bundle("all_runs")

    @initialize(workers=st.integers(1, 3))
    def open(self, workers: int) -> None:
        self.bench = Bench(ready=False, workers=workers, queue=3, background_queue=5)
        self.submitted: list[Run] = []
        self.bench.crew.on_begin = self.is_fair

    def is_fair(self, job: Job) -> None:
        """Called when a worker begins: live runs in their order and before studies, of one owner the oldest first."""
        (run,) = [run for run in self.submitted if run.attempt == job.number] or [None]
        if run is None:  # it is being submitted: nobody waited
            assert not [other for other in self.runs._floor.waiting if not other.background]
            return
        for other in self.runs._floor.waiting:
            assert other.number > run.number or (other.background and (not run.background or other.owner != run.owner))

    @property
    def runs(self) -> Runs:
        return self.bench.runs

    @rule(target=all_runs, owner=st.sampled_from(OWNERS), background=st.booleans())
    def submit(self, owner: str, background: bool) -> Run | None:
        before = {run: run.state for run in self.submitted}
        try:
            run = self.runs.submit(CONFIG, owner, background=background)
        except UserError:
            assert {run: run.state for run in self.submitted} == before, "a refusal changes nothing"
            return None
        self.submitted.append(run)
        return run

    @rule(run=all_runs, what=st.sampled_from(("stop", "pause", "step", "resume")))
    def turn(self, run: Run | None, what: str) -> None:
        if run is not None:
            getattr(self.runs, what)(run)

    @rule(owner=st.sampled_from(OWNERS), back=st.booleans())
    def leave(self, owner: str, back: bool) -> None:
        (self.runs.claim if back else self.runs.release)(owner)

    @rule(which=st.integers(0, 5), what=st.sampled_from(("ready", "frame", "finished", "stopped", "failed", "die")))
    def work(self, which: int, what: str) -> None:
        here = self.bench.crew.here
        if not here:
            return
        worker = here[which % len(here)]
        if what == "die" or worker.killed:
            worker.die()
        elif what == "ready":
            if not worker.ready:
                worker.get_ready()
        elif worker.job is not None:
            if what == "frame":
                worker.frame()
            elif what == "failed":
                worker.end("failed", sentence="The training process failed: {name}.", values={"name": "KeyError"})
            elif what == "finished" or worker.stopping:
                worker.end(what)

    @rule(seconds=st.sampled_from((0.1, 1.0, 11.0, 61.0)), breathing=st.booleans())
    def wait(self, seconds: float, breathing: bool) -> None:
        (self.bench.alive if breathing else self.bench.wait)(seconds)

    @precondition(lambda self: hasattr(self, "bench"))
    @rule(out=st.booleans())
    def hands(self, out: bool) -> None:
        self.bench.crew.out_of = OSError(errno.EAGAIN, "no processes left") if out else None

    @invariant()
    def nothing_is_lost_and_nobody_trains_twice(self) -> None:
        if not hasattr(self, "bench"):
            return
        seats, queue = self.runs._floor.seats, list(self.runs._floor.waiting)
        held = [seat.run for seat in seats if seat.run is not None]
        active = [run for run in self.submitted if run.state.active]
        assert len(seats) == self.bench.policy.workers
        assert sorted(run.number for run in (*queue, *held)) == sorted(run.number for run in active)
        assert all(run.state == State.QUEUED for run in queue)
        assert all(run.state in (State.RUNNING, State.PAUSED) for run in held)
        live = [run.owner for run in active if not run.background]
        assert len(live) == len(set(live)), "two live runs of one owner"
        waiting = [run for run in queue if not run.background]
        assert len(waiting) <= self.bench.policy.queue
        assert not (queue and any(seat.idle for seat in seats)), "somebody waits beside an idle worker"
        coming = sum(seat.attempt is not None and seat.run is None for seat in seats)
        yields = len(waiting) <= coming or not any(r.background and r.state == State.RUNNING for r in held)
        assert yields, "a study keeps a worker while a live run waits"
        for run in self.submitted:
            view = self.runs.view(run)
            assert view.state != State.FAILED or view.sentence
            assert not view.sentence or view.sentence.format(**view.values)

    def teardown(self) -> None:
        """Left alone, with workers that work, everything comes to an end."""
        if not hasattr(self, "bench"):
            return
        self.bench.crew.out_of = None
        for owner in OWNERS:
            self.runs.claim(owner)
        for run in self.submitted:
            self.runs.resume(run)
        for _ in range(20 * len(self.submitted) + 20):
            for worker in self.bench.crew.here:
                if worker.killed:
                    worker.die()
                elif not worker.ready:
                    worker.get_ready()
                elif worker.job is not None:
                    worker.end("stopped" if worker.stopping else "finished")
            self.bench.alive(self.bench.policy.most_retry_seconds)
        assert not any(run.state.active for run in self.submitted)
        assert self.runs.idle


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
