"""A user's table: what is read, and in which words the rest is refused."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.tables import table
from engine.tables.table import read_table
from engine.tables.written import cells
from engine.tables.written import parquet as parquet_file


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


def test_csv_tsv_and_parquet_are_the_same_table() -> None:
    kinds = [
        read_table(csv(frame()), "t.csv"),
        read_table(frame().to_csv(index=False, sep="\t").encode("utf-8-sig"), "t.tsv"),
        read_table(parquet(frame()), "t"),
    ]
    for other in kinds[1:]:
        pd.testing.assert_frame_equal(kinds[0], other, check_dtype=False)


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"), (csv(frame()[:50]), "at least 200"), (b"a,b\n" + b"1,\x81\xff\n" * 300, "UTF-8"),
    (b"a,a\n" + b"1,2\n" * 300, "Two columns are named a"), (b"PAR1 nonsense", "could not be read"),
    (b"a," * 250 + b"b\n" + b"1,\n" * 300, "columns; the limit"),
    (b"a,b\n" + b"1,2,3\n" * 300, "Row 1 has 3 values, but the first line names 2"),
])  # fmt: skip
def test_files_beyond_the_limits_are_told(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_table(data, "t.csv")


def test_size_is_capped_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 250)
    monkeypatch.setattr(cells.arrow, "read_csv", lambda *a, **k: pytest.fail("parsed"))
    for data in (csv(frame()), parquet(frame())):
        with pytest.raises(UserError, match="rows; the limit"):
            read_table(data, "t")
    monkeypatch.setattr(table, "MOST_ROWS", 1_000)
    monkeypatch.setattr(parquet_file, "MOST_DECODED", 1_000)
    with pytest.raises(UserError, match="once decoded"):
        read_table(parquet(frame()), "t")


def test_a_caller_may_allow_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 250)
    for data in (csv(frame()), parquet(frame())):
        assert len(read_table(data, "t", most_rows=300)) == 300
        with pytest.raises(UserError, match="rows; the limit is 299"):
            read_table(data, "t", most_rows=299)


def test_quoted_commas_semicolons_and_old_line_ends() -> None:
    odd = frame().rename(columns={"x": "x, y"}).assign(**{"z, y": 1.5})
    assert list(read_table(csv(odd), "t").columns) == ["a", "b", "x, y", "c", "z, y"]
    semicolons = frame().to_csv(index=False, sep=";").replace("\n", "\r").encode()
    pd.testing.assert_frame_equal(read_table(semicolons, "t"), read_table(csv(frame()), "t"))


def test_repeated_long_words_are_counted_before_they_are_decoded() -> None:
    """40 KB of file, 2 GB of words: refused while the words are still held once."""
    rows = np.arange(20_000)
    words = pa.DictionaryArray.from_arrays(pa.array(rows % 2, pa.int32()), ["x" * 100_000, "y" * 100_000])
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": rows % 2, "t": words}), buffer, compression="zstd", store_schema=False)
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(UserError, match="once decoded"):
        read_table(buffer.getvalue(), "t.parquet")
    assert pa.default_memory_pool().max_memory() < 400_000_000


@pytest.mark.parametrize(("head", "words"), [
    ('"a\n",' + ",".join(["b"] * 30_000), "has 30001 columns; the limit is 200"),  # before any name is compared
    ("  \n \n" + ",".join(["b"] * 30_000), "has 30000 columns; the limit is 200"),
    ("a\n \n" + ",".join("1" * 30_000), "Row 1 has 2 values, but the first line names 1"),
    ("a" * 100_000 + ",b", "has 100,000 characters: a+… Shorten it"),
])  # fmt: skip
def test_columns_behind_a_line_break_are_counted_first(head: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_table((head + "\n" + "1,2\n" * 300).encode(), "t.csv")


def test_rows_are_counted_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the file said of them before."""
    monkeypatch.setattr(parquet_file, "_check_claims", lambda *claims: None)
    monkeypatch.setattr(parquet_file, "MOST_DECODED", 1_000)
    with pytest.raises(UserError, match="once decoded"):
        read_table(parquet(frame()), "t")


def test_what_a_file_claims_is_enough_to_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *a, **k: pytest.fail("decoded"))
    monkeypatch.setattr(parquet_file, "MOST_DECODED", 1_000)
    with pytest.raises(UserError, match="once decoded"):
        read_table(parquet(frame()), "t")


def test_row_numbers_that_pandas_saved_are_no_column() -> None:
    kept = frame().sample(frac=1, random_state=0)
    assert b"__index_level_0__" in parquet(kept)
    assert list(read_table(parquet(kept), "t").columns) == list(kept.columns)


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes) -> None:
    for prefix in (b"", b"PAR1", b"a,b\n" + b"1,2\n" * 220):
        try:
            read_table(prefix + data, "t.csv")
        except UserError as error:
            assert str(error)
