"""What columns are usually called, in English and Chinese, for each of the roles that they may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LOG: Mapping[str, tuple[str, ...]] = {
    "user": (
        "userid", "user", "uid", "visitorid", "customerid", "memberid", "reviewerid", "viewerid", "readerid", "accountid",
        "buyerid", "deviceid", "userno", "customer", "visitor", "msno", "userident", "学生id", "用户", "用户id", "用户编号", "用户标识",
        "会员", "会员id", "读者id", "客户", "客户id", "客户编号", "顾客id",
    ),
    "item": (
        "itemid", "item", "videoid", "video", "movieid", "movie", "vid", "iid", "photoid", "productid", "asin", "articleid",
        "newsid", "songid", "trackid", "contentid", "docid", "noteid", "parentasin", "product", "bookid", "isbn", "businessid",
        "gameid", "appid", "artistid", "poiid", "locationid", "venueid", "hotelid", "recipeid", "goodsid", "skuid", "sku",
        "animeid", "adid", "listingid", "courseid", "jobid", "showid", "clipid", "postid", "beerid", "restaurantid", "stockcode",
        "物品", "物品id", "物品编号", "视频", "视频id", "视频编号", "电影", "电影id", "商品", "商品id", "商品编号", "内容id", "文章id",
        "笔记id", "歌曲id", "书籍id", "新闻id", "课程id", "店铺商品id",
    ),
    "time": (
        "timems", "timestamp", "time", "ts", "datetime", "eventtime", "createdat", "ratedat", "timestampms", "timeus", "timens",
        "unixreviewtime", "unixtime", "eventtimestamp", "timestamputc", "servertime", "clicktime", "viewtime", "behaviortime",
        "actiontime", "logtime", "ratingtime", "reviewtime", "reviewdate", "eventdate", "dateadded", "invoicedate", "createtime",
        "createdtime", "watchedat", "playedat", "happenedat", "occurredat", "date", "day", "hour", "dt", "timestampseconds",
        "时间戳", "时间", "日期", "发生时间", "行为时间", "点击时间", "创建时间", "观看时间", "购买时间", "下单时间", "评分时间",
    ),
    "watched": (
        "playtime", "playduration", "playseconds", "playms", "watchtime", "watchduration", "watchseconds", "watchminutes",
        "watchms", "viewtime", "viewduration", "viewseconds", "dwelltime", "dwellseconds", "dwell", "watchedseconds",
        "listentime", "staytime", "readtime", "观看时长", "播放时长", "停留时长", "观看秒数", "观看毫秒", "观看分钟", "阅读时长", "收听时长",
    ),
    "length": (
        "duration", "videoduration", "itemduration", "length", "videolength", "runtime", "视频时长", "时长", "内容时长",
    ),
    "clicked": (
        "isclick", "click", "clicked", "watch", "iswatched", "played", "isplay", "isclicked", "watched", "label", "点击", "是否点击",
        "是否观看", "是否播放", "点击与否",
    ),
    "rating": ("rating", "ratings", "score", "stars", "overall", "bookrating", "评分", "打分", "星级"),
    "author": (
        "authorid", "author", "creatorid", "creator", "channelid", "channel", "uploaderid", "uploader", "sellerid", "merchantid",
        "作者", "作者id", "创作者", "博主", "频道", "频道id", "up主",
    ),
    "uploaded": (
        "uploaddt", "uploaddate", "uploadtime", "uploaded", "publishedat", "publishtime", "publishdate", "releasedate",
        "上传时间", "上传日期", "发布时间", "发布日期",
    ),
    "page": ("sessionid", "session", "requestid", "pageid", "page", "visitid", "impressionid", "会话", "会话id", "请求id"),
    "event": (
        "event", "eventtype", "eventname", "behavior", "behaviour", "behaviortype", "behaviourtype", "action", "actiontype",
        "interaction", "interactiontype", "行为", "行为类型", "事件", "事件类型", "操作类型", "动作",
    ),
}  # fmt: skip
PAIRS: Mapping[str, tuple[str, ...]] = {
    "query": (
        "query", "question", "q", "search", "querytext", "questiontext", "searchquery", "searchterm", "qtext", "sentence1",
        "texta", "textleft", "text1", "premise", "anchor", "sent1", "s1", "question1", "keyword", "left", "查询", "查询词", "问题",
        "问句", "搜索词", "句子1", "文本1", "文本a", "句子a", "关键词",
    ),
    "document": (
        "document", "passage", "context", "doc", "documenttext", "passagetext", "doctext", "answer", "atext", "sentence2",
        "textb", "textright", "text2", "hypothesis", "positive", "sent2", "s2", "question2", "sentence", "title", "text", "answertext",
        "producttitle", "content", "body", "abstract", "paragraph", "reply", "response", "right", "url", "文档", "标题", "段落", "答案",
        "回答", "句子2", "文本2", "文本b", "句子b", "正文", "内容", "文本", "商品标题",
    ),
    "label": (
        "label", "clicks", "click", "clicked", "relevance", "grade", "rating", "isrelevant", "relevant", "goldlabel", "isduplicate",
        "islabel", "similarity", "qrel", "rel", "target", "gold", "score", "esci", "esclabel", "esci_label", "judgment", "judgement",
        "标签", "点击", "点击数", "点击次数", "相关", "相关性", "是否相关", "是否相似", "相似度", "等级",
    ),
    "query_id": ("queryid", "qid", "questionid", "idleft", "qtextid", "topicid", "查询id", "问题id", "查询编号"),
    "score": ("score", "modelscore", "prediction", "predicted", "bm25", "bm25score", "pred", "得分", "分数"),
}  # fmt: skip
LABELS = (
    "click", "clicked", "clicks", "like", "liked", "likes", "buy", "bought", "purchase", "purchased", "label", "target", "income",
    "conversion", "converted", "follow", "followed", "share", "shared", "comment", "commented", "forward", "hate", "favorite",
    "favourite", "favorited", "save", "saved", "saves", "collect", "install", "installed", "churn", "churned", "default", "survived",
    "outcome", "subscribed", "cart", "order", "ordered", "view", "watched", "finish", "finished", "class", "response", "returned",
    "点击", "点赞", "收藏", "转发", "评论", "关注", "购买", "转化", "标签", "是否购买", "完播", "下单", "加购", "收入",
)  # fmt: skip
"""Words of a column's name that say that it holds what is to be predicted."""
TABLE: Mapping[str, tuple[str, ...]] = {
    "group": ("group", "groupid", "queryid", "qid", "sessionid", "session", "requestid", "userid", "user", "uid", "分组", "组",
              "用户id", "用户", "会话id"),
    "time": (*LOG["time"], "week", "month"),
    "weight": ("weight", "weights", "sampleweight", "instanceweight", "rowweight", "fnlwgt", "权重", "样本权重"),
    "score": ("score", "modelscore", "baselinescore", "presentscore", "prediction", "predicted", "pred", "predictedctr", "pctr",
              "模型分", "预测", "预测分", "得分"),
}  # fmt: skip
AFTERWARDS = (
    *LOG["watched"], "watchratio", "completion", "completionrate", "playratio", "dwellms", "timespent", "revenue", "ordervalue",
    "播放比例", "完播率", "成交金额",
)  # fmt: skip
"""What is known only once somebody clicked."""
DURATIONS = ("duration", "stay", "dwell", "elapsed", "spent", "playtime", "watchtime", "时长")
"""Words that say how long something took."""
DESCRIBES = (
    "pos", "position", "type", "code", "sex", "gender", "age", "year", "month", "day", "weekday", "hour", "holiday", "weekend",
    "device", "conn", "banner", "category", "level", "male", "female", "married", "country", "city", "region", "count", "rand", "random",
    "split", "fold", "test", "train", "性别", "年份", "类别", "等级",
)  # fmt: skip
"""Words of a column's name that say that it describes a row rather than what came of it."""
ROW_NUMBERS = ("", "unnamed:0", "unnamed0", "index", "rowid", "row", "rownumber", "no", "序号", "行号", "编号")
LAST_IDS = ("id", "ids", "no", "uuid", "guid", "hash", "key", "code", "sku", "编号", "标识", "编码")
UNITS = {
    1e-3: ("ms", "msec", "millis", "milliseconds", "毫秒"), 60.0: ("min", "mins", "minute", "minutes", "分钟"),
    1.0: ("s", "sec", "secs", "second", "seconds", "秒", "秒数"),
}  # fmt: skip
"""Seconds → the last word of a column's name that tells them."""
_ALL = frozenset(name for names in (*LOG.values(), *PAIRS.values(), *TABLE.values()) for name in names) | set(LABELS)
_TYPE = re.compile(r":(?:token|float|token_seq|float_seq)$")


