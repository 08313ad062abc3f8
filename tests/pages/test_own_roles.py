"""What each column of a viewer's table is: filled with the best guess, changed by hand, kept in the link."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import TableConfig
from engine.multitask.own_data.summary import summary
from engine.tables.beside import joined
from pages.multitask.own_roles import Roles
from tests.multitask.test_protocol import csv, table
from tests.pages.test_multitask import OWN, opened
from tests.pages.visits import PATIENCE

WIDE = table(300).rename(columns={"user": "user_id"}).assign(**{f"f{n}": table(300).x * n for n in range(1, 51)})


def chosen(data: bytes, **url: str) -> tuple[Roles, AppTest]:
    def page(data, url):  # its source is run by itself: no names of this module
        import streamlit as st

        from engine.multitask.own_data.summary import summary
        from pages.multitask import own_roles

        if "begun" not in st.session_state:
            st.session_state["begun"] = True
            for name, value in url.items():
                st.query_params[name] = value
        st.session_state["found"] = own_roles.choose(summary(data, ""))

    at = AppTest.from_function(page, args=(data, url), default_timeout=PATIENCE).run()
    assert not at.exception
    return at.session_state["found"], at


def box(at: AppTest, label: str) -> Any:
    return next(one for one in at.selectbox if one.label == label)


def test_every_column_has_its_likely_role_and_none_is_cut() -> None:
    roles, _ = chosen(csv(WIDE))
    assert roles.labels == ("click", "buy") and (roles.group, roles.time, roles.weight) == ("user_id", "day", "weight")
    assert roles.scores == ("score", "") and roles.split == "random"
    assert {*roles.features} == {*WIDE.columns} - {"click", "buy", "weight", "score"} and len(roles.features) > 50
    TableConfig(labels=roles.labels, features=roles.features, weight=roles.weight, scores=roles.scores)


def test_a_guess_is_overruled_and_the_link_says_so() -> None:
    roles, at = chosen(csv(WIDE), multitask_weight="-", multitask_group="f1", multitask_split="group")
    assert (roles.weight, roles.group, roles.split) == ("", "f1", "group")
    assert "f1" not in roles.features and "weight" in {
        option for option in at.multiselect(key="multitask_features").options
    }
    box(at, "Group").select("").run()
    found = at.session_state["found"]
    assert not at.exception and found.group == "" and found.split == "random", "there is nothing to split by"
    assert at.query_params["multitask_group"] in ("-", ["-"])


def test_what_no_test_row_shares_is_no_feature() -> None:
    by_time, at = chosen(csv(WIDE), multitask_split="time")
    assert "day" not in by_time.features and "user_id" in by_time.features
    assert any("later than all" in one.value for one in at.caption)
    by_group, _ = chosen(csv(WIDE), multitask_split="group")
    assert "user_id" not in by_group.features and "day" in by_group.features


def test_weights_reach_the_settings() -> None:
    roles, at = chosen(csv(WIDE), multitask_task_weight_2="3", multitask_positive_weight_1="2.5")
    at.number_input(key="multitask_task_weight_2").set_value(3.0).run()
    at.number_input(key="multitask_positive_weight_1").set_value(2.5).run()
    roles = at.session_state["found"]
    assert roles.task_weights == (1.0, 3.0) and roles.positive_weights == (2.5, 1.0)


def test_a_table_without_a_score_asks_for_none() -> None:
    roles, at = chosen(csv(table(300).drop(columns="score")))
    assert roles.scores == () and not [one for one in at.selectbox if "present" in one.label]
    at.toggle(key="multitask_scores").set_value(True).run()
    box(at, "My present model's score for buy").select("x").run()
    assert at.session_state["found"].scores == ("", "x") and "x" not in at.session_state["found"].features


def test_of_two_files_the_second_is_the_test() -> None:
    data = joined(csv(table(300)), csv(table(400)))
    assert summary(data, "").first == 300
    roles, at = chosen(data)
    assert roles.split == "second file" and any("400 rows" in one.value for one in at.caption)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_page_draws_them(spoken: str) -> None:
    at = opened(lang=spoken, **OWN)
    assert not at.exception and {one.label for one in at.selectbox} >= (
        {"Group", "Time"} if spoken == "en" else {"组", "时间"}
    )
