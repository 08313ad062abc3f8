"""A log in shards against the same log in memory: what is learnt from it, and what becomes of it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.big_log.folder import data_folder, work_folder
from engine.errors import UserError
from engine.recommender.config import RecommenderConfig
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.formats import read_events
from engine.recommender.own_log.log import log_of, read_log
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import prepared, site_of_log
from engine.recommender.own_log.streamed import pieces
from engine.recommender.own_log.streamed.config import ShardsConfig, StreamedConfig
from engine.recommender.own_log.streamed.pieces import Piece, begin_of, piece_at, places, stream
from engine.recommender.own_log.streamed.prepared import HEAD, NAME, prepare_log, sample_of, shards_of
from engine.recommender.own_log.streamed.training import StreamedRecall, train_streamed
from engine.recommender.recall.samples import Examples, histories, split
from engine.recommender.recall.training import viewers
from engine.recommender.site.vocabulary import Site
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.table import digest_of
from engine.taken.code import code
from engine.taken.weights import Origin


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Texts as names, rows in no order, some of them twice; no two events of a user in the same second."""
    found = pd.read_csv(io.BytesIO(sample_log(RecommenderConfig(videos=2_000, users=120, days=20))))
    found["user_id"] = "u" + found["user_id"].astype(str)
    found["timestamp"] += found.groupby(["user_id", "timestamp"]).cumcount()
    found = found.drop_duplicates(["user_id", "timestamp"])
    return pd.concat([found, found.head(40)]).sample(frac=1.0, random_state=1).reset_index(drop=True)