def words(name: str) -> list[str]:
    """A column's name in words, also of playTimeMs and user_id:token."""
    name = _TYPE.sub("", name.strip())
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return [word for word in re.split(r"[\s_\-.#()（）\[\]]+", apart) if word]


def plain(name: str) -> str:
    """A name without its blanks, case and marks: User ID and user_id are one."""
    return "".join(words(name))


def is_known(name: str) -> bool:
    """Whether a column's name is one of all the names here."""
    return plain(name) in _ALL


def unit_of(name: str) -> float:
    """Seconds that a name tells by its last word, or in Chinese by its end; 0 where it tells none."""
    last = (words(name) or [""])[-1]
    for seconds, units in UNITS.items():
        if last in units or any(last.endswith(unit) for unit in units if not unit.isascii() or len(unit) > 6):
            return seconds
    return 0.0


def recognised(columns: Iterable[object], roles: Mapping[str, tuple[str, ...]] = LOG) -> dict[str, str]:
    """Role → column. Of several that a role could be, the likeliest; no column has two roles. A unit may stand behind a
    name: playTimeMs, play_time (s), 观看时长（秒）."""
    known: dict[str, str] = {}
    names = [str(column) for column in columns]
    for bare in (False, True):
        for name in names:
            parts = words(name)
            known.setdefault("".join(parts[:-1] if bare and unit_of(name) else parts), name)
    found: dict[str, str] = {}
    for role, likely in roles.items():
        one = next((one for one in likely if one in known and known[one] not in found.values()), None)
        if one is not None:
            found[role] = known[one]
    return found


