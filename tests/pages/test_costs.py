"""What each model costs, with the time of training it once a process has measured that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.errors import UserError
from engine.multitask import ENGINE, MultitaskConfig, TableConfig
from engine.runs.frame import Frame
from engine.runs.service.run import State
from pages.ui.latest import Latest
from pages.ui.pieces import training_times
from tests.pages.visits import opened_at


class Service:
    """Takes what is submitted, and does what the test says."""

    def __init__(self, workers: int = 1, full: bool = False) -> None:
        self.policy = SimpleNamespace(workers=workers)
        self.full, self.runs = full, list[Any]()

    def submit(self, config: Any, owner: str, *, work: str, background: bool) -> Any:
        if self.full:
            raise UserError("Too many wait.")
        assert (work, background) == ("time", True)
        self.runs.append(SimpleNamespace(state=State.RUNNING, frames=[]))
        return self.runs[-1]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    mine: dict[str, Any] = {}
    monkeypatch.setattr(training_times, "_runs", lambda: mine)
    monkeypatch.setattr(training_times, "_known", Latest(4))
    monkeypatch.setattr(training_times, "owner", lambda: "me")
    return mine


def serve(monkeypatch: pytest.MonkeyPatch, service: Service) -> Service:
    monkeypatch.setattr(training_times.training, "service", lambda: service)
    return service


def test_it_is_measured_once_and_known_to_all(monkeypatch: pytest.MonkeyPatch, held: dict[str, Any]) -> None:
    service, config = serve(monkeypatch, Service()), MultitaskConfig(steps=500)
    training_times.ask(ENGINE, config)
    training_times.ask(ENGINE, config)
    assert len(service.runs) == 1 and training_times.measuring(config) and not training_times.seconds(config)
    service.runs[0].frames = [Frame(1, {"mmoe.seconds_a_step": np.asarray(0.5)})]
    service.runs[0].state = State.FINISHED
    assert training_times.seconds(config) == {"mmoe": 250.0} and not training_times.measuring(config)
    held.clear()  # another visitor
    training_times.ask(ENGINE, config)
    assert len(service.runs) == 1 and training_times.seconds(config) == {"mmoe": 250.0}


@pytest.mark.parametrize(
    ("service", "config"),
    [(Service(workers=0), MultitaskConfig()), (Service(full=True), MultitaskConfig()), (Service(), TableConfig())],
    ids=["no process", "too many wait", "a table of one's own"],
)
def test_it_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, held: dict[str, Any], service: Service, config: Any
) -> None:
    serve(monkeypatch, service)
    training_times.ask(ENGINE, config)
    assert not service.runs and not held and not training_times.seconds(config) and not training_times.measuring(config)


@pytest.mark.parametrize(("locale", "title"), [("en-US", "training, seconds"), ("zh-CN", "训练用时（秒）")])
def test_the_table_shows_it(monkeypatch: pytest.MonkeyPatch, locale: str, title: str) -> None:
    monkeypatch.setattr(training_times, "seconds", lambda config: {"mmoe": 12.34})
    at = opened_at("pages/multitask/page.py", locale, multitask_open_costs="true")
    assert not at.exception
    table = next(one.value for one in at.dataframe if title in one.value.columns)
    assert table[title].dropna().tolist() == ["12.3"]
