"""A log in shards against the same read in memory: the oracle is pandas, and the reader of the upload flow."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.big_log import __main__ as command
from engine.big_log import shards as made_of
from engine.big_log.database import shut_in
from engine.big_log.folder import Source, data_folder, listed, source
from engine.big_log.sample import MOST_ROWS, draw, equal, mixed
from engine.big_log.shards import Shards, prepare, recognised
from engine.errors import UserError
from engine.recommender.own_log import formats
from engine.recommender.own_log.formats import read_events
from engine.recommender.own_log.sample import sample_log

SEED = 3


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Names are texts, some of them odd; in no order."""
    found = pd.read_csv(io.BytesIO(sample_log()))
    found = found[found["user_id"] < 150].reset_index(drop=True)
    found["user_id"] = "u" + found["user_id"].astype(str)
    found.loc[found["user_id"] == "u7", "user_id"] = 'O\'Brien "7" 用户'
    return found.sample(frac=1.0, random_state=1).reset_index(drop=True)


@pytest.fixture(scope="module")
def data(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data").resolve()
    table.to_parquet(folder / "log.parquet")
    table.to_csv(folder / "log.csv", index=False)
    table.assign(user_id=table["user_id"].str.len() * 1000 + table.index % 97).to_parquet(folder / "whole.parquet")
    for week, part in table.groupby(table.index % 3):
        inside = folder / "weeks" / f"week={week}"
        inside.mkdir(parents=True)
        part.to_parquet(inside / "part.parquet")
    return folder


def shards_of(data: Path, name: str, work: Path, told: dict[str, str] | None = None) -> Shards:
    connection = shut_in(data, work)
    try:
        one = source(data, name)
        return prepare(connection, one, work, lambda done, steps: None, recognised(connection, one) | (told or {}))
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["log.parquet", "log.csv", "whole.parquet", "weeks", "week=*/part.parquet"])
def test_shards_hold_every_event_by_user_and_time(data: Path, tmp_path: Path, name: str, table: pd.DataFrame) -> None:
    shards = shards_of(data, name, tmp_path)
    whole = pd.read_parquet(data / "whole.parquet") if name.startswith("whole") else table
    parts = [pd.read_parquet(path) for path in shards.paths if path.stat().st_size]
    for part in parts:
        assert part["__user"].mod(64).nunique() == 1
        assert part["__user"].is_monotonic_increasing
        times = part["timestamp"].astype("int64")
        assert times.groupby(part["__user"]).apply(lambda one: one.is_monotonic_increasing).all()
    found = pd.concat(parts)
    names = sorted(whole["user_id"].unique(), key=lambda name: str(name).encode() if isinstance(name, str) else name)
    assert [names[n] for n in found["__user"]] == [type(names[0])(one) for one in found["user_id"]]
    kept = ["user_id", "item_id", "timestamp", "clicked"]
    sides = [one[kept].astype(str).sort_values(kept).reset_index(drop=True) for one in (found, whole)]
    pd.testing.assert_frame_equal(*sides, check_dtype=False)


@pytest.mark.parametrize("name", ["log.parquet", "log.csv"])
@pytest.mark.parametrize("rows", [10**9, 700])
def test_a_sample_is_read_as_the_whole_file_would_be(data: Path, tmp_path: Path, name: str, rows: int) -> None:
    """Of the users drawn every event, as the upload flow reads the whole file in memory."""
    drawn = draw(shards_of(data, name, tmp_path), tmp_path / "sample.parquet", rows, seed=SEED)
    whole, some = read_events((data / name).read_bytes()), read_events((tmp_path / "sample.parquet").read_bytes())
    names = sorted(whole.users, key=str.encode)
    order = np.argsort(mixed(SEED, np.arange(len(names))), kind="stable")
    count = pd.Series([whole.users[n] for n in whole.user]).value_counts()
    fits, held = [], 0
    for n in order:
        held += count[names[n]]
        if held > rows:
            break
        fits.append(names[n])
    assert drawn.users == len(fits) and drawn.all_users == len(names) and set(some.users) == set(fits)
    kept = np.isin(np.array(whole.users, object)[whole.user], fits)

    def events(of, rows) -> list[tuple]:
        return sorted(
            (
                of.users[of.user[n]],
                of.items[of.item[n]],
                int(of.time[n]),
                bool(of.clicked[n]),
                round(float(of.minutes[n]), 9),
            )
            for n in rows
        )

    assert events(some, range(len(some))) == events(whole, np.flatnonzero(kept))
    assert len(some) <= rows and drawn.all_events == len(whole)