@pytest.fixture(scope="module")
def folder(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data").resolve()
    table.to_parquet(made / "log.parquet")
    table.to_csv(made / "log.csv", index=False)
    table.rename(columns={"user_id": "a", "item_id": "b", "timestamp": "c"}).to_csv(made / "odd.csv", index=False)
    return made


@pytest.fixture(autouse=True)
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATESCOPE_DATA", str(folder))
    monkeypatch.setenv("GATESCOPE_SHARDS", str(tmp_path_factory.getbasetemp() / "work"))


def made_of(name: str, told: str = "") -> Frame:
    (frame,) = prepare_log(ShardsConfig(log=name, whole="yes", told=told))
    return frame


def name_of(frame: Frame) -> str:
    return bytes(frame.metrics[NAME]).decode()


def streamed(frame: Frame, **settings: object) -> tuple[StreamedConfig, bytes]:
    data = sample_of(name_of(frame), 0).read_bytes()
    config = StreamedConfig(shards=name_of(frame), table=digest_of(data), **settings)  # type: ignore[arg-type]
    return config, data


def site_in(config: OwnLogConfig, data: bytes) -> tuple[Site, int]:
    log = read_log(data)
    return site_of_log(config, log), begin_of(log)


def told(site: Site, some: Examples, users: list[str]) -> Counter:
    """Each example as the network sees it, in names."""
    titles = np.array([*site.world.titles, ""], object)
    seen = histories(site, some)[0]
    numbers = viewers(site, some).numbers.numpy()
    return Counter(
        (users[user], titles[label], tuple(titles[row]), round(float(age), 9), number.tobytes())
        for user, label, row, age, number in zip(some.user, some.label, seen, some.age, numbers, strict=True)
    )


def every_piece(frame: Frame, site: Site, begin: int, most: int | None) -> Iterator[tuple[Piece, list[str]]]:
    shards = shards_of(name_of(frame))
    names = pq.read_table(shards.folder / "users.parquet").sort_by("number").column("name").to_pylist()
    for place in places(shards, most):
        piece = piece_at(place, site, begin)
        yield piece, [str(names[number]) for number in piece.users]


@pytest.mark.parametrize("name", ["log.parquet", "log.csv"])
@pytest.mark.parametrize("rows", [1, 300, 10**9])
def test_what_is_learnt_from_is_what_the_log_in_memory_gives(
    folder: Path, name: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle reads the file itself with pandas' and the upload flow's reader: every label, what was watched before it, its
    age and the numbers that the network is given, whatever the pieces are."""
    monkeypatch.setattr(pieces, "ROWS", rows)
    whole = log_of(read_events((folder / name).read_bytes()))
    config = OwnLogConfig(per_user="all")
    memory = site_of_log(config, whole)
    expected = told(memory, split(memory)[0], list(memory.world.people))
    frame = made_of(name)
    site, begin = site_in(config, streamed(frame)[1])
    found: Counter = Counter()
    for piece, users in every_piece(frame, site, begin, None):
        found += told(piece.site, piece.examples, users)
    assert sum(expected.values()) > 500 and found == expected
    assert int(frame.metrics["rows"]) == len(whole.log.user) and int(frame.metrics["twice"]) == whole.events.twice == 40
    assert int(frame.metrics["watches"]) == whole.log.clicked.sum()


def test_equally_many_of_each_user_whatever_the_pieces_are(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = made_of("log.parquet")
    config = OwnLogConfig(examples=7)
    site, begin = site_in(config, streamed(frame)[1])
    found = []
    for rows in (1, 400, 10**9):
        monkeypatch.setattr(pieces, "ROWS", rows)
        every: Counter = Counter()
        expected = 0
        for place in places(shards_of(name_of(frame)), 7):
            piece = piece_at(place, site, begin)
            count = np.diff(piece.site.history.watches.start)
            usable = np.where(count >= 3, count - 2, (count - 1).clip(0)).clip(max=7)
            assert np.array_equal(np.bincount(piece.examples.user, minlength=len(count)), usable)
            expected += int((count - 2).clip(0, 7).sum())
            assert expected and place.examples == int((count - 2).clip(0, 7).sum())
            every += told(piece.site, piece.examples, [str(n) for n in piece.users])
        found.append(every)
    assert found[0] == found[1] == found[2]


def test_the_last_watch_of_nobody_is_learnt_from() -> None:
    frame = made_of("log.parquet")
    site, begin = site_in(OwnLogConfig(per_user="all"), streamed(frame)[1])
    for piece, _ in every_piece(frame, site, begin, None):
        watches = piece.site.history.watches
        count = np.diff(watches.start)
        last = watches.start[1:][count >= 3] - 1
        assert not np.isin(piece.examples.place, last).any() and len(last)


def in_order_of_shards(path: Path) -> bytes:
    """The file with its rows by shard, user and time: items that were first seen in the same second have the numbers that they
    have in the sample."""
    table = pd.read_csv(path)
    number = {name: n for n, name in enumerate(sorted(set(table["user_id"]), key=str.encode))}
    table["number"] = table["user_id"].map(number)
    table["shard"] = table["number"] % 64
    found = table.sort_values(["shard", "number", "timestamp", "item_id"], kind="stable")
    return found.drop(columns=["number", "shard"]).to_csv(index=False).encode()


def test_trained_from_shards_it_is_the_network_trained_in_memory(folder: Path) -> None:
    """The same batches from the log in memory, its users put in the order of the shards: the same numbers."""
    frame = made_of("log.csv")
    config, data = streamed(frame, steps=12, frames=3, batch_size=64, ranking_steps=50, per_user="all")
    frames = [one for one in train_streamed(config, data) if any(key.startswith("recall.") for key in one.parameters)]
    ready = prepared(config, site_of_log(config, read_log(data)))
    memory = site_of_log(config, log_of(read_events(in_order_of_shards(folder / "log.csv"))))
    train = split(memory)[0]
    names = [memory.world.people[user].encode() for user in train.user]
    order = sorted(range(len(train)), key=lambda n: (names[n], train.place[n]))  # one piece holds all, users by number
    assert memory.world.titles == ready.site.world.titles
    recall = StreamedRecall(ready, iter([(Piece(np.zeros(0), memory, train.some(np.array(order))), 12)]))
    losses = list(recall.fit())
    for name, tensor in recall.net.named_parameters():
        assert np.array_equal(frames[-1].parameters[f"recall.{name}"], tensor.detach().numpy()), name
    assert len(losses) == 13
    assert float(frames[-1].metrics["streamed.passes"]) == pytest.approx(12 * 64 / len(train), rel=0.02)
    assert {"popular.hits", "als.gain", "recall.at", "ceiling"} <= frames[-1].metrics.keys()


@pytest.mark.parametrize("steps", [1, 5, 100, 1_000])
def test_every_step_has_a_piece_and_pieces_have_their_share(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "ROWS", 300)
    frame = made_of("log.parquet")
    site, begin = site_in(OwnLogConfig(), streamed(frame)[1])
    found = places(shards_of(name_of(frame)), 100)
    share: dict[int, int] = {}
    for piece, some in stream(found, site, begin, steps, 64):
        share[int(piece.users[0])] = share.get(int(piece.users[0]), 0) + some
        size = len(piece.examples) or 1
        assert size
    assert sum(share.values()) == steps and len(found) > 5
    if steps == 1_000:
        sizes = np.array([place.examples for place in found])
        assert len(share) == len(found)
        assert np.allclose(
            sorted(share.values()), np.sort(sizes / sizes.sum() * steps), atol=steps * 64 / sizes.sum() + 1
        )


def test_a_piece_is_in_memory_and_never_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """With pieces of a few hundred rows nothing that training reads at once is larger than that, but the sample."""
    monkeypatch.setattr(pieces, "ROWS", 300)
    monkeypatch.setattr("engine.big_log.sample.MOST_ROWS", 10**9)
    frame = made_of("log.parquet")
    config, data = streamed(frame, steps=20, frames=2, ranking_steps=50)
    seen = []
    whole = pieces.piece_at
    monkeypatch.setattr(pieces, "piece_at", lambda *given: seen.append(whole(*given)) or seen[-1])
    list(train_streamed(config, data))
    assert len(seen) > 3 and max(len(piece.site.history.watches.item) for piece in seen) < 1_500 < int(
        frame.metrics["watches"]
    )


def test_the_first_rows_are_read_and_roles_are_told() -> None:
    (frame,) = prepare_log(ShardsConfig(log="odd.csv"))
    head = pd.read_parquet(io.BytesIO(bytes(frame.metrics[HEAD])))
    assert list(head.columns[:3]) == ["a", "b", "c"] and len(head)
    roles = '{"roles": {"user": "a", "item": "b", "time": "c"}}'
    found, plain = made_of("odd.csv", roles), made_of("log.csv")
    assert {name: found.metrics[name] for name in ("rows", "watches", "twice")} == {
        name: plain.metrics[name] for name in ("rows", "watches", "twice")
    }
    assert name_of(found) != name_of(plain)


def test_it_is_prepared_once_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GATESCOPE_SHARDS", str(tmp_path / "fresh"))

    def until(step: int, steps: int) -> None:
        assert steps == 132
        if step == 100:
            raise KeyboardInterrupt

    config = ShardsConfig(log="log.parquet", whole="yes")
    with pytest.raises(KeyboardInterrupt):
        list(prepare_log(config, until))
    read: list[Path] = []
    from engine.big_log import watches

    one = watches._read_shard
    monkeypatch.setattr(watches, "_read_shard", lambda path, *rest: read.append(path) or one(path, *rest))
    frames = list(prepare_log(config))
    assert 0 < len(read) < 64 - 30
    read.clear()
    again = list(prepare_log(config))
    assert not read and {k: v.tolist() for k, v in again[0].metrics.items()} == {
        k: v.tolist() for k, v in frames[0].metrics.items()
    }


def test_what_cannot_be_prepared_or_trained_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frame = made_of("log.parquet")
    config, data = streamed(frame, steps=2, ranking_steps=50)
    for wrong in ("../log.parquet", "/etc/passwd", "nothing"):
        with pytest.raises(UserError, match="no file or folder"):
            list(prepare_log(ShardsConfig(log=wrong)))
    for wrong in ("../" + config.shards[3:], "g" * 16, "0"):
        with pytest.raises(UserError, match="no longer prepared"):
            replace(config, shards=wrong)
    for gone in ("", "0" * 16):
        with pytest.raises(UserError, match="no longer prepared"):
            list(train_streamed(replace(config, shards=gone), data))
    with pytest.raises(UserError, match="not the one"):
        list(train_streamed(replace(config, table="0" * 64), data))
    for how in ({"asked": "moment"}, {"stop": "validation"}, {"rated": "liked"}):
        with pytest.raises(UserError, match="From shards"):
            replace(config, **how)  # type: ignore[arg-type]
    monkeypatch.delenv("GATESCOPE_DATA")
    assert data_folder() is None
    with pytest.raises(UserError, match="offers no logs"):
        list(prepare_log(ShardsConfig(log="log.parquet")))


def test_two_do_not_prepare_the_same_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATESCOPE_SHARDS", str(tmp_path / "both"))
    config, refused = ShardsConfig(log="log.parquet", whole="yes"), []

    def meanwhile(step: int, steps: int) -> None:
        if step == 2:
            with pytest.raises(UserError, match="Somebody else"):
                list(prepare_log(config))
            refused.append(step)

    assert list(prepare_log(config, meanwhile)) and refused


def test_the_code_that_is_taken_away_prints_the_same_numbers(tmp_path: Path) -> None:
    """It needs what was prepared beside the sample."""
    config, data = streamed(made_of("log.csv"), steps=4, ranking_steps=4, frames=2)
    last: dict[str, np.ndarray] = {}
    for frame in train_streamed(config, data):
        last.update(frame.metrics)
    script, sample = tmp_path / "taken.py", tmp_path / "sample.parquet"
    script.write_text(code(Origin("recommender", config, "recall", 4, "abc"), data))
    sample.write_bytes(data)
    said = subprocess.run([sys.executable, script, sample], check=True, capture_output=True, text=True, cwd=tmp_path)
    hits = " ".join(f"{value:.4g}" for value in last["recall.hits"])
    assert f"recall.hits {hits}" in said.stdout.splitlines()


def test_configs_travel_as_text() -> None:
    config: Config
    for config in (ShardsConfig(log="a/b.parquet", whole="yes"), StreamedConfig(shards="0123456789abcdef", steps=50)):
        assert type(config).from_dict(config.to_dict()) == config


def test_a_server_that_starts_sweeps_nothing_that_was_prepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from engine import scratch

    monkeypatch.delenv("GATESCOPE_SHARDS")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "UNLOCKED_SECONDS", -1.0)
    made, old = work_folder(), tmp_path / "gatescope-old"
    old.mkdir()
    scratch.sweep(tmp_path)
    assert made.is_dir() and not old.exists() and made.stat().st_mode & 0o077 == 0
