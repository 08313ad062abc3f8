"""Your log on the page: what a file was read as, what it lacks, and the answer beside what needs no training."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.recommender import OwnLogConfig
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import own_config, read_log, train_own
from engine.runs.frame import Frame
from engine.tables.beside import joined
from pages.recommender import opponents
from pages.ui.language import catalogue
from tests.pages.visits import PATIENCE


def opened(language: str, sample: bool, **asked: str) -> AppTest:
    def page(language, sample):  # its source is run by itself: no names of this module
        import streamlit as st

        from pages.recommender import own_log
        from pages.recommender.where import PLACE

        st.session_state["lang"] = language
        st.session_state[PLACE.open_key("own")] = True
        st.session_state["recommender_sample"] = sample
        own_log.draw()

    at = AppTest.from_function(page, args=(language, sample), default_timeout=PATIENCE)
    for key, value in asked.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sample_log_is_read_and_offered(language: str) -> None:
    assert not [button for button in opened(language, False).button if button.key == "recommender_train_own"]
    at = opened(language, True)
    assert [button for button in at.button if button.key == "recommender_train_own"] and not at.error
    rows = f"{len(read_log(sample_log()).log.user):,}"
    assert any(rows in line.value and "400" in line.value for line in at.caption)
    assert {number.key for number in at.number_input} >= {"recommender_own_steps", "recommender_own_ranking_steps"}


def answered(config: OwnLogConfig, frames: list[Frame], language: str) -> AppTest:
    def page(config, recall, ranking, language):
        import streamlit as st

        from pages.recommender.measured import measured

        st.session_state["lang"] = language
        measured(config, recall, ranking)

    last = next(frame for frame in frames[::-1] if "recall.hits" in frame.metrics)
    ranking = frames[-1] if "ranking.auc" in frames[-1].metrics else None
    at = AppTest.from_function(page, args=(config, last, ranking, language), default_timeout=PATIENCE).run()
    assert not at.exception
    return at


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_answer_stands_beside_the_baselines(language: str) -> None:
    log = read_log(sample_log())
    small = OwnLogConfig(dimensions=8, tower=(16,), steps=20, ranking_steps=20, frames=2, pretrained="off")
    config = own_config(log, "", small)
    frames = list(train_own(config, sample_log()))
    table = answered(config, frames, language).dataframe[0].value
    hits = frames[1].metrics["knn.hits"]
    row = list(opponents.METHODS).index("knn")
    assert (
        len(table) == len(opponents.METHODS) and table["hit@20"].iloc[row] == f"{float(hits[0]):.1%}" and "AUC" in table
    )
    assert "AUC" not in answered(config, frames[:2], language).dataframe[0].value
    few = answered(replace(config, videos=80), frames, language)  # a hundred of eighty would find all
    assert [name for name in few.dataframe[0].value if name.startswith("hit@")] == ["hit@20", "hit@50"]
    assert not any("100" in line.value.partition("95")[0] for line in few.markdown)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_way_of_asking_is_said_with_what_it_leaks_and_reaches_the_run(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages.recommender import own_log

    given: list[OwnLogConfig] = []
    monkeypatch.setattr(own_log, "train_button", lambda place, label, config, *rest: given.append(config))
    at = opened(language, True)
    leaks = [
        own_log.LEAKS[name] if language == "en" else catalogue("zh")[own_log.LEAKS[name]] for name in own_log.LEAKS
    ]
    assert any(leaks[0] == line.value for line in at.caption) and given[-1].asked == "last"
    at = opened(language, True, recommender_own_asked="moment", recommender_own_stop="validation")
    assert any(leaks[1] == line.value for line in at.caption)
    assert given[-1].asked == "moment" and given[-1].stop == "validation"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_present_system_is_judged_beside_the_others(language: str) -> None:
    lists = b"user_id,item_id\n" + b"".join(b"%d,%d\n" % (user, item) for user in range(40) for item in range(30))
    data = joined(sample_log(), lists)
    small = OwnLogConfig(dimensions=8, tower=(16,), steps=6, ranking_steps=6, frames=2, pretrained="off", asked="moment", stop="validation")  # fmt: skip
    config = own_config(read_log(data), "", small)
    frames = list(train_own(config, data))
    at = answered(config, frames, language)
    name = "My present system" if language == "en" else catalogue("zh")["My present system"]
    table = at.dataframe[0].value
    assert name in table.iloc[:, 0].tolist() and len(table) == len(opponents.METHODS) + 1
    said = " ".join(line.value for line in at.markdown)
    assert ("present system's lists" if language == "en" else "现有系统的列表") in said
    last = next(frame for frame in frames[::-1] if "recall.stopped" in frame.metrics)
    assert any(f"{int(last.metrics['recall.stopped'])}" in line.value for line in at.caption)
