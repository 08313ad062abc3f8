"""A bucket behind pyarrow's filesystem: the same log as in a folder, fetched once."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pyarrow import fs

from engine.big_log import bucket
from engine.big_log.bucket import Bucket, found_at, offered
from engine.big_log.folder import DATA, grouped, listed
from engine.big_log.shards import Shards
from engine.errors import UserError
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.streamed.config import ShardsConfig
from engine.recommender.own_log.streamed.prepared import HEAD, NAME, prepare_log, shards_of

URL = "s3://logs/2026"


class Counting(fs._MockFileSystem):  # type: ignore[misc]
    """pyarrow's own in memory; counts what is read."""

    opened: list[str]

    def open_input_stream(self, path: str, **how: object) -> object:
        self.opened.append(path)
        return super().open_input_stream(path, **how)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    """A bucket of weeks, and the same files in a folder."""
    made = Counting()
    made.opened = []
    table = pd.read_csv(io.BytesIO(sample_log()))
    for week in range(3):
        sink = io.BytesIO()
        table[table.index % 3 == week].to_parquet(sink)
        for name in (f"weeks/week={week}/part.parquet", f"flat/week_{week}.parquet"):
            made.create_dir(f"logs/2026/{name.rpartition('/')[0]}", recursive=True)
            with made.open_output_stream(f"logs/2026/{name}") as given:
                given.write(sink.getvalue())
            path = tmp_path / "folder" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sink.getvalue())
    made.create_dir("logs/secret")
    with made.open_output_stream("logs/secret/other.parquet") as given:
        given.write(sink.getvalue())
    monkeypatch.setenv(DATA, URL)
    monkeypatch.setenv("GATESCOPE_SHARDS", str(tmp_path / "work"))
    monkeypatch.setattr(
        bucket,
        "bucket",
        lambda environment=os.environ: Bucket(URL, made, "logs/2026") if environment.get(DATA) == URL else None,
    )
    yield made


def test_it_lists_what_a_folder_would(server: Counting, tmp_path: Path) -> None:
    folder = {DATA: str(tmp_path / "folder")}
    assert offered() == offered(folder) and [one.name for one in offered() or ()] == [
        one.name for one in listed(tmp_path / "folder")
    ]
    assert {"weeks", "flat", "flat/week_0.parquet"} <= {one.name for one in offered() or ()}
    assert not server.opened and offered({}) is None


def events(shards: Shards) -> pd.DataFrame:
    parts = [pd.read_parquet(path) for path in sorted((shards.folder / "watches").glob("*.parquet"))]
    return pd.concat(parts).reset_index(drop=True)


@pytest.mark.parametrize("name", ["weeks", "flat"])
def test_a_log_of_a_bucket_is_prepared_as_one_of_a_folder(
    server: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (head,) = prepare_log(ShardsConfig(log=name))
    assert len(server.opened) == 1 and len(head.metrics[HEAD])  # one file tells the columns
    steps: list[int] = []
    (there,) = prepare_log(ShardsConfig(log=name, whole="yes"), lambda step, of: steps.append(step))
    assert len(server.opened) == 3 and steps == sorted(steps) and steps[-1] == 168 and steps[0] >= 0
    (again,) = prepare_log(ShardsConfig(log=name, whole="yes"))
    assert len(server.opened) == 3 and bytes(again.metrics[NAME]) == bytes(there.metrics[NAME])
    monkeypatch.setenv(DATA, str(tmp_path / "folder"))
    (here,) = prepare_log(ShardsConfig(log=name, whole="yes"))
    one, other = (events(shards_of(bytes(frame.metrics[NAME]).decode())) for frame in (there, here))
    pd.testing.assert_frame_equal(one, other)


def test_what_changed_is_fetched_again(server: Counting, tmp_path: Path) -> None:
    found_at("flat", tmp_path / "work", lambda done, whole: None)
    with server.open_output_stream("logs/2026/flat/week_1.parquet") as given:
        given.write(b"another")
    _, source = found_at("flat", tmp_path / "work", lambda done, whole: None)
    assert [path.name for path in source.paths] == ["week_0.parquet", "week_1.parquet", "week_2.parquet"]
    assert len(server.opened) == 4 and source.paths[1].read_bytes() == b"another"


def test_nothing_else_of_it_is_opened(server: Counting, tmp_path: Path) -> None:
    for name in ("secret/other.parquet", "../secret/other.parquet", "logs/secret/other.parquet", "", "weeks/"):
        with pytest.raises(UserError, match="no file or folder"):
            found_at(name, tmp_path / "work", lambda done, whole: None)
    assert not server.opened


def test_what_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("nothing://here", "s3:///"):
        with pytest.raises(UserError, match="cannot be reached"):
            bucket.offered({DATA: url})
    assert bucket.bucket({DATA: "s3://logs/2026?region=eu-west-1"}).base == "logs/2026"  # type: ignore[union-attr]
    with pytest.raises(UserError, match="is not there"):
        bucket.offered({DATA: "/nowhere"})


def test_files_that_differ_in_digits_are_one_log() -> None:
    names = [
        "a/week_1.csv",
        "a/week_02.csv",
        "a/other.csv",
        "b/x.csv",
        "b/y.parquet",
        "c/d=1/e.parquet",
        "c/d=2/e.parquet",
        "c/.hidden.csv",
        "n.txt",
    ]
    found = {one.name: one for one in grouped(names)}
    assert set(found["a/week_*.csv"].files) == {"a/week_1.csv", "a/week_02.csv"} and len(found["a"].files) == 3
    assert "b" not in found and "n.txt" not in found and "c/.hidden.csv" not in found
    assert found["c"].hive and not found["a"].hive and "c/d=1" not in found
