"""The words of the simulated site's names, in the languages of the screen.

The lists of both are parallel, so that a title in the other language is the same title: late free kicks in Lisbon #7,
里斯本补时任意球（7）.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.recommender.site.topic_words import CHINESE, ENGLISH


@dataclass(frozen=True, slots=True)
class Topic:
    """family of patterns (do, see or learn); any of `kinds` goes before any of `subjects`; of channels; searched for."""

    name: str
    family: str
    kinds: tuple[str, ...]
    subjects: tuple[str, ...]
    channels: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. In patterns: {t} kind and subject, {n} a number, {m} minutes, {s} seconds, {a} and {b} names, {w} a
    channel's word, {p} a place. A title longer than `longest` leaves its kind out."""

    longest: int
    joint: str
    user: str
    topics: tuple[Topic, ...]
    names: tuple[str, ...]  # that say nothing of gender, which is a number of its own
    places: tuple[str, ...]
    patterns: dict[str, tuple[str, ...]]
    channels: tuple[str, ...]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


def _topics(text: str) -> tuple[Topic, ...]:
    """Five lines a topic: name and family, then its lists."""
    lines = text.strip().splitlines()
    heads = [_list(line) for line in lines[::5]]
    lists = zip(*(map(_list, lines[start::5]) for start in range(1, 5)), strict=True)
    return tuple(Topic(name, family, *rest) for (name, family), rest in zip(heads, lists, strict=True))


WORDINGS = {
    "en": Wording(
        longest=42,
        joint=" ",
        user="{name}, {age}",
        topics=_topics(ENGLISH),
        names=_list(
            "Alex|Amal|Amari|Ariel|Arya|Ayo|Chi|Dara|Dayo|Deniz|Eden|Evren|Farai|Haru|Hikaru|Imani|Indra|Inti|Jamie|Jia|Jun|Kai|Kim|Kiran|"
            "Lin|Linh|Mika|Minh|Morgan|Nao|Ngozi|Niko|Noa|Noor|Quinn|Ren|Robin|Sam|Sasha|Seojin|Sol|Tal|Temi|Tendai|Umut|Wen|Yuki|Zhenya"
        ),
        places=_list(
            "Lisbon|Abuja|Chengdu|Kyoto|Mumbai|Cairo|Lima|Oslo|Hanoi|Accra|Bogotá|Izmir|Nairobi|Seoul|Xi'an|Berlin|Quito|Dakar|Jaipur|Porto|"
            "Havana|Tbilisi|Palermo|Austin|Montréal|Osaka|Penang|Rabat|Krakow|Dublin|Kigali|Suzhou|Crete|Riga|Salvador|Amman|Busan|Goa|Fez|"
            "Harbin|Hobart|Jakarta|Guilin|Chicago|Valencia|Zanzibar|Bergen|Almaty"
        ),
        patterns={
            "any": _list("{t} in {p} #{n}|{t} with {a} #{n}|{t}: episode {n}|{a}'s {t} in {m} min|{t}, {p} edition"),
            "short": _list("{t} in {s} seconds|quick {t} #{n}"),
            "long": _list("live from {p}: {t}|{t} uncut, {p} #{n}"),
            "do": _list("{t} at home, day {n}|{a} tries {t} #{n}|my year of {t}, week {n}|{t} step by step #{n}"),
            "see": _list("{p}'s best {t} #{n}|{n} {t} from {p}|{a}'s top {n}: {t}"),
            "learn": _list("{t} explained, part {n}|{t}: lesson {n}|{a} explains {t} #{n}|{t}, a short course #{n}"),
            "bait": _list(
                "you won't believe {p}'s {t}!|{t} shocked {p}! #{n}|{t}: #{n} will amaze you!|{t} made {a} cry! #{n}|"
                "{n} {t} secrets THEY hide!|{t} gone WRONG, day {n}!|STOP! {a} exposes {t} #{n}"
            ),
        },
        channels=_list("{a}'s {w}|{p} {w}|{w} with {a}|{a} & {b}'s {w}|{a} & {b}: {w}|{w} by {a} & {b}"),
    ),
    "zh": Wording(
        longest=18,
        joint="",
        user="{name}，{age} 岁",
        topics=_topics(CHINESE),
        names=_list(
            "晓宇|子涵|雨辰|一诺|思远|嘉宁|若安|雨桐|子墨|清源|晨曦|乐言|安然|景行|亦然|知远|予安|星辰|书言|文心|佳木|云舒|若水|望舒|"
            "初阳|千寻|逸飞|小满|清和|远航|慕白|向晨|青禾|佳宁|宁远|乐天|静远|晓晨|雪松|海宁|子安|念安|朝阳|春晓|怀瑾|知夏|宇宁|之航"
        ),
        places=_list(
            "里斯本|阿布贾|成都|京都|孟买|开罗|利马|奥斯陆|河内|阿克拉|波哥大|伊兹密尔|内罗毕|首尔|西安|柏林|基多|达喀尔|斋浦尔|波尔图|"
            "哈瓦那|第比利斯|巴勒莫|奥斯汀|蒙特利尔|大阪|槟城|拉巴特|克拉科夫|都柏林|基加利|苏州|克里特|里加|萨尔瓦多|安曼|釜山|果阿|菲斯|"
            "哈尔滨|霍巴特|雅加达|桂林|芝加哥|瓦伦西亚|桑给巴尔|卑尔根|阿拉木图"
        ),
        patterns={
            "any": _list("{p}{t}（{n}）|跟着{a}看{t}（{n}）|{t}：第{n}集|{a}的{t}，只要{m}分钟|{t}·{p}篇"),
            "short": _list("{s}秒看懂{t}|速看{t}（{n}）"),
            "long": _list("{p}现场：{t}|{t}完整版，{p}（{n}）"),
            "do": _list("{t}居家版，第{n}天|{a}挑战{t}（{n}）|我与{t}的一年：第{n}周|手把手教{t}（{n}）"),
            "see": _list("{p}最佳{t}（{n}）|{p}{t}盘点（{n}）|{a}的{t}前{n}名"),
            "learn": _list("详解{t}（{n}）|{t}：第{n}课|{a}讲{t}（{n}）|{t}小课堂（{n}）"),
            "bait": _list(
                "震惊！{p}的{t}竟是这样|{t}轰动{p}！（{n}）|{t}，第{n}个你想不到！|{t}竟让{a}流泪！（{n}）|"
                "{n}个{t}秘密，不看后悔！|{t}翻车！第{n}天……|别划走！{a}揭秘{t}（{n}）"
            ),
        },
        channels=_list("{a}的{w}|{p}{w}|{a}说{w}|{a}和{b}的{w}|{a}与{b}·{w}|{a}{b}{w}"),
    ),
}
"""By the code of the screen's language."""

TOPIC_NAMES = {language: tuple(topic.name for topic in wording.topics) for language, wording in WORDINGS.items()}
"""(TOPICS,) by language."""
REGION_NAMES = {
    "en": _list("East Asia|South Asia|Southeast Asia|Middle East|Africa|Europe|North America|Latin America"),
    "zh": _list("东亚|南亚|东南亚|中东|非洲|欧洲|北美|拉美"),
}
"""(REGIONS,) by language."""
LANGUAGE_NAMES = {
    "en": _list("English|Chinese|Spanish|Hindi"),
    "zh": _list("英语|中文|西班牙语|印地语"),
}
"""(LANGUAGES,) of users and videos, the most frequent first, by language of the screen."""
