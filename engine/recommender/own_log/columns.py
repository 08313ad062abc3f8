"""What the columns of a user's own log are called, in English and Chinese, and the units that their names tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.runs.frame import Array

NAMES = {
    "user": (
        "userid", "user", "uid", "visitorid", "customerid", "memberid", "reviewerid", "viewerid",
        "用户", "用户id", "用户编号", "用户标识", "会员", "会员id",
    ),
    "item": (
        "itemid", "item", "videoid", "video", "movieid", "movie", "vid", "iid", "photoid", "productid", "asin", "articleid",
        "newsid", "songid", "trackid", "contentid", "docid", "noteid", "物品", "物品id", "物品编号", "视频", "视频id",
        "视频编号", "电影", "电影id", "商品", "商品id", "商品编号", "内容id", "文章id", "笔记id",
    ),
    "time": (
        "timems", "timestamp", "time", "ts", "datetime", "eventtime", "createdat", "ratedat",
        "unixreviewtime", "date", "day", "时间戳", "时间", "日期", "发生时间", "行为时间",
    ),
    "watched": (
        "playtime", "playduration", "playseconds", "playms", "watchtime", "watchduration", "watchseconds", "watchminutes",
        "watchms", "viewtime", "viewduration", "viewseconds", "dwelltime", "dwellseconds", "dwell",
        "观看时长", "播放时长", "停留时长", "观看秒数", "观看毫秒", "观看分钟",
    ),
    "length": (
        "duration", "videoduration", "itemduration", "length", "videolength", "视频时长", "时长", "内容时长",
    ),
    "clicked": (
        "isclick", "click", "clicked", "watch", "iswatched", "played", "isplay", "label",
        "点击", "是否点击", "是否观看", "是否播放",
    ),
    "rating": ("rating", "ratings", "score", "stars", "overall", "评分", "打分"),
    "author": (
        "authorid", "author", "creatorid", "creator", "channelid", "channel", "uploaderid", "uploader",
        "作者", "作者id", "创作者", "博主", "频道", "频道id", "up主",
    ),
    "uploaded": (
        "uploaddt", "uploaddate", "uploadtime", "uploaded", "publishedat", "publishtime", "publishdate", "releasedate",
        "上传时间", "上传日期", "发布时间", "发布日期",
    ),
    "page": ("sessionid", "session", "requestid", "pageid", "page", "会话", "会话id", "请求id"),
}  # fmt: skip
"""What a column may be called, the likelier first. Case, spaces, hyphens and underscores do not count, and a unit may
stand behind: playTimeMs, play_time (s), 观看时长（秒）."""
UNITS = {
    1e-3: ("ms", "msec", "millis", "milliseconds", "毫秒"), 60.0: ("min", "mins", "minute", "minutes", "分钟"),
    1.0: ("s", "sec", "secs", "second", "seconds", "秒", "秒数"),
}  # fmt: skip
"""Seconds → the last word of a column's name that tells them."""
LONG = 2_000.0
"""Where a name tells no unit and half of the watches are longer than this, they are milliseconds: it would be 33 minutes."""


def recognised(columns: Sequence[Any] | pd.Index[Any]) -> dict[str, str]:
    """Role → column. Of several that a role could be, the likeliest; no column has two roles."""
    plain: dict[str, str] = {}
    for bare in (False, True):
        for column in map(str, columns):
            words = _words(column)
            plain.setdefault("".join(words[:-1] if bare and unit_of(column) else words), column)
    found: dict[str, str] = {}
    for role, names in NAMES.items():
        name = next((one for one in names if one in plain and plain[one] not in found.values()), None)
        if name is not None:
            found[role] = plain[name]
    return found


def _words(name: str) -> list[str]:
    """A column's name in words, also of playTimeMs."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return [word for word in re.split(r"[\s_\-()（）]+", apart) if word]


def unit_of(name: str) -> float:
    """Seconds that a name tells by its last word, or in Chinese by its end; 0 where it tells none."""
    last = (_words(name) or [""])[-1]
    for seconds, units in UNITS.items():
        if last in units or any(last.endswith(unit) for unit in units if not unit.isascii() or len(unit) > 6):
            return seconds
    return 0.0


def seconds_of(name: str, values: Array) -> float:
    """How many seconds one unit of a column of times (N,) is, by its name; without a name that tells, by its size."""
    there = values[values > 0]
    return unit_of(name) or (1e-3 if len(there) and float(np.median(there)) > LONG else 1.0)


def row_of(marks: object) -> int:
    """1-based number of the first marked row, 0 for none."""
    found = np.flatnonzero(np.asarray(marks))
    return int(found[0]) + 1 if len(found) else 0
