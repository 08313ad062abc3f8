"""A user's own log: what is read, what is refused and in which words, and that nothing later is looked at."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.recommender import ENGINE
from engine.recommender.held_out.data import prepare
from engine.recommender.opponents.beside import OPPONENTS, Beside, Chosen
from engine.recommender.opponents.on_a_log import chosen_of
from engine.recommender.own_log import formats
from engine.recommender.own_log.compared import SHOWN, compared
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.formats import read_events
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import own_config, own_site, read_log, train_own
from engine.recommender.ranking.features import impressions
from engine.recommender.recall.samples import histories, split
from engine.recommender.serving.before import watched_before
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.truth import Truth
from engine.recommender.site.history import SECONDS
from engine.tables.names import recognised
from engine.tables.told import Told

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "kuairand-pure"
DAY = 1_714_521_600
"""1 May 2024."""
SMALL = OwnLogConfig(dimensions=8, tower=(16,), layers=(8,), steps=60, ranking_steps=60, frames=3, batch_size=64)


def frame(rows: int = 600, **change: object) -> pd.DataFrame:
    """Users 1 … 30 and items 0 … 39, a row every 1,000 seconds."""
    source = np.random.default_rng(0)
    base = {
        "user_id": source.integers(1, 31, rows),
        "item_id": source.integers(0, 40, rows),
        "timestamp": DAY + 1_000 * np.arange(rows),
    }
    return pd.DataFrame(base | change)


def csv(table_: pd.DataFrame, **how: object) -> bytes:
    return table_.to_csv(index=False, **how).encode()  # type: ignore[call-overload]


def parquet(table_: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table_.to_parquet(buffer)
    return buffer.getvalue()


def full(rows: int = 600) -> pd.DataFrame:
    """With what was shown in vain, watch times, authors and uploads."""
    source = np.random.default_rng(1)
    clicked = source.integers(0, 2, rows)
    found = frame(rows, is_click=clicked, play_time_ms=clicked * source.integers(1, 90_000, rows))
    return found.assign(duration_ms=60_000, author_id=found.item_id % 7, upload_dt="2024-04-20")


RATED = frame(rating=np.random.default_rng(2).integers(1, 6, 600))


def movielens(mark: str, names: bool) -> bytes:
    rows = RATED[["user_id", "item_id", "rating", "timestamp"]].astype(str)
    lines = (["userId,movieId,rating,timestamp"] if names else []) + [mark.join(row) for row in rows.itertuples(False)]
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("data", [
    movielens(",", True), movielens("\t", False), movielens("::", False), movielens("::", False).replace(b"\n", b"\r\n"),
    b"\xef\xbb\xbf" + movielens("::", False), csv(RATED), csv(RATED, sep="\t"), csv(RATED, sep=";"), parquet(RATED),
    csv(RATED.sample(frac=1, random_state=0)),
    csv(RATED.assign(timestamp=pd.to_datetime(RATED.timestamp, unit="s"))),
    csv(RATED.assign(timestamp=pd.to_datetime(RATED.timestamp, unit="s").dt.strftime("%Y/%m/%d %H:%M:%S"))),
    csv(RATED.assign(timestamp=pd.to_datetime(RATED.timestamp, unit="s").dt.strftime("%Y年%m月%d日 %H:%M:%S"))),
    csv(RATED.assign(timestamp=pd.to_datetime(RATED.timestamp, unit="s").dt.strftime("%m/%d/%Y %H:%M:%S"))),
    csv(RATED.assign(timestamp=RATED.timestamp * 1_000)), parquet(RATED.assign(timestamp=RATED.timestamp * 1_000_000)),
    parquet(RATED.assign(timestamp=pd.to_datetime(RATED.timestamp, unit="s", utc=True))),
    csv(RATED.rename(columns={"user_id": "用户ID", "item_id": "电影", "rating": "评分", "timestamp": "时间戳"})),
])  # fmt: skip
def test_every_format_gives_the_same_events(data: bytes) -> None:
    events = read_events(data)
    assert events.rating is not None and events.minutes is None and events.clicked.all()
    names = [events.users[n] for n in events.user], [events.items[n] for n in events.item]
    assert names == (RATED.user_id.astype(str).tolist(), RATED.item_id.astype(str).tolist())
    np.testing.assert_array_equal(events.time, RATED.timestamp)
    np.testing.assert_array_equal(events.rating, RATED.rating)


def test_kuairand_columns_are_read() -> None:
    """play_time_ms and duration_ms become minutes; a date is a day."""
    rows = full().rename(columns={"item_id": "video_id", "timestamp": "time_ms"})
    rows["time_ms"] *= 1_000
    for data in (csv(rows), parquet(rows)):
        events = read_events(data)
        assert events.minutes is not None
        np.testing.assert_allclose(events.minutes, rows.play_time_ms / 60_000)
        np.testing.assert_array_equal(events.clicked, rows.is_click == 1)
        assert set(events.length) == {1.0} and set(events.uploaded) == {DAY - 11 * SECONDS}
        assert len(np.unique(events.author)) == 7


@pytest.mark.parametrize(("names", "roles"), [
    (["userId", "movieId", "rating", "timestamp"], ["user", "item", "rating", "time"]),
    (["User ID", "video-id", "ts", "playTimeMs"], ["user", "item", "time", "watched"]),
    (["用户", "视频", "时间", "观看时长（秒）", "是否点击", "作者", "上传时间"],
     ["user", "item", "time", "watched", "clicked", "author", "uploaded"]),
    (["uid", "iid", "date", "watch_seconds", "watch"], ["user", "item", "time", "watched", "clicked"]),
    (["user_id", "video_id", "date", "hourmin", "time_ms", "is_click", "play_time_ms", "duration_ms", "upload_dt"],
     ["user", "item", "", "", "time", "clicked", "watched", "length", "uploaded"]),
    (["a", "b"], ["", ""]),
])  # fmt: skip
def test_columns_are_known_by_their_names(names: list[str], roles: list[str]) -> None:
    assert recognised(names) == {role: name for name, role in zip(names, roles, strict=True) if role}


@pytest.mark.parametrize(("name", "values", "minutes"), [
    ("watch_time", [30, 90], [0.5, 1.5]), ("watch_time_ms", [30_000, 90_000], [0.5, 1.5]),
    ("watch_time", [30_000, 90_000], [0.5, 1.5]), ("观看时长（分钟）", [1, 3], [1, 3]), ("play_duration (s)", [3_000, 6_000], [50, 100]),
    ("watch_time", [0, 60], [0, 1]), ("watch_time", [None, 60], [0, 1]),
])  # fmt: skip
def test_watch_times_are_read_in_their_unit(name: str, values: list[object], minutes: list[float]) -> None:
    """By the name; else what would be over half an hour in the middle is in milliseconds. A gap is no watch."""
    events = read_events(csv(frame(**{name: values * 300})))
    assert events.minutes is not None
    np.testing.assert_allclose(events.minutes, minutes * 300)
    np.testing.assert_array_equal(events.clicked, np.array(minutes * 300) > 0)


@pytest.mark.parametrize("values", [
    [1, 0], [True, False], ["yes", "no"], ["是", "否"], ["TRUE", "False"], [3, 0], [1, None],
])  # fmt: skip
def test_clicks_are_numbers_or_words(values: list[object]) -> None:
    assert read_events(csv(frame(clicked=values * 300))).clicked.tolist() == [True, False] * 300


def test_the_same_row_twice_counts_once_and_the_watched_one_is_kept() -> None:
    once = full()
    again = once.assign(is_click=0, play_time_ms=0)
    for rows in ([again, once, once], [once, again]):
        events = read_events(csv(pd.concat(rows)))
        assert len(events) == 600 and events.twice == 600 * (len(rows) - 1)
        np.testing.assert_array_equal(events.clicked, once.is_click == 1)


def test_rows_of_equal_time_keep_the_order_of_the_file() -> None:
    events = read_events(csv(frame(timestamp=DAY).drop_duplicates(["user_id", "item_id"])))
    plain = frame().drop_duplicates(["user_id", "item_id"])
    assert [events.items[n] for n in events.item] == plain.item_id.astype(str).tolist()


def bad(column: str, value: object, row: int = 7) -> bytes:
    rows = full().astype(object)
    rows.loc[row - 1, column] = value
    return csv(rows)


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"),
    (csv(frame(50)), "at least 200 are needed"),
    (csv(frame().drop(columns="item_id")), "found the columns user_id, timestamp. Name them user_id, item_id"),
    (b"PK\x03\x04" + b"x" * 500, "packed file is damaged"),
    (b"\x1f\x8b" + b"x" * 500, "packed file is damaged"),
    (b"1::Toy Story (1995)::Comedy\n" * 300, "A log needs a user, an item and a time"),
    (b"PAR1 nonsense", "could not be read"),
    (parquet(full())[:900], "could not be read"),
    (csv(frame())[:-900] + b"\xff" * 40, "not UTF-8"),
    (csv(frame(timestamp="soon")), "holds no time in row 1"),
    (csv(frame(timestamp=1e300)), "holds no time in row 1"),
    (csv(RATED.assign(rating="good")), "Column rating holds no number in row 1"),
    (csv(full().assign(is_click=0)), "No row of the log is a watch"),
    (csv(frame(user_id=range(600))), "Users with 3 watches or more: 0; 20 are needed"),
    (csv(frame(item_id=5)), r"Too few are watched often enough for a vector \(at least: 1\)"),
])  # fmt: skip
def test_what_cannot_be_used_is_told(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        next(train_own(SMALL, data))


@pytest.mark.parametrize(("data", "words", "row"), [
    (bad("user_id", None), "Column user_id is empty, and the rows are left out: 7.", 7),
    (bad("item_id", "", 2), "Column item_id is empty, and the rows are left out: 2.", 2),
    (bad("timestamp", None), "Column timestamp holds no time, and the rows are left out: 7.", 7),
    (bad("timestamp", "soon", 1), "Column timestamp holds no time, or one in another unit than the rest", 1),
    (bad("timestamp", np.inf), "Column timestamp holds no time, or one in another unit than the rest", 7),
    (bad("timestamp", 0), "Column timestamp holds 1970-01-01, which stands for no time, and the rows are left out: 7.", 7),
    (bad("play_time_ms", "long"), "Column play_time_ms holds no number, and the rows are left out: 7.", 7),
    (bad("play_time_ms", -3), "Column play_time_ms holds no watch time, and the rows are left out: 7.", 7),
    (bad("play_time_ms", 1e300), "Column play_time_ms holds no watch time, and the rows are left out: 7.", 7),
    (bad("is_click", -1), "Column is_click must hold 0 and 1, and the rows are left out: 7.", 7),
    (bad("is_click", "perhaps"), "Column is_click must hold 0 and 1, and the rows are left out: 7.", 7),
    (csv(RATED.assign(rating=[None] + [3.0] * 599)), "Column rating holds no number, and the rows are left out: 1.", 1),
])  # fmt: skip
def test_a_row_that_cannot_be_used_is_left_out_and_named(data: bytes, words: str, row: int) -> None:
    events = read_events(data)
    (left,) = events.opened.left_out
    assert left.rows == (row,) and words in str(left.why) and len(events) == 599


def test_no_file_is_refused_for_its_names() -> None:
    """What the columns hold tells their roles, and that is said."""
    named = read_events(csv(frame()))
    for data in (
        csv(frame().rename(columns={"item_id": "x"})),
        csv(frame(), header=False),
        csv(frame().set_axis(list("abc"), axis=1)),
    ):
        events = read_events(data)
        assert (events.users, events.items) == (named.users, named.items)
        assert any("Told by what the columns hold" in str(one) for one in events.opened.doubts)


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_ROWS", 599)
    for data in (csv(frame()), parquet(frame()), movielens("::", False)):
        with pytest.raises(UserError, match="limit is 599"):
            read_events(data)
    monkeypatch.undo()
    monkeypatch.setattr("engine.recommender.own_log.site.MOST_ITEMS", 30)
    with pytest.raises(UserError, match="Items with at least 1 watches: 40; the limit is 30. Raise how many"):
        own_site(SMALL, csv(frame()))
    assert len(own_site(replace(SMALL, fewest=16), csv(frame())).known) <= 30
    with pytest.raises(UserError, match=r"Too few are watched often enough for a vector \(at least: 100\)"):
        next(train_own(replace(SMALL, fewest=100), csv(frame())))
    monkeypatch.setattr("engine.tables.written.packed.MOST_BYTES", 1_000)
    with pytest.raises(UserError, match="larger than"):
        read_events(csv(frame()))


def test_ratings_are_watches_all_or_the_liked() -> None:
    whole, liked = (read_log(csv(RATED), rated) for rated in ("all", "liked"))
    assert not whole.ranked and not liked.ranked
    assert len(whole.log.user) == 600 and len(liked.log.user) == int((RATED.rating >= 4).sum())
    ten = read_log(csv(RATED.assign(rating=RATED.rating * 2)), "liked")
    np.testing.assert_array_equal(ten.log.video, liked.log.video)


def test_the_world_is_that_of_the_file() -> None:
    rows = full()
    log = read_log(csv(rows))
    assert log.ranked and log.timed and log.days == 7 == own_config(log, "").days
    world = log.world(SMALL)
    assert not world.true and world.config.videos == len(world.videos) == 40
    assert float(world.log.time[-1]) == pytest.approx(7 - 0.5 / SECONDS)  # the last event ends the log
    np.testing.assert_array_equal(np.floor(world.log.time * SECONDS)[-1] - np.floor(world.log.time * SECONDS), rows.timestamp.max() - rows.timestamp)  # fmt: skip
    named = [log.items[n] for n in world.log.video]
    assert named == rows.item_id.astype(str).tolist()
    assert [log.users[n] for n in world.log.user] == rows.user_id.astype(str).tolist()
    assert (np.diff(world.videos.uploaded) >= 0).all()
    assert (world.videos.uploaded[world.log.video] < world.log.time).all()
    same = {a: set() for a in range(7)}
    for name, channel in zip(log.items, world.videos.channel, strict=True):
        same[int(name) % 7].add(int(channel))
    assert all(len(channels) == 1 for channels in same.values())
    assert len(np.unique(read_log(csv(frame())).videos.channel)) == 40  # without authors each is its own


def test_an_upload_after_the_first_sight_is_the_second_before_it() -> None:
    for rows in (full().assign(upload_dt="2024-12-31"), frame(), full().assign(upload_dt="unknown")):
        log = read_log(csv(rows))
        first = {str(item): int(part.timestamp.min()) for item, part in rows.groupby("item_id")}
        begin = rows.timestamp.max() + 1 - log.days * SECONDS
        for name, moment in zip(log.items, log.videos.uploaded, strict=True):
            assert moment * SECONDS == pytest.approx(first[name] - 1 - begin)


def test_pages_end_after_half_an_hour_or_fifty() -> None:
    rows = frame(user_id=1, timestamp=DAY + np.r_[np.arange(120), 5_000 + np.arange(480) * 1_801])
    page = read_log(csv(rows)).log.page
    assert np.bincount(page)[:3].tolist() == [50, 50, 20] and len(np.unique(page)) == 3 + 480
    told = read_log(csv(full().assign(session_id=lambda f: f.index // 5))).log.page
    assert len(np.unique(told)) == 120


def test_features_look_back_only() -> None:
    """Each impression's features, against the plain loop over rows of earlier seconds."""
    rows = full().assign(timestamp=lambda f: DAY + (f.index // 3) * 700)  # three at a time
    site = own_site(replace(SMALL, recent=4), csv(rows))
    log = site.world.log
    found = impressions(site, log.user, log.video, log.time, log.seen)
    second = np.floor(log.time * SECONDS)
    for n in range(0, len(log.user), 7):
        mine = np.flatnonzero((log.user == log.user[n]) & log.clicked & (second < second[n]))
        assert sorted(v for v in found.recent[n] if v >= 0) == sorted(log.video[mine][-4:])
        channel = mine[site.world.videos.channel[log.video[mine]] == site.world.videos.channel[log.video[n]]]
        hours = (second[n] - second[channel].max()) / 3_600 if len(channel) else np.inf
        assert found.hours[n] == pytest.approx(hours)
        before = np.arange(len(log.user)) < n
        assert found.seen[n] == (before & (log.user == log.user[n]) & (log.video == log.video[n])).sum()


def test_the_last_watch_of_each_user_is_held_out_of_everything() -> None:
    site = own_site(SMALL, csv(full()))
    train, test = split(site)
    watches = site.history.watches
    assert not set(train.place) & set(test.place)
    for n, user in enumerate(test.user):
        mine = np.flatnonzero((site.world.log.user == user) & site.world.log.clicked)
        assert test.label[n] == site.world.log.video[mine[-1]] and test.age[n] >= 0
        seen = histories(site, test.some(np.array([n])))[0][0]
        assert seen[seen >= 0].tolist() == site.world.log.video[mine[:-1]][::-1][:50].tolist()
    kept = np.ones(len(watches.item), bool)
    kept[test.place] = False
    assert len(site.watches(kept).item) == len(watches.item) - len(test)
    data = prepare(site)
    assert site.world.log.time[data.learnt].max() < site.world.log.time[data.judged].min() and len(data.judged) == 60


FURTHER = ("at", "ndcg", "coverage")
BESIDE = {f"{name}.{what}" for name in OPPONENTS for what in ("hits", "gain", *FURTHER)}
CHOSEN = {f"{what}.{field.name}" for field in fields(Chosen) for what in ("chosen", "tried")}
HITS = (
    {"recall.hits", "recall.new", "recall.groups", "ceiling"} | BESIDE | CHOSEN | {f"recall.{one}" for one in FURTHER}
)
JUDGED = {f"{name}.{what}" for name in ("ranking", "popular", "knn") for what in ("auc", "mispredicted")}


def test_a_log_of_impressions_trains_both_stages() -> None:
    data = csv(full())
    config = own_config(read_log(data), hashlib.sha256(data).hexdigest(), SMALL)
    ticks: list[tuple[int, int]] = []
    frames = list(ENGINE.works["own"].run(config, data, lambda *at: ticks.append(at)))
    assert ticks[-1] == (120, 120) and frames[-1].step == 120
    recall, ranking = (next(f for f in frames[::-1] if name in f.metrics) for name in ("recall.hits", "ranking.auc"))
    assert set(recall.metrics) == HITS | {"recall.loss"} and set(ranking.metrics) == JUDGED | {"ranking.loss"}
    assert all(0 <= float(ranking.metrics[name]) <= 1 for name in JUDGED)
    again = list(train_own(config, data))
    assert again[-1].metrics["ranking.loss"] == frames[-1].metrics["ranking.loss"]
    server = server_at(own_site(config, data), frames)
    given = server.recommend(3)
    assert len(given.shown) and np.isnan(Truth(server.site).kept(given, server.gone(3, config.days), 20)).all()
    assert not set(given.candidates) & set(watched_before(server.site, 3, config.days))


@pytest.mark.parametrize("rows", [frame(), RATED, frame(watch_seconds=30)])
def test_a_log_of_watches_alone_trains_candidate_generation_alone(rows: pd.DataFrame) -> None:
    frames = list(train_own(SMALL, csv(rows)))
    without = {f"kinds.{what}" for what in ("hits", "gain", *FURTHER)} | {"tried.kinds"}  # no channels
    assert frames[-1].step == SMALL.steps and set(frames[-1].metrics) == HITS - without | {"recall.loss"}
    assert server_at(own_site(SMALL, csv(rows)), frames).ranker is None


def test_hits_at_the_cuts_of_both_kinds_are_the_same_lists() -> None:
    last = list(train_own(SMALL, csv(frame())))[-1].metrics
    for name in ("recall", "popular", "recent", "knn", "ease"):
        assert last[f"{name}.at"][[0, 2, 3]].tolist() == last[f"{name}.hits"].tolist()
        assert last[f"{name}.at"][0] <= last[f"{name}.at"][1] <= last[f"{name}.at"][2]
        assert 0 <= last[f"{name}.ndcg"] <= last[f"{name}.at"][2] and 0 < last[f"{name}.coverage"] <= 1


def test_a_log_without_a_time_is_in_the_order_of_its_lines_where_somebody_says_so() -> None:
    rows = frame().sample(frac=1.0, random_state=0)
    without = csv(rows.drop(columns=["timestamp"]))
    with pytest.raises(UserError, match="order of the lines"):
        read_log(without)
    log = read_log(without, told=Told(roles={"time": ""}).as_text())
    events = log.events
    assert len(events) == len(rows) and np.all(np.diff(events.time) > 0) and log.days == 365
    assert [events.users[n] for n in events.user] == rows["user_id"].astype(str).tolist()
    assert any("order of the lines" in str(one) for one in events.opened.doubts)
    both = read_log(csv(rows), told=Told(roles={"time": ""}).as_text())
    assert np.array_equal(both.events.user, events.user)  # a column of times that somebody does not trust


def test_without_watch_times_ranking_is_plain_logistic_regression() -> None:
    data = csv(full().drop(columns=["play_time_ms", "duration_ms"]))
    assert not read_log(data).timed
    weighted, plain = (list(train_own(replace(SMALL, weighting=one), data))[-1] for one in ("watch_time", "none"))
    assert weighted.metrics["ranking.loss"] == plain.metrics["ranking.loss"]


def test_the_sample_log_is_usable() -> None:
    log = read_log(sample_log())
    assert log.ranked and log.timed and len(log.users) == 400 and log.days in (30, 31)


def test_another_file_is_refused() -> None:
    config = replace(SMALL, table=hashlib.sha256(csv(frame())).hexdigest())
    with pytest.raises(UserError, match="not the one"):
        own_site(config, csv(frame()) + b"\n")


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_a_log_or_a_sentence(data: bytes) -> None:
    for prefix in (
        b"",
        b"PAR1",
        b"1::2::3::4\n" * 220,
        csv(frame(210)),
        csv(full(210)),
        b"user,item,time\n" + b"1,2,3\n" * 220,
    ):
        try:
            own_site(SMALL, prefix + data)
        except UserError as error:
            assert str(error)


VALUES = st.one_of(st.none(), st.integers(-5, 10**12), st.floats(), st.text(max_size=5), st.booleans())
ROLES = (
    "user_id",
    "item_id",
    "timestamp",
    "is_click",
    "play_time_ms",
    "duration_ms",
    "author_id",
    "upload_dt",
    "session",
    "rating",
)


@settings(deadline=None, max_examples=80)
@given(column=st.sampled_from(ROLES), values=st.lists(VALUES, min_size=1, max_size=6))
def test_any_values_are_a_log_or_a_sentence(column: str, values: list[object]) -> None:
    rows = full(240).assign(rating=3.0, session=1)
    rows[column] = (values * 240)[:240]
    makers: tuple[Callable[[pd.DataFrame], bytes], ...] = (csv, lambda f: parquet(f.astype({column: str})))
    for make in makers:
        try:
            own_site(SMALL, make(rows))
        except UserError as error:
            assert str(error)


@pytest.mark.parametrize(("name", "events", "twice", "watches"), [
    ("val", 91_805, 2_979, 41_096), ("test", 130_641, 2_904, 58_912),
])  # fmt: skip
def test_kuairand(name: str, events: int, twice: int, watches: int) -> None:
    path = DATA / f"{name}.parquet"
    if not path.exists():
        pytest.skip("KuaiRand-Pure is not here")
    log = read_log(path.read_bytes())
    assert (len(log.log.user), log.events.twice, int(log.log.clicked.sum())) == (events, twice, watches)
    assert log.ranked and log.timed and log.events.unit == 1e-3
    raw = pd.read_parquet(path)
    once = raw[raw.is_click == 1].groupby(["user_id", "video_id", "time_ms"]).play_time_ms.max()  # the longest of twins
    assert len(once) == watches and log.log.minutes.sum() == pytest.approx(once.sum() / 60_000)


def test_costs_and_lists_are_those_of_the_methods_that_were_judged() -> None:
    """Each method's list for a user is that of its own pass; what it keeps is counted, and its last watches are his."""
    data = csv(full())
    log = read_log(data)
    config = own_config(log, hashlib.sha256(data).hexdigest(), SMALL)
    frames = [frame for frame in train_own(config, data) if "recall.hits" in frame.metrics]
    ready, metrics = prepare(own_site(config, data)), frames[-1].metrics
    chosen = chosen_of(metrics)
    costs, lists = compared(ready, frames, chosen, 7.0, log.items)
    known, test = len(ready.site.known), ready.test
    assert set(costs) == {"recall", *OPPONENTS} and costs["recall"].seconds == 7.0
    assert costs["popular"].numbers == known and costs["ease"].numbers >= min(known, len(log.users)) ** 2
    assert all(cost.milliseconds > 0 and cost.seconds > 0 for cost in costs.values())
    expected = Beside(ready.site, test.place, chosen).lists(test, SHOWN)
    for n, one in zip(np.linspace(0, len(test) - 1, len(lists)).astype(int), lists, strict=True):
        events = read_events(data)
        mine = [events.items[i] for i in events.item[events.clicked & (events.user == int(test.user[n]))]]
        assert one.held_out == log.items[test.label[n]] and set(one.watched) <= set(mine)
        for name, found in expected.items():
            assert one.first[name] == tuple(log.items[item] for item in found[n] if item >= 0)
        assert len(set(one.first["recall"])) == SHOWN and one.held_out not in one.watched[-1:]
