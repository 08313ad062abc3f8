"""A log of the server on the page: listed where the server offers any, prepared, cancelled, and trained on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.recommender import ENGINE, OwnLogConfig, ShardsConfig, StreamedConfig
from engine.recommender.own_log.sample import sample_log
from engine.runs.service.run import Run, State, View
from pages.recommender import server_log
from pages.ui.run import training
from tests.pages.visits import CHINESE, PATIENCE, texts


class Service:
    """Does at once what a worker does; what `halts` names waits, until it is stopped."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.halts = ""

    def submit(self, config: Any, owner: str, **how: Any) -> Run:
        run = Run(config, owner, **how)
        self.runs.append(run)
        if how["work"] == "prepare" and getattr(config, "whole", "") != self.halts:
            run.frames = list(ENGINE.works["prepare"].run(config))
            run.state = State.FINISHED
        return run

    def view(self, run: Run) -> View:
        return View(run.state, 1, 5, 132, tuple(run.frames), None, "", {})

    def stop(self, run: Run) -> None:
        run.state = State.STOPPED


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    data = tmp_path / "data"
    data.mkdir()
    (data / "log.csv").write_bytes(sample_log())
    (data / "secret.txt").write_text("no log")
    odd = pd.read_csv(data / "log.csv").rename(columns={"user_id": "a", "item_id": "b", "timestamp": "c"})
    odd.sample(frac=1.0, random_state=1).to_parquet(data / "odd.parquet")
    monkeypatch.setenv("GATESCOPE_DATA", str(data))
    monkeypatch.setenv("GATESCOPE_SHARDS", str(tmp_path / "work"))
    server_log._lying.clear()
    made = Service()
    monkeypatch.setattr(training, "service", lambda: made)
    return made


def page(language: str) -> None:  # its source is run by itself: no names of this module
    import streamlit as st

    from pages.recommender import own_log
    from pages.ui.run import polling

    st.session_state["lang"] = language
    polling.begin()
    own_log.draw()


def opened(language: str = "en", **params: str) -> AppTest:
    at = AppTest.from_function(page, args=(language,), default_timeout=PATIENCE)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def button(at: AppTest, key: str) -> Any:
    found = [one for one in at.button if one.key == key]
    return found[0] if found else None


def test_a_server_that_offers_none_does_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATESCOPE_DATA", raising=False)
    at = opened(recommender_lies="server", recommender_log="/etc/passwd")
    assert not [one for one in at.selectbox if one.key == "recommender_log"]
    assert "recommender_lies" not in {one.key for one in at.get("button_group")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_log_is_chosen_prepared_and_trained_on(service: Service, language: str) -> None:
    at = opened(language, recommender_lies="server")
    choice = at.selectbox(key="recommender_log")
    assert [one.partition(" ")[0] for one in choice.options] == ["log.csv", "odd.parquet"] and not service.runs
    choice.select_index(0).run()
    assert [run.config for run in service.runs] == [ShardsConfig(log="log.csv")]
    assert at.query_params["recommender_log"] == "log.csv"
    assert button(at, "recommender_train_own") is None
    button(at, "recommender_prepare").click().run()
    assert not at.exception and not at.error and service.runs[-1].config == ShardsConfig(log="log.csv", whole="yes")
    rows = len(pd.read_csv(Path(os.environ["GATESCOPE_DATA"]) / "log.csv"))
    assert any(f"{rows:,}" in one.value and "400" in one.value for one in at.caption)
    button(at, "recommender_train_own").click().run()
    run = service.runs[-1]
    assert run.work == "streamed" and isinstance(run.config, StreamedConfig)
    assert run.table is not None and run.table.digest == run.config.table and run.table.read()
    if language == "zh":
        assert all(CHINESE.search(one.value) for one in at.caption)
        assert "whole log" not in " ".join(texts(at.main))


def test_its_sample_alone_is_trained_on_as_a_file(service: Service) -> None:
    at = opened(recommender_lies="server", recommender_log="log.csv", recommender_learnt="sample")
    button(at, "recommender_prepare").click().run()
    button(at, "recommender_train_own").click().run()
    assert service.runs[-1].work == "own" and type(service.runs[-1].config) is OwnLogConfig


def test_columns_without_names_are_told(service: Service) -> None:
    at = opened(recommender_lies="server", recommender_log="odd.parquet")
    assert at.error or button(at, "recommender_prepare")  # guessed by content, or refused
    for role, column in (("user", "a"), ("item", "b"), ("time", "c")):
        (box,) = [one for one in at.selectbox if str(one.key).endswith(f"role_{role}")]
        box.set_value(column).run()
    assert not at.error
    button(at, "recommender_prepare").click().run()
    assert '"user": "a"' in service.runs[-1].config.told and button(at, "recommender_train_own") is not None


def test_what_is_cancelled_goes_on(service: Service) -> None:
    service.halts = "yes"
    at = opened(recommender_lies="server", recommender_log="log.csv")
    button(at, "recommender_prepare").click().run()
    assert service.runs[-1].state == State.QUEUED and button(at, "recommender_log_again") is None
    button(at, "recommender_log_stop").click().run()
    at.run()
    assert service.runs[-1].state == State.STOPPED and any("Cancelled" in one.value for one in at.info)
    service.halts = ""
    button(at, "recommender_log_again").click().run()
    assert service.runs[-1].state == State.FINISHED and button(at, "recommender_train_own") is not None


@pytest.mark.parametrize("name", ["../data/log.csv", "/etc/passwd", "secret.txt", "log.csv\x00", "*"])
def test_a_link_opens_nothing_that_is_not_listed(service: Service, name: str) -> None:
    at = opened(recommender_lies="server", recommender_log=name)
    assert at.selectbox(key="recommender_log").value is None and not service.runs
