"""Watch time as the weight of a positive: what it earns, what it does to click-bait, and whether odds are minutes."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.claims import BASE, PLAIN, Seeds
from engine.recommender.looks.calibration import (
    CANDIDATES,
    CATALOGUE,
    CLICKED_BEST,
    SHOWN,
    WATCHED_BEST,
    OddsAgainstTruth,
    baited,
    of_candidates,
    orders,
    promised_to,
)
from engine.recommender.looks.index_cost import asked
from engine.recommender.serving.users import sample_users
from pages.recommender.looks import odds
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.looks.studies import study, verdicts
from pages.recommender.opponents import GREY
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show, strip
from pages.ui.theme import HUES

USERS = 40
CLAIMS = {
    "weighted_earns_minutes": N_("Weighted by watch time, the first video of a page is worth more minutes:"),
    "weighted_earns_minutes@honest": N_("The same on a site without click-bait:"),
    "weighted_earns_minutes@long": N_("The same after twice the steps:"),
    "weighted_mispredicts_less": N_("Weighted, less watch time is mispredicted:"),
    "weighted_loses_auc": N_("Weighted, the AUC of clicks is lower:"),
}
GROUPS = {
    CATALOGUE: N_("catalogue"),
    CANDIDATES: N_("candidates"),
    SHOWN: N_("shown, by the odds"),
    CLICKED_BEST: N_("if true clicks decided"),
    WATCHED_BEST: N_("if true minutes decided"),
}


def draw(now: Shown) -> None:
    """Four questions, the stored study first."""
    st.markdown(t("**1 · Weighted or plain logistic regression?** Stored studies, the same worlds for both"))
    study(_claims)
    promised = crowd_promised(now) if now.site.world.true and now.server.ranker is not None else None
    st.markdown(t("**2 · Click-bait**: whom does it get past?"))
    if promised is not None:
        _bait(now, promised)
    elif now.server.ranker is None:
        st.info(now.unranked())
    else:
        st.info(t("Of a log of your own it is not known which items are click-bait."))
    st.markdown(t("**3 · Is e^(Wx+b) watch time?** An intercept alone, and impressions with one click rate"))
    odds.intercept(now)
    st.markdown(t("**4 · This run's odds** against the truth"))
    if promised is not None:
        odds.calibration(now, promised)
        _orders(now, promised)
    elif now.server.ranker is None:
        st.info(now.unranked())
    else:
        st.info(t("Of a log of your own the true watch times are unknown, so odds cannot be held against them."))


@cached_per_run(8)
def crowd_promised(digest: str, step: int, _now: Shown) -> OddsAgainstTruth:
    """Odds and truth of some users' candidates."""
    users = sample_users(_now.server, USERS, _now.users)
    return of_candidates(_now.server, users, asked(_now.server, users, _now.config.recalled))


def _claims(seeds: Seeds) -> None:
    verdicts(CLAIMS)
    rows = {
        (name, name): seeds.metric(base, "ranking.first")
        for name, base in ((bare("weighted by watch time"), BASE), (bare("plain"), PLAIN))
    }
    truth = {
        name: seeds.metric(BASE.world, f"{key}.first")
        for name, key in ((bare("by the true P(click)"), "click"), (bare("by the true minutes"), "best"))
    }
    rows |= {(name, name): values for name, values in truth.items()}
    hues = dict(zip((name for name, _ in rows), (HUES[1], HUES[2], GREY, HUES[4]), strict=True))
    show(strip(rows, t("true minutes of the first video of a page"), hues), key="watch_time_first", alt=t("True minutes of the first video, weighted and plain, every seed"))  # fmt: skip
    auc = {name: seeds.metric(BASE.world, f"{name}.auc").mean() for name in ("click", "best")}
    st.caption(
        t(
            "What no model knows: in the order of the true P(click) the AUC of clicks is {click}, the most there is; weighted ranking reaches {weighted}, plain {plain}. In the order of the true minutes it is {best}.",
            click=f"{auc['click']:.3f}",
            best=f"{auc['best']:.3f}",
            weighted=f"{seeds.metric(BASE, 'ranking.auc').mean():.3f}",
            plain=f"{seeds.metric(PLAIN, 'ranking.auc').mean():.3f}",
        )
    )


def _bait(now: Shown, promised: OddsAgainstTruth) -> None:
    _, _, scene = now.now()
    one = promised_to(now.server, scene.given)
    found = {t("on stage"): baited(now.server, one), bare("mean of {users} users", users=len(np.unique(promised.user))): baited(now.server, promised)}  # fmt: skip
    rows = [
        {"group": t(GROUPS[name]), "who": who, "share": share}
        for who, shares in found.items()
        for name, share in shares.items()
    ]
    left, right = st.columns((3, 2), gap="large")
    with left:
        show(
            alt.Chart(pd.DataFrame(rows), height=270)
            .mark_bar()
            .encode(
                y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelOverlap=False)),
                yOffset=alt.YOffset("who:N", sort=None),
                x=alt.X("share:Q", title=t("share of click-bait"), axis=alt.Axis(format="%", tickCount=5)),
                color=alt.Color("who:N", title=None, sort=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=list(found), range=[HUES[4], HUES[0]])),
                tooltip=[alt.Tooltip("group:N", title=" "), alt.Tooltip("who:N", title=" "), alt.Tooltip("share:Q", title=t("share of click-bait"), format=".1%")],
            ),
            key="watch_time_bait",
            alt=t("Share of click-bait in the catalogue, among candidates and in what is shown"),
        )  # fmt: skip
    with right:
        mean = list(found.values())[1]
        st.markdown(
            t(
                "Candidate generation learns from watches, long or short, so bait gets past it: {candidates} of the candidates, {catalogue} of the catalogue. Ranking shows {shown}. If true clicks decided, it would be {clicks}; if true minutes did, {minutes}.",
                **{name: f"{mean[key]:.0%}" for name, key in (("candidates", CANDIDATES), ("catalogue", CATALOGUE), ("shown", SHOWN), ("clicks", CLICKED_BEST), ("minutes", WATCHED_BEST))},
            )
        )  # fmt: skip
        st.caption(
            t(
                "This run's ranking weighs every positive the same. Without the preset “Plain logistic regression” it weighs by watch time."
            )
            if now.config.weighting == "none"
            else t("Train the preset “Plain logistic regression” and compare: there positives weigh the same.")
        )


def _orders(now: Shown, promised: OddsAgainstTruth) -> None:
    if now.config.weighting == "none":
        return
    found = orders(promised, now.config.shown)
    st.markdown(
        t(
            "And the order? The {shown} with the highest odds hold {odds} true minutes each, those with the highest corrected odds {corrected}, the best of the candidates {best}; the first two have {same} in common. What repairs a mean need not repair an order: odds that promise too much still do.",
            shown=now.config.shown,
            odds=f"{found.odds:.2f}",
            corrected=f"{found.corrected:.2f}",
            best=f"{found.best:.2f}",
            same=f"{found.same:.0%}",
        )
    )
