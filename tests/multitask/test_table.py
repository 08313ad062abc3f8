"""The columns of a user's table: what each serves as, and in which words the rest is refused."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.multitask import TableConfig
from engine.multitask.own_data.columns import columns
from engine.multitask.own_data.features import prepare
from engine.multitask.own_data.sample import sample_table
from engine.tables.table import read_table


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def frame(**change: object) -> pd.DataFrame:
    source = np.random.default_rng(0)
    base = {
        "a": source.integers(0, 2, 300),
        "b": source.normal(size=300),
        "x": source.normal(size=300),
        "c": ["red", "blue", "green"] * 100,
    }
    return pd.DataFrame(base | change)


CONFIG = TableConfig(labels=("a", "b"), features=("x", "c"))


def test_columns_say_what_they_can_serve_as() -> None:
    kinds = {
        c.name: c.kind for c in columns(frame(one=1.0, day=pd.date_range("2024", periods=300), nested=[[1]] * 300))
    }
    assert kinds == {
        "a": "binary",
        "b": "number",
        "x": "number",
        "c": "category",
        "one": "unusable",
        "day": "number",
        "nested": "unusable",
    }


def bad(position: int, value: object) -> list[object]:
    values: list[object] = list(np.random.default_rng(1).normal(size=300))
    values[position] = value
    return values


@pytest.mark.parametrize(("change", "words"), [
    ({"a": 1}, "Label a has one value only"),
    ({"b": bad(6, "oops")}, "Label b is not a number: row 7 holds “oops”"),
    ({"b": bad(41, np.inf)}, "Label b is missing or not finite in row 42"),
    ({"b": bad(2, None)}, "Label b is missing or not finite in row 3"),
    ({"a": [1] * 5 + [0] * 295}, "only 5 rows of its rarer class"),
    ({"x": bad(8, -np.inf)}, "Column x is not finite in row 9"),
    ({"x": 3.0}, "Column x cannot be a feature"),
    ({"a": [True, None] + [False] * 298}, "Label a is missing or not finite in row 2"),
    ({"b": [str(i) for i in range(300)]}, "Label b is not a number: row 1 holds “0”"),
    ({"b": bad(4, 1e300)}, "Label b is missing or not finite in row 5"),
    ({"x": bad(5, -1e300)}, "Column x is not finite in row 6"),
])  # fmt: skip
def test_what_cannot_be_used_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words.replace("“", ".").replace("”", ".")):
        prepare(frame(**change), CONFIG)


def test_a_label_among_the_features_is_refused() -> None:
    with pytest.raises(UserError, match="both a label and a feature"):
        prepare(frame(), TableConfig(labels=("a", "b"), features=("a", "x")))
    with pytest.raises(UserError, match="There is no column"):
        prepare(frame(), TableConfig(labels=("a", "nope"), features=("x",)))


def test_parquet_types_that_no_model_takes_are_unusable() -> None:
    odd = frame(
        listed=[[1, 2]] * 300, nested=[{"q": i} for i in range(300)], raw=[bytes([i % 256, 0x85]) for i in range(300)],
        price=[Decimal(i) for i in range(300)], day=[date(2024, 1, 1 + i % 28) for i in range(300)],
    )  # fmt: skip
    kinds = {c.name: c.kind for c in columns(read_table(parquet(odd), "t"))}
    assert [kinds[name] for name in ("listed", "nested", "raw")] == ["unusable"] * 3
    assert kinds["price"] == kinds["day"] == "number"


@pytest.mark.parametrize("label", [[0] * 210 + [0, 1] * 45, [0, 1] * 105 + [0] * 90])
def test_a_label_with_one_class_in_a_part_is_refused(label: list[int]) -> None:
    with pytest.raises(UserError, match="Label a has one value only in the training or the test rows"):
        prepare(frame(a=label), replace(CONFIG, split="last rows"))


def test_a_feature_constant_in_training_stays_small() -> None:
    late = prepare(frame(x=np.r_[np.zeros(290), np.ones(10)]), replace(CONFIG, split="last rows"))
    assert float(late.numbers.abs().max()) == 1.0


def test_a_rare_category_shares_the_unknown_ones_embedding() -> None:
    rare = frame(c=["red"] * 150 + ["blue"] * 147 + ["rare"] * 3)
    ready = prepare(rare.sample(frac=1, random_state=0, ignore_index=True), CONFIG)
    assert ready.sizes == (3,) and int((ready.ids == 0).sum()) == 3


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes) -> None:
    for prefix in (b"", b"PAR1", b"a,b\n" + b"1,2\n" * 220):
        try:
            read = read_table(prefix + data, "t.csv")
            columns(read)
            prepare(read, TableConfig(labels=("a", "b"), features=("c",)))
        except UserError:
            pass


def test_numbers_are_standardised_by_training_rows_and_gaps_are_marked() -> None:
    gaps = frame()
    gaps.loc[::10, "x"] = np.nan
    ready = prepare(gaps, CONFIG)
    assert ready.numbers.shape[1] == 2 and ready.numbers[:, 1].sum() == 30  # the value, and that it is missing
    seen = ready.numbers[ready.train, 0]
    assert abs(float(seen.mean())) < 1e-5
    assert sorted({*ready.train.tolist(), *ready.validation.tolist(), *ready.test.tolist()}) == list(range(300))


def test_a_category_never_seen_in_training_is_unknown() -> None:
    late = frame()
    late.loc[290:, "c"] = "new"
    ready = prepare(late, TableConfig(labels=("a", "b"), features=("x", "c"), split="last rows"))
    assert (ready.ids[290:, 0] == 0).all() and (ready.ids[:200, 0] > 0).all()


def test_the_sample_table_is_usable() -> None:
    kinds = {c.name: c for c in columns(read_table(csv(sample_table()), "sample.csv"))}
    assert kinds["click"].can_be_label and kinds["watch_time"].can_be_label and kinds["feature_1"].missing == 80