def test_equally_many_of_each_user_and_the_last_one_always() -> None:
    sizes = [1, 2, 5, 40]
    user = np.repeat(np.arange(4), sizes)
    item = np.arange(len(user)) % 7
    for most in (0, 1, 3, 100):
        kept = equal(user, item, most, SEED)
        assert [int(kept[user == n].sum()) for n in range(4)] == [min(size, most + 1) for size in sizes]
        assert kept[np.cumsum(sizes) - 1].all()
    few, more = (equal(user, item, most, SEED) for most in (3, 10))
    assert (more | ~few).all() and (equal(user, item, 3, SEED + 1) != few).any()
    assert equal(np.zeros(0, int), np.zeros(0, int), 3, SEED).shape == (0,)


def test_a_sample_is_as_large_as_the_page_takes() -> None:
    assert MOST_ROWS == formats.MOST_ROWS


def splitmix64(state: int) -> int:
    """As it was published, in whole numbers of Python."""
    state = (state + 0x9E3779B97F4A7C15) % 2**64
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)


def test_the_hash_is_splitmix64() -> None:
    assert mixed(0, np.zeros(1, np.int64))[0] == splitmix64(0) == 0xE220A8397B1DCDAF  # its first number from 0
    some, others = np.array([1, -1, 2**40]), np.array([2, 2, 0])
    expected = [splitmix64(splitmix64(5 ^ int(a) % 2**64) ^ int(b)) for a, b in zip(some, others, strict=True)]
    assert mixed(5, some, others).tolist() == expected


def test_what_was_broken_off_goes_on_where_it_was(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, one = shut_in(data, tmp_path), source(data, "log.parquet")
    roles = recognised(connection, one)

    def until(done: int, steps: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(connection, one, tmp_path, until, roles)
    copied = []
    whole = made_of._copied
    monkeypatch.setattr(made_of, "_copied", lambda c, query, path: copied.append(path.name) or whole(c, query, path))
    shards = prepare(connection, one, tmp_path, lambda done, steps: None, roles)
    assert copied and not {f"{n:02d}.parquet" for n in range(17)} & set(copied) and "users.parquet" not in copied
    connection.close()
    broken, whole_one = tmp_path / "broken.parquet", tmp_path / "whole.parquet"
    draw(shards, broken, 10**9)
    draw(shards_of(data, "log.parquet", tmp_path / "again"), whole_one, 10**9)
    assert pd.read_parquet(broken).equals(pd.read_parquet(whole_one))


def test_another_state_of_a_file_is_another_log(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_bytes((data / "log.parquet").read_bytes())
    one = Source("log.parquet", "parquet", (path,))
    before = made_of.digest(one, {"user": "a"})
    path.write_bytes(path.read_bytes() + b" ")
    assert before != made_of.digest(one, {"user": "a"}) != made_of.digest(one, {"user": "b"})


def test_only_what_lies_in_the_folder_is_listed(data: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.parquet"
    outside.write_bytes((data / "log.parquet").read_bytes())
    folder = tmp_path / "data"
    (folder / "inside").mkdir(parents=True)
    (folder / "a.parquet").write_bytes(outside.read_bytes())
    (folder / "link.parquet").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    (folder / "b.txt").write_text("no log")
    assert [one.name for one in listed(folder)] == ["a.parquet"]
    for name in ("link.parquet", "../outside.parquet", str(outside), "b.txt", "linked/outside.parquet"):
        with pytest.raises(UserError):
            source(folder, name)
    assert source(data, "weeks").hive and len(source(data, "weeks").paths) == 3


def test_the_database_reads_and_writes_nowhere_else_and_cannot_be_let_out(data: Path, tmp_path: Path) -> None:
    import duckdb

    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    connection = shut_in(data, tmp_path / "work")
    for query in (
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_csv('{data}/../secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/written.parquet'",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/other.db'",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(query)
    connection.close()


def test_the_command_lists_samples_and_refuses(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GATESCOPE_DATA", raising=False)
    assert command.main([]) == 2 and data_folder() is None
    monkeypatch.setenv("GATESCOPE_DATA", str(data))
    capsys.readouterr()
    assert command.main([]) == 0
    assert {"log.csv", "log.parquet", "weeks"} <= {one["name"] for one in json.loads(capsys.readouterr().out)}
    out = tmp_path / "sample.parquet"
    asked = ["log.parquet", "--out", str(out), "--work", str(tmp_path / "work"), "--per-user", "5"]
    assert command.main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["events"] == len(pd.read_parquet(out)) <= 6 * said["users"] and said["roles"]["user"] == "user_id"
    assert command.main(["nothing", "--out", str(out)]) == 2
    assert "no file or folder" in json.loads(capsys.readouterr().out)["refused"]
