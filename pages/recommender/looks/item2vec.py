"""Neighbours of a video among the vectors of watches: untrained, after item2vec, after training."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.claims import END_TO_END, RECALL, Seeds
from engine.recommender.looks.item2vec import (
    ASKED,
    BEFORE,
    FIRST,
    PRETRAINED,
    TRAINED,
    alike,
    asked,
    by_chance,
    kinds_of,
    nearest,
    tables,
    there,
)
from engine.recommender.serving.scene import watches
from engine.runs.frame import Array
from pages.recommender import naming, where
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.looks.studies import one_series, study, verdicts
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of_many
from pages.ui.language import N_, bare, sentences, t
from pages.ui.marked import Marked, plain
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

CLAIMS = {
    "item2vec_finds_more": N_("Pre-trained finds more of the next watches than learnt end to end:"),
    "item2vec_finds_more@long": N_("The same after twice the steps:"),
}
OFFERED = 12
"""Watches of the user that can be asked about."""
MOMENTS = {BEFORE: N_("untrained"), PRETRAINED: N_("after item2vec"), TRAINED: N_("after training")}
COLOURS = {BEFORE: HUES[5], PRETRAINED: HUES[4], TRAINED: HUES[0]}


def draw(now: Shown) -> None:
    """The share for many videos, the neighbours of one, the study."""
    found = _tables(now)
    rows = there(found)
    site = now.site
    with st.container(key="item2vec", gap="medium"):
        if _kinds(now):
            _shares(now, found)
        else:
            st.info(t("This log tells no channels, so what is near cannot be counted by kind."))
        st.caption(_told(now, found, rows))
        if (row := _choose(now, rows)) is not None:
            columns = st.columns(len(found))
            for column, (moment, table) in zip(columns, found.items(), strict=True):
                with column:
                    _listed(now, moment, table, row, rows)
        elif site.world.true:
            st.info(t("Of what this user has watched nothing has a vector yet: choose a later day."))
        st.markdown(t("**Does pre-training find more?**"))
        study(_study)


def _kinds(now: Shown) -> bool:
    """Whether any two videos are of one kind."""
    kinds = kinds_of(now.site)
    return len(np.unique(kinds)) < len(kinds)


@cached_per_run(6)
def _tables(digest: str, step: int, _now: Shown) -> dict[str, Array]:
    return tables(_now.site, [frame for frame in _now.recording.frames if frame.step <= step])


@cached_per_run(20)
def _share(digest: str, step: int, _now: Shown) -> dict[str, float]:
    found = _tables(_now)
    rows = there(found)
    kinds, some = kinds_of(_now.site), asked(_now.site, rows)
    shares = {moment: alike(table, kinds, rows, some) for moment, table in found.items()}
    return shares | {"chance": by_chance(kinds, rows, some)}


def _shares(now: Shown, found: dict[str, Array]) -> None:
    """Bars, and what neighbours drawn at random would give."""
    shares = _share(now)
    names = [t(MOMENTS[moment]) for moment in found]
    data = pd.DataFrame({"moment": names, "share": [shares[moment] for moment in found]})
    title = bare("of the first {first} neighbours, {kind}", first=FIRST, kind=_kind(now))
    base = alt.Chart(data, height=44 * len(names) + 50).encode(
        x=alt.X("share:Q", title=title, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=10)),
        y=alt.Y("moment:N", sort=names, title=None, axis=alt.Axis(labelLimit=240)),
    )
    hues = [COLOURS[moment] for moment in found]
    bars = base.mark_bar(size=22).encode(
        color=alt.Color("moment:N", legend=None, scale=alt.Scale(domain=names, range=hues)),
        tooltip=[alt.Tooltip("moment:N", title=" "), alt.Tooltip("share:Q", title=title, format=".1%")],
    )
    words = base.mark_text(align="left", dx=6, color="#888", fontSize=13).encode(text=alt.Text("share:Q", format=".1%"))
    chance = pd.DataFrame({"x": [shares["chance"]], "said": [t("by chance")]})
    rule = alt.Chart(chance).mark_rule(strokeDash=[4, 3], color="#888").encode(
        x="x:Q", tooltip=[alt.Tooltip("said:N", title=" "), alt.Tooltip("x:Q", title=title, format=".1%")]
    )  # fmt: skip
    show(bars + rule + words, key="item2vec_shares", alt=title)


def _kind(now: Shown) -> str:
    return t("of the same topic") if now.site.world.true else t("of the same channel")


def _told(now: Shown, found: dict[str, Array], rows: Array) -> str:
    parts = [t("Neighbours are by cosine in the table of watched videos. No title and no topic was told.")]
    if _kinds(now):
        parts += [
            t(
                "Averaged over {asked} videos; dashed: neighbours at random, {chance}.",
                asked=min(ASKED, len(rows)),
                chance=f"{_share(now)['chance']:.1%}",
            ),
            t("✓ marks those {kind}.", kind=_kind(now)),
        ]
    if len(rows) < len(now.site.known):
        parts.append(
            t(
                "This recording keeps the vectors that its users read: neighbours are sought among {kept} of {all} videos. A run of your own keeps all.",
                kept=f"{len(rows):,}",
                all=f"{len(now.site.known):,}",
            )
        )
    if now.config.pretrained == "off":
        parts.append(t("This run was not pre-trained."))
    return sentences(parts)


def _choose(now: Shown, rows: Array) -> int | None:
    """The row asked about: of the video that is looked at, else of the user's last watch that has one."""
    user, day, _ = now.now()
    videos = [one.video for one in watches(now.site, user, day, 10 * OFFERED)]
    if (looked_at := where.video()) is not None and looked_at < len(now.site.world.videos):
        videos.insert(0, looked_at)
    row = dict(zip(videos, now.site.row(np.array(videos, np.int64)).tolist(), strict=True))
    offered = [video for video in dict.fromkeys(videos) if row[video] in set(rows.tolist())][:OFFERED]
    if not offered:
        return None
    titles = {video: _name(now, video) for video in offered}  # of this run's language
    chosen = one_of_many(
        t("Neighbours of"), offered, offered[0], key="recommender_item2vec_video", name_of=titles.__getitem__
    )
    return row[chosen]


def _name(now: Shown, video: int) -> str:
    title = naming.title(now.site, video)
    return f"{title} · {naming.topic(int(now.site.world.videos.topic[video]))}" if now.site.world.true else title


def _listed(now: Shown, moment: str, table: Array, row: int, rows: Array) -> None:
    """The ten nearest; a tick where the kind is the same."""
    near, cosines = nearest(table, row, rows)
    site, kinds = now.site, kinds_of(now.site)
    same = kinds[near] == kinds[row]
    title, count = t(MOMENTS[moment]), int(same.sum())
    counted = t("**{moment}**: {count} of {first}", moment=title, count=count, first=len(near))
    st.markdown(counted if _kinds(now) else Marked("**{moment}**").format(moment=title))
    videos = site.known[near]
    titles = [plain(naming.title(site, int(video))) for video in videos]  # a table's cells are Markdown
    columns = {
        t("cosine"): [f"{one:.2f}" for one in cosines],
        t("video"): [f"✓ {title}" if one else title for one, title in zip(same, titles, strict=True)],
    }
    st.table(pd.DataFrame(columns), hide_index=True, border="horizontal", alt=t("Nearest videos"))  # titles wrap


def _study(seeds: Seeds) -> None:
    rows = {bare("item2vec first"): seeds.hits(RECALL), bare("end to end"): seeds.hits(END_TO_END)}
    one_series(rows, t("held-out watches among the first 100"), "item2vec_study")
    verdicts(CLAIMS)
