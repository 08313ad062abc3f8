"""A config that exists is a valid one, whatever was sent."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.multitask import MultitaskConfig, TableConfig
from engine.runs.config import Config
from engine.runs.playground import engines

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True, allow_infinity=True) | st.text(max_size=20)
    | st.sampled_from([10**400, -(10**400), math.nan, "0", "1e3", "mmoe", "<script>", b"bytes"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=2), max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize("kind", [MultitaskConfig, TableConfig])
@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_junk_is_refused_or_valid(kind: type, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([field.name for field in dataclasses.fields(kind)]))
    value = data.draw(JUNK)
    try:
        config = kind(**{name: value})
    except UserError as error:
        assert str(error)
        return
    assert kind.from_json(config.to_json()) == config and hash(config) == hash(kind(**config.to_dict()))


@given(
    text=st.text(max_size=60)
    | st.sampled_from(["[]", "null", "{", '{"seed": NaN}', '{"nope": 1}', "1" * 5000, "[" * 5000])
)
def test_from_json_takes_any_text(text: str) -> None:
    try:
        MultitaskConfig.from_json(text)
    except UserError:
        pass


def test_equal_configs_have_equal_digests_and_others_do_not() -> None:
    assert MultitaskConfig(correlation=0).digest == MultitaskConfig(correlation=-0.0).digest
    assert MultitaskConfig(seed=1).digest != MultitaskConfig(seed=2).digest
    assert TableConfig().digest != MultitaskConfig().digest


@pytest.mark.parametrize("values", [
    {"correlation": -0.6, "tasks": ("regression",) * 3}, {"alpha": (1.0,), "beta": ()}, {"rows": 10}, {"input_dim": 5, "tasks": ("binary",) * 6},
    {"structures": ("mmoe", "mmoe")}, {"structures": ()}, {"tasks": ("regression",)}, {"seed": True}, {"seed": 1.5}, {"noise": -0.1},
])  # fmt: skip
def test_what_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(UserError):
        MultitaskConfig(**values)


def test_differences_name_what_changed() -> None:
    assert MultitaskConfig(seed=3).differences(MultitaskConfig()) == {"seed": (3, 0)}


@pytest.mark.parametrize("kind", [MultitaskConfig, TableConfig])
def test_an_unknown_field_is_named(kind: type) -> None:
    with pytest.raises(UserError, match="nope is not a setting"):
        kind.from_dict({"nope": 1})


def test_a_setting_that_was_renamed_is_found_by_its_old_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultitaskConfig, "renamed", {"sprout": "seed"})
    assert (
        MultitaskConfig.from_dict({"sprout": 5})
        == MultitaskConfig.from_json('{"sprout": 5}')
        == MultitaskConfig(seed=5)
    )
    assert MultitaskConfig.from_dict({"seed": 7, "sprout": 5}).seed == 7, "the name of now counts"
    with pytest.raises(UserError, match="sprouts"):
        MultitaskConfig.from_dict({"sprouts": 5})


@pytest.mark.parametrize("kind", [engine.config for engine in engines().values()])
def test_what_was_renamed_is_called_something_today_and_nothing_else_is_called_so(kind: type[Config]) -> None:
    today = {field.name for field in dataclasses.fields(kind)}
    assert set(kind.renamed.values()) <= today and not set(kind.renamed) & today
