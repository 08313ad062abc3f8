"""The words of the generated click log, in English and Chinese.

order      river bank · bank river: the same words, another thing
spelling   runing shoes → running shoes: a misspelt or inflected query
evidence   speaks fluent French ← I grew up in France, … : one telling window, anywhere
beyond     lives in Germany ← moved to France … moved to Germany: which came last
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words. `{}` stands for what a query is about; `joint` stands between two words."""

    joint: str
    letters: str  # what a wrong letter can be
    nouns: tuple[str, ...]
    makes: tuple[str, ...]  # of which one is misspelt
    things: tuple[str, ...]
    endings: tuple[str, ...]  # inflections
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    query_closings: tuple[str, ...]
    countries: tuple[str, ...]
    speakers: tuple[str, ...]
    speaks: tuple[str, ...]
    lives: tuple[str, ...]
    grew_up: tuple[str, ...]
    visited: tuple[str, ...]
    moved: tuple[str, ...]
    fillers: tuple[str, ...]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


WORDINGS = {
    "en": Wording(
        joint=" ",
        letters="abcdefghijklmnopqrstuvwxyz",
        nouns=_list("river|bank|house|boat|garden|flower|street|light|horse|race|milk|chocolate|paper|wall|school|bus"),
        makes=_list(
            "running|leather|walking|dancing|wedding|winter|summer|hiking|children|designer|vintage|waterproof"
        ),
        things=_list("shoes|jacket|gloves|boots|dress|hat|bag|shirt"),
        endings=("s", "ing", "ed", "er"),
        openings=_list(
            "guide to the|pictures of a|all about the|find your|the best|how to choose a|history of the|compare"
        ),
        closings=_list("in town|for beginners|with prices|for sale|near you|explained|and more|of the year"),
        query_closings=_list("||near me|online|today"),
        countries=_list("France|Germany|Spain|Italy|China|Japan|Russia|Greece|Sweden|Poland"),
        speakers=_list("French|German|Spanish|Italian|Chinese|Japanese|Russian|Greek|Swedish|Polish"),
        speaks=_list("speaks fluent {}|fluent {} speaker|native {} speaker"),
        lives=_list("lives in {} now|at home in {} today"),
        grew_up=_list("I grew up in {}|my family comes from {}"),
        visited=_list("we once visited {}|a friend liked {}"),
        moved=("she moved to {} and settled",),
        fillers=_list("it rained|the train was late|we read books|they sang|later|again|often|then|one day"),
    ),
    "zh": Wording(
        joint="",
        letters="的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经",
        nouns=_list("牛奶|蜂蜜|音乐|电影|城市|花园|银行|河岸|学校|汽车|玻璃|手机|游戏|旅行|苹果|蛋糕"),
        makes=_list("运动|登山|跳舞|婚礼|冬季|夏天|儿童|复古|防水|真皮|篮球|设计师"),
        things=_list("鞋子|夹克|手套|靴子|裙子|帽子|背包|衬衫"),
        endings=("们", "的", "类", "店"),
        openings=_list("关于|图解|如何挑选|最好的|寻找|比较|常见的|介绍"),
        closings=_list("大全|入门指南|价格表|出售|附近推荐|详解|等等|年度评选"),
        query_closings=_list("||附近|在线|今天"),
        countries=_list("法国|德国|英国|泰国|韩国|日本|俄国|希腊|瑞典|波兰"),
        speakers=_list("法语|德语|英语|泰语|韩语|日语|俄语|希腊语|瑞典语|波兰语"),
        speaks=_list("会说流利的{}|{}流利的人|母语是{}"),
        lives=_list("现在住在{}|如今在{}安家"),
        grew_up=_list("我从小住在{}长大|我家来自{}那边"),
        visited=_list("曾经去过{}旅行|朋友喜欢{}美食"),
        moved=("她搬家到{}住了下来",),
        fillers=_list("下了雨|火车晚点了|大家读书|他们唱歌|后来|又|常常|然后|有一天"),
    ),
}
"""By the code of the language."""