def says_label(name: str) -> bool:
    """Whether a name says that a column holds what is to be predicted: click, is_like, 是否点赞."""
    parts = words(name)
    return (
        any(part in LABELS for part in parts) or plain(name).removeprefix("是否") in LABELS or plain(name) == "longview"
    )


def describes(name: str) -> bool:
    """Whether a name says that a column describes a row: device_type, sex, is_weekend."""
    return any(part in DESCRIBES for part in words(name))


def says_id(name: str) -> bool:
    """Whether a name says that a column names things."""
    parts, whole = words(name), plain(name)
    by_role = whole in LOG["user"] or whole in LOG["item"] or whole in LOG["author"] or whole in LOG["page"]
    last = parts[-1].rstrip("0123456789") if parts else ""
    return (
        by_role
        or bool(parts)
        and (last in (*LAST_IDS, "qid", "uid", "pid") or not whole.isascii() and whole.endswith(LAST_IDS))
    )


def lasts(name: str) -> bool:
    """Whether a name says how long something took: play_time_ms, stay_time, duration."""
    parts = words(name)
    parts = parts[:-1] if unit_of(name) and len(parts) > 1 else parts
    return "".join(parts) in (*AFTERWARDS, *LOG["length"]) or any(part in DURATIONS for part in parts)


def says_time(name: str) -> bool:
    """Whether a name says that a column holds moments."""
    parts, whole = words(name), plain(name)
    if lasts(name):
        return False
    likely = ("time", "date", "datetime", "timestamp", "ts", "dt", "day", "时间", "日期", "时间戳")
    return (
        whole in LOG["time"]
        or whole in LOG["uploaded"]
        or any(part in likely for part in parts)
        or whole.endswith(likely[-3:])
    )
