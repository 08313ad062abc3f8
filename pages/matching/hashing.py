"""Word hashing up close: words, their letter trigrams, the buckets these fall into, and what the hash confuses."""

from __future__ import annotations

from collections import Counter

import altair as alt
import pandas as pd
import streamlit as st

from engine.matching.data.hashing import Census, bucket, census, features, tokens
from engine.matching.opened.trace import Row
from pages.matching.shown import Shown
from pages.ui.language import t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show

SHOWN = 8


def of_word(now: Shown, row: Row, at: int) -> None:
    """The window around a word: each word's features and their buckets."""
    lexicon, size = now.hand.library.lexicon, now.config.window
    framed = lexicon.framed(row)
    window = framed[at : at + size]
    st.markdown(_written(framed, range(at, at + size)))
    rows = [
        {
            t("place in the window"): place + 1,
            t("word"): token,
            t("feature"): part,
            t("bucket"): bucket(part, now.config.dimensions),
            t("trained"): "✓" if known else t("never seen"),
        }
        for place, token in enumerate(window)
        for part, known in zip(lexicon.written(token), lexicon.known(token), strict=True)
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=260 if len(rows) > 6 else "content",
        alt=t("Features and buckets of a window"),
    )


def _written(framed: Row, window: range) -> str:
    """A text with <s>, one window marked."""
    here = Marked(":blue-background[{word}]")
    return Marked(" ").join(here.format(word=word) if n in window else word for n, word in enumerate(framed))


def up_close(now: Shown) -> None:
    """One word's trigrams and buckets, what collides with it, a misspelling, and counts over the whole log."""
    config = now.config
    left, right = st.columns(2, gap="large")
    with left:
        start = "online auto body" if config.language == "en" else "汽车车身维修"
        text = st.text_input(
            t("A text: its boundaries, and its first window"),
            start,
            key="matching_hash_text",
            max_chars=200,
            bind="query-params",
        )
        of_word(now, now.hand.library.lexicon.row(text or start) or (start,), 0)
        _misspelling(config.language, config.dimensions)
    with right:
        _counts(now)


def _misspelling(language: str, dimensions: int) -> None:
    """Two words side by side: what they share as bags of trigrams."""
    st.markdown(t("**Misspell a word: how much is left?**"))
    start = ("running", "runing") if language == "en" else ("运动鞋", "运功鞋")
    with st.container(horizontal=True):
        pair = [
            st.text_input(label, word, key=f"matching_word_{n}", max_chars=40, bind="query-params")
            for n, (label, word) in enumerate(zip((t("Word"), t("Misspelt")), start, strict=True))
        ]
    bags = [Counter(f for token in tokens(word or "", language) for f in features(token, language)) for word in pair]
    shared = bags[0] & bags[1]
    length = (sum(n * n for n in bags[0].values()) * sum(n * n for n in bags[1].values())) ** 0.5
    cosine = sum(n * bags[1][f] for f, n in bags[0].items()) / length if length else 0.0
    st.markdown(
        t(
            "{first} and {second}: {shared} features in common, cosine **{cosine}**. As whole words: {whole}.",
            first=" ".join(bags[0]),
            second=" ".join(bags[1]),
            shared=sum(shared.values()),
            cosine=f"{cosine:.2f}",
            whole="1.00" if pair[0] == pair[1] else "0.00",
        )
    )


@st.cache_data(scope="session", max_entries=4, show_spinner=False)  # it holds words of a user's texts
def _censuses(digest: str, _texts: tuple[str, ...], language: str, dimensions: int) -> list[tuple[int, Census]]:
    sizes = sorted({max(len(_texts) * n // 8, 1) for n in range(1, 9)})
    return [(size, census(_texts[:size], language, dimensions)) for size in sizes]


def _counts(now: Shown) -> None:
    """Counted on the texts at hand, as more of them are read."""
    config, log = now.config, now.hand.library.log
    texts = (*(query.text for query in log.train), *log.documents)
    counted = _censuses(f"{config.digest}:{len(texts)}", texts, config.language, config.dimensions)
    whole = counted[-1][1]
    chinese = config.language == "zh"
    names = {
        "tokens": t("characters") if chinese else t("words"),
        "windows": t("windows of three characters") if chinese else t("windows of three words"),
        "features": t("characters as features") if chinese else t("letter trigrams"),
    }
    st.markdown(t("**Counted on the {count} texts of this log**", count=f"{len(texts):,}"))
    if chinese:
        st.markdown(
            t(
                "{characters} characters, × 3 = {tripled} columns for a window. As units of their own the windows would be {windows}, and still growing; over a web's worth of words they are millions.",
                characters=f"{whole.tokens:,}",
                tripled=f"{3 * whole.tokens:,}",
                windows=f"{whole.windows:,}",
            )
        )
    else:
        st.markdown(
            t(
                "{words} words, {trigrams} letter trigrams, × 3 = {tripled} columns for a window. As units of their own the windows would be {windows}, and still growing. The paper: 500K words, 30K trigrams, 90K columns.",
                words=f"{whole.tokens:,}",
                trigrams=f"{whole.features:,}",
                tripled=f"{3 * whole.features:,}",
                windows=f"{whole.windows:,}",
            )
        )
    rows = [
        {"texts": size, "kind": name, "count": getattr(one, field)}
        for size, one in counted
        for field, name in names.items()
        if not (chinese and field == "features")
    ]
    _growth(rows)
    _collisions(whole, config.dimensions)


def _growth(rows: list[dict[str, object]]) -> None:
    show(
        alt.Chart(pd.DataFrame(rows), height=340)
        .mark_line(point=True)
        .encode(
            x=alt.X("texts:Q", title=t("texts read")),
            y=alt.Y("count:Q", title=t("different ones so far"), scale=alt.Scale(type="log")),
            color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="top", columns=1, labelLimit=300)),
            tooltip=[alt.Tooltip("kind:N", title=t("unit")), alt.Tooltip("texts:Q", title=t("texts read")), alt.Tooltip("count:Q", title=t("different ones so far"))],
        ),
        key="census",
        alt=t("Different words, windows and trigrams as more texts are read"),
    )  # fmt: skip


def _collisions(whole: Census, dimensions: int) -> None:
    st.markdown(
        t(
            "**Collisions** in {dimensions} buckets: {shared} buckets hold more than one feature; {groups} groups of words cannot be told apart.",
            dimensions=f"{dimensions:,}",
            shared=len(whole.shared),
            groups=len(whole.indistinct),
        )
    )
    listed = dict.fromkeys(" ".join(group) for group in (*whole.indistinct[:SHOWN], *whole.shared[:SHOWN]))
    if listed:
        st.caption(Marked(" · ").join(listed))
