"""What each model costs, with the time of training it once a process has measured that."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.errors import UserError
from engine.multitask import ENGINE, MultitaskConfig, TableConfig
from engine.recommender import ENGINE as RECOMMENDER
from engine.recommender import OwnLogConfig, RecommenderConfig
from engine.recommender.opponents.beside import OPPONENTS
from engine.runs.frame import Frame
from engine.runs.service.run import State
from pages.ui.latest import Latest
from pages.ui.pieces import training_times
from pages.ui.pieces.rates import cells, origin
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
    assert [one for one in table[title] if one] == ["12.3"]


LIVE = {"multitask": {"0.01", "0.02"}, "recurrent": {"0.0025", "0.04", "0.015"}, "matching": {"0.0025", "0.006", "0.015"}, "recommender": {"0.004"}}  # fmt: skip
"""What each page's opening begins with."""


@pytest.mark.parametrize("name", sorted(LIVE))
@pytest.mark.parametrize(
    ("locale", "title", "source", "tuned"),
    [("en-US", "learning rate", "it is from", "tuned"), ("zh-CN", "学习率", "来源", "调优所得")],
)
def test_each_model_on_stage_says_its_rate_and_where_it_is_from(
    name: str, locale: str, title: str, source: str, tuned: str
) -> None:
    at = opened_at(f"pages/{name}/page.py", locale, **{f"{name}_open_costs": "true"})
    assert not at.exception
    table = next(one.value for one in at.dataframe if source in one.value.columns)
    assert set(table[title]) <= LIVE[name] and len(table) >= 2 and len(set(table[title])) >= 1 + (name != "recommender")
    assert all(tuned in said for said in table[source])
    assert any("不参与判断的种子" in one.value or "judge nothing" in one.value for one in at.caption)


def test_a_rate_that_was_not_tuned_says_so() -> None:
    config = MultitaskConfig(correlation=0.5)
    assert origin(ENGINE, config, "mmoe", 0.02).startswith("tuned: the best of 5")
    assert origin(ENGINE, replace(config, correlation=0.45), "mmoe", 0.02).startswith("tuned in the nearest setting")
    assert origin(ENGINE, config, "mmoe", 0.3) == "set by you; tuned: 0.02"
    assert origin(ENGINE, config, "ple", 0.02).startswith("what the page begins with")  # .01 at .5
    own = OwnLogConfig()
    assert origin(RECOMMENDER, own, "recall", own.rate("recall")) == "what the page offers for own data"
    assert origin(RECOMMENDER, own, "recall", 0.3) == "set by you"
    assert not cells(ENGINE, TableConfig(), "mmoe")
    for config_, found in (
        (RecommenderConfig(), "what the page begins with"),
        (RecommenderConfig(videos=1_000_000), "what the page begins with"),
        (RecommenderConfig(learning_rate=(0.004,), videos=1_000_000), "tuned in the nearest setting"),
    ):
        assert origin(RECOMMENDER, config_, "recall", config_.rate("recall")).startswith(found)


def test_the_opponents_stand_beside_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = {f"{name}.{what}": 1.0 for name in OPPONENTS for what in ("numbers", "seconds", "milliseconds")}
    monkeypatch.setattr(training_times, "measured", lambda config: {"recall.seconds": 70.0} | measured)
    at = opened_at("pages/recommender/page.py", "en-US", recommender_open_costs="true")
    assert not at.exception
    table = next(one.value for one in at.dataframe if "it is from" in one.value.columns)
    assert len(table) == 2 + len(OPPONENTS) and table["training, seconds"].tolist()[0] == "70.0"
    assert any("needs no training" in one.value for one in at.caption)
