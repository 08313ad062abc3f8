"""Small files of exactly the form in which well-known data are published: read without editing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.tables.report import report
from engine.tables.told import Told

WORDS = "the cat sat on a mat and one dog ran along an old river bank with many people".split()
SIGNS = "我们今天去公园看花天气很好朋友一起吃饭学习工作电影音乐"


def english(n: int, count: int = 9) -> str:
    return " ".join(WORDS[(n * 5 + k * k) % len(WORDS)] for k in range(count)) + f" {n}"


def chinese(n: int, count: int = 12) -> str:
    return "".join(SIGNS[(n * 5 + k * k + n * k) % len(SIGNS)] for k in range(count)) + SIGNS[n % len(SIGNS)]


def lines(count: int, make: Callable[[int], str], head: str = "", end: str = "\n") -> bytes:
    return ((head + end if head else "") + "".join(make(n) + end for n in range(count))).encode()


def objects(count: int, make: Callable[[int], dict[str, Any]]) -> bytes:
    return lines(count, lambda n: json.dumps(make(n), ensure_ascii=False))


WIKIQA = "QuestionID\tQuestion\tDocumentID\tDocumentTitle\tSentenceID\tSentence\tLabel"
PAIRS: dict[str, tuple[bytes, dict[str, object]]] = {
    "WikiQA": (
        lines(60, lambda n: f'Q{n // 5}\thow {english(n // 5, 4)}?\tD{n // 5}\tTitle {n // 5}\tD{n // 5}-{n % 5}\t{chr(34) if n == 7 else ""}{english(n, 14)}, "so" .\t{int(n % 5 == 2)}', WIKIQA, "\r\n"),
        {"queries": 12, "documents": 60, "pairs": 60, "positives": 12},
    ),
    "MatchZoo": (
        lines(60, lambda n: f'Q{n // 3},how {n // 3} goes,D{n},"{english(n)}, and so on",{int(n % 3 == 0)}', "id_left,text_left,id_right,text_right,label"),
        {"queries": 20, "documents": 60, "positives": 20},
    ),
    "MatchZoo of old": (lines(60, lambda n: f"{n % 2}\thow {n // 2} goes\t{english(n, 12)}"), {"queries": 30, "documents": 60, "positives": 30, "header": False}),
    "TREC QA": (lines(60, lambda n: f"how {n // 3} goes,{n % 2},{english(n)}", "qtext,label,atext"), {"queries": 20, "documents": 60, "positives": 30}),
    "PAWS-X": (
        lines(50, lambda n: f'{n + 1}\t{chr(34) if n == 4 else ""}{chinese(n)}{n}\t“{chinese(n + 3)}{n}”\t{n % 2}', "id\tsentence1\tsentence2\tlabel"),
        {"pairs": 50, "queries": 50, "positives": 25, "grades": {"0": 25, "1": 25}},
    ),
    "AFQMC": (objects(50, lambda n: {"sentence1": f"{chinese(n)}{n}", "sentence2": f"{chinese(n + 7)}{n}", "label": str(n % 2)}), {"pairs": 50, "positives": 25}),
    "LCQMC": (lines(50, lambda n: f"{chinese(n)}{n}\t{chinese(n + 7)}{n}\t{n % 2}", "text_a\ttext_b\tlabel"), {"pairs": 50, "positives": 25}),
    "LCQMC without names": (lines(50, lambda n: f"{chinese(n)}{n}\t{chinese(n + 7)}{n}\t{n % 2}"), {"pairs": 50, "positives": 25, "header": False}),
    "QBQTC": (objects(60, lambda n: {"id": n, "query": f"{chinese(n, 5)}{n}", "title": f"{chinese(n, 18)}{n}", "label": str(n % 3)}), {"pairs": 60, "positives": 40, "grades": {"0": 20, "1": 20, "2": 20}}),
    "QQP": (lines(50, lambda n: f"{n}\t{2 * n}\t{2 * n + 1}\t{english(n, 6)} ?\t{english(n + 3, 7)} ?\t{n % 2}", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate"), {"pairs": 50, "positives": 25}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_pairs(name: str) -> None:
    data, expected = PAIRS[name]
    found = report(data, "pairs", Told())
    assert {key: found[key] for key in expected} == expected and not found["left_out"]


KUAIRAND = "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab"
LOGS: dict[str, tuple[bytes, str]] = {
    "RecBole": (lines(300, lambda n: f"{n % 30}\t{n * 7 % 41}\t{1 + n % 5}\t{978_300_760 + n * 60}", "user_id:token\titem_id:token\trating:float\ttimestamp:float"), "2000-12-31T22:12:40"),
    "u.data": (lines(300, lambda n: f"{196 + n % 30}\t{242 + n * 7 % 41}\t{1 + n % 5}\t{881_250_949 + n * 77}"), "1997-12-04T15:55:49"),
    "ratings.dat": (lines(300, lambda n: f"{1 + n % 30}::{1193 + n * 7 % 41}::{1 + n % 5}::{978_300_760 + n * 60}"), "2000-12-31T22:12:40"),
    "ratings.csv": (lines(300, lambda n: f"{1 + n % 30},{1193 + n * 7 % 41},{1 + n % 5}.5,{978_300_760 + n * 60}", "userId,movieId,rating,timestamp"), "2000-12-31T22:12:40"),
    "KuaiRand": (
        lines(300, lambda n: f"{n % 30},{n * 7 % 41},20220408,{1000 + n % 50},{1_649_404_800_000 + n * 1000},1,{n % 2},0,0,0,0,{n % 2},{n * 100 % 9000},{10_000 + n},0,0,0,0,{n % 4}", KUAIRAND),
        "2022-04-08T08:00:00",
    ),
    "UserBehavior": (lines(300, lambda n: f"{1 + n % 30},{2_268_318 + n * 7 % 41},{2_520_377 + n % 7},{['pv', 'buy', 'cart', 'fav'][n * 3 % 4]},{1_511_544_070 + n * 100}"), "2017-11-24T17:21:10"),
    "Yoochoose": (lines(300, lambda n: f"{1 + n % 30},2014-04-07T10:{n // 10:02}:09.277Z,{214_536_502 + n * 7 % 41},0"), "2014-04-07T10:00:09.277"),
    "Diginetica": (lines(300, lambda n: f"{1 + n % 30};NA;{81_766 + n * 7 % 41};{n * 1000};2016-05-{1 + n // 20:02}", "sessionId;userId;itemId;timeframe;eventdate"), "2016-05-01T00:00:00"),
    "Amazon": (lines(300, lambda n: f"A{n % 30:03}XYZ,B{n * 7 % 41:09},{1 + n % 5}.0,{1_382_659_200 + n * 86_400}"), "2013-10-25T00:00:00"),
    "Gowalla": (lines(300, lambda n: f"{n % 30}\t2010-10-{1 + n // 20:02}T23:55:27Z\t30.23590{n % 10}\t-97.79513{n % 10}\t{22_847 + n * 7 % 41}"), "2010-10-01T23:55:27"),
    "RetailRocket": (lines(300, lambda n: f"{1_433_221_332_117 + n * 1000},{257_597 + n % 30},{['view', 'addtocart'][n % 9 == 0]},{355_908 + n * 7 % 41},", "timestamp,visitorid,event,itemid,transactionid"), "2015-06-02T05:02:12.117"),
    "Goodreads": (objects(300, lambda n: {"user_id": f"{n % 30 + 9999:x}", "book_id": str(24_375_664 + n * 7 % 41), "rating": n % 6, "date_added": f"Fri Aug 25 13:{n // 10:02}:02 -0700 2017"}), "2017-08-25T20:00:02"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_logs(name: str) -> None:
    data, first = LOGS[name]
    found = report(data, "log", Told())
    assert (found["users"], found["items"], found["rows"], found["first"]) == (30, 41, 300, first)
    assert found["watches"] + found["doubles"] == 300 and not found["left_out"]


def census(n: int) -> str:
    cells = [
        n % 80,
        ["Not in universe", "Private", "Federal government"][n % 3],
        n % 50,
        n % 46,
        "High school graduate",
        n % 9 * 100,
    ]
    return ", ".join(map(str, [*cells, ["Male", "Female"][n % 2], f"{1000 + n * 1.37:.2f}", 94 + n % 2, "50000+." if n % 11 == 0 else "- 50000."]))  # fmt: skip


def adult(n: int, end: str) -> str:
    cells = [
        17 + n % 70,
        ["Private", "?", "State-gov"][n % 3],
        77_516 + n * 37,
        "Bachelors",
        1 + n % 16,
        ["Male", "Female"][n % 2],
        2174 * (n % 20 == 0),
    ]
    return ", ".join(map(str, [*cells, ">50K" + end if n % 4 == 0 else "<=50K" + end]))


def criteo(n: int) -> str:
    counts = ["" if (n + k) % 3 == 0 else str((n * (k + 7)) % 97) for k in range(13)]
    words = ["" if (n + k) % 9 == 0 else f"{(n * 7919 * (k + 1)) % (50 * (k + 1)):08x}" for k in range(26)]
    return "\t".join([str(int(n % 4 == 0)), *counts, *words])


CENSUS = "age,class of worker,industry code,occupation code,education,wage per hour,sex,instance weight,year,income"
TABLES: dict[str, tuple[bytes, dict[str, object], int]] = {
    "census-income": (lines(550, census), {"header": False, "rows": 550, "labels": {"column_10": 50}}, 10),
    "census-income with names": (lines(550, lambda n: census(n).replace(", ", ","), CENSUS), {"header": True, "rows": 550, "labels": {"income": 50}}, 10),
    "adult.data": (lines(600, lambda n: adult(n, "")) + b"\n", {"header": False, "rows": 600, "labels": {"column_8": 150}}, 8),
    "adult.test": (lines(600, lambda n: adult(n, "."), "|1x3 Cross validator"), {"header": False, "rows": 600, "labels": {"column_8": 150}}, 8),
    "Criteo": (lines(600, criteo), {"header": False, "rows": 600, "labels": {"column_1": 150}, "separator": "\t"}, 40),
    "Avazu": (
        lines(600, lambda n: f"{1_000_009_418_151_094_273 + n * 977},{int(n % 6 == 0)},141021{n % 24:02},1005,{n % 2},1fbe01fe,f3845767,a99f{n * 7919 % 9999:04x},1,2,15706", "id,click,hour,C1,banner_pos,site_id,site_domain,device_ip,device_type,device_conn_type,C14"),
        {"header": True, "rows": 600, "labels": {"click": 100}}, 11,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    data, expected, columns = TABLES[name]
    found = report(data, "table", Told())
    assert {key: found[key] for key in expected} == expected
    assert len(found["columns"]) == columns and not found["left_out"]


def test_the_types_of_avazu() -> None:
    found = {one["name"]: one for one in report(TABLES["Avazu"][0], "table", Told())["columns"]}
    assert (found["id"]["type"], found["id"]["distinct"], found["hour"]["type"]) == ("id", 600, "time")
