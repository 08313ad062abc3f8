"""Files that ask for more than they may have: the process that reads them ends, and a sentence says what to change."""

from __future__ import annotations

import errno
import io
import threading

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.errors import UserError
from engine.matching.own_pairs.pairs import found_in as pairs_found
from engine.matching.own_pairs.pairs import log_in as pairs_log
from engine.multitask.own_data.sample import sample_table
from engine.multitask.own_data.summary import summary
from engine.recommender.own_log.found import found_in, log_in
from engine.recommender.own_log.sample import sample_log
from engine.recurrent.own_text.text import found_in as text_found
from engine.tables import guard
from engine.tables.guard import Busy, read
from tests.tables import hostile


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short a file is."""
    monkeypatch.setattr(guard, "SHORT", -1)


def same(one: object, other: object) -> None:
    """Of the same types, down to the arrays."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype and one.flags.writeable
        np.testing.assert_array_equal(one, other)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            same(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            same(*pair)
    else:
        assert one == other


PAIRS = "\n".join(f"query {n}\tdocument “{n % 7}” 牛奶\t{n % 3}" for n in range(90)).encode()


@pytest.mark.parametrize(("reader", "data", "how"), [
    (summary, sample_table(400).to_csv(index=False).encode(), {"name": "t.csv"}),
    (found_in, sample_log(), {"rated": "all"}), (log_in, sample_log(), {}),
    (pairs_found, PAIRS, {}), (pairs_log, PAIRS, {}), (text_found, b"the cat sat on the mat. " * 200, {}),
])  # fmt: skip
def test_what_is_read_elsewhere_is_the_same(elsewhere, reader, data, how) -> None:
    same(read(reader, data, how), reader(data, **how))


def test_a_short_text_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_started", lambda: pytest.fail("started"))
    assert read(hostile.length, b"abc", {"times": 2}) == 6


@pytest.mark.parametrize(("reader", "words"), [
    (hostile.hungry, "needs more than 300 MB of memory"), (hostile.endless, "takes more than 1 seconds to read"),
    (hostile.dying, "needs more than 300 MB"), (hostile.broken, "could not be read .KeyError"),
    (hostile.refusing, "There is no column “ü” in the table"),
])  # fmt: skip
def test_whatever_happens_there_is_a_sentence(elsewhere, monkeypatch, reader, words) -> None:
    monkeypatch.setattr(guard, "MEMORY", 300_000_000)
    monkeypatch.setattr(guard, "SECONDS", 1)
    with pytest.raises(UserError, match=words):
        read(reader, b"x" * 5_000_000)


@pytest.mark.parametrize(("change", "words"), [
    (lambda data: data, "larger than 512 MB once decoded"), (hostile.lying, "needs more than 400 MB of memory"),
])  # fmt: skip
def test_a_small_file_of_long_words_is_refused(monkeypatch, change, words) -> None:
    """By what its footer says before anything is decoded; where that is a lie, by the limits of the process."""
    monkeypatch.setattr(guard, "MEMORY", 400_000_000)
    data = change(hostile.long_words())
    assert len(data) < 500_000
    assert pq.ParquetFile(io.BytesIO(data)).metadata.num_rows == 3_000
    with pytest.raises(UserError, match=words):
        read(summary, data, {"name": "t.parquet"})


def test_only_so_many_are_read_at_once(elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(guard, "PATIENCE", 0.02)
    monkeypatch.setattr(guard, "GLANCE", 0.01)
    waited: list[int] = []
    with guard._turn(None):
        with pytest.raises(Busy, match="Try again in a minute"):
            read(hostile.length, b"abc", waiting=lambda: waited.append(1))
        with pytest.raises(InterruptedError):  # the viewer clicked on something else
            read(hostile.length, b"abc", waiting=lambda: (_ for _ in ()).throw(InterruptedError))
    assert len(waited) == 2 and read(hostile.length, b"abc") == 3
    with pytest.raises(UserError, match="no column"):
        read(hostile.refusing, b"abc")
    assert read(hostile.length, b"abc") == 3  # whoever was refused gave up the place


def test_correlations_are_those_of_the_columns() -> None:
    source = np.random.default_rng(0)
    frame = pd.DataFrame({"a": source.integers(0, 2, 20_000), "b": source.normal(1e6, 1.0, 20_000)})
    frame["c"], frame["d"] = frame.a + source.normal(size=20_000), np.r_[np.inf, np.zeros(19_998), 1.0]
    found = summary(frame.to_csv(index=False).encode(), "t.csv")
    assert found.labels == ("a", "b", "c", "d") and found.rows == 20_000
    np.testing.assert_allclose(found.pearson, frame.corr(), rtol=0, atol=1e-9)  # the file rounds in the 17th digit
    assert found.correlation("a", "c") == pytest.approx(frame.a.corr(frame.c))


def test_a_server_without_processes_left_asks_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("engine.tables.guard.subprocess.Popen", out_of)
    with pytest.raises(Busy, match="Try again in a minute"):
        read(summary, b"PAR1" + bytes(100), {"name": "t.parquet"})


def test_a_packed_file_is_read_elsewhere_also_as_the_second_of_two() -> None:
    import gzip

    from engine.tables.beside import joined

    plain, packed = b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n", mtime=0)
    assert guard.is_short(joined(plain, plain))
    assert not guard.is_short(joined(plain, packed)) and not guard.is_short(joined(packed, plain))


def test_two_files_read_elsewhere_are_the_same(elsewhere: None) -> None:
    from engine.tables.beside import joined

    one, other = (sample_table(400, seed).to_csv(index=False).encode() for seed in (0, 1))
    found = read(summary, joined(one, other), {"name": "two.csv"})
    same(found, summary(joined(one, other), "two.csv"))
    assert found.first == 400 and found.rows == 800
