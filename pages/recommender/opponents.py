"""Under the stage: what recall finds, beside what needs no training, at the length of the list that is ranked.

A simulated site's opponents are stored with the study where it has that site; else a process measures them in the background,
once for each site. Those of a viewer's own log come with its run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.recommender.claims import RECALL
from engine.recommender.config import WorldConfig
from engine.recommender.held_out.served import CUTS
from engine.recommender.opponents.beside import OPPONENTS
from engine.recommender.opponents.ease import MOST
from engine.recommender.shipped import stored
from engine.runs.frame import Array, Frame
from engine.runs.service.run import Run
from pages.recommender.shown import Shown, shown
from pages.recommender.tuned import told_chosen
from pages.ui.language import N_, bare, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show
from pages.ui.run import polling, training
from pages.ui.run.house import owner
from pages.ui.theme import HUES

METHODS: Mapping[str, str] = {
    "recall": N_("YouTube DNN"),
    "popular": N_("Popularity"),
    "recent": N_("Popularity, last days"),
    "kinds": N_("Popularity in own categories"),
    "knn": N_("Item-kNN"),
    "ease": "EASE",
    "als": "ALS",
}
CANNOT: Mapping[str, str] = {
    "recall": N_("The DNN must be trained anew as videos come, and finds none that was not watched before."),
    "popular": N_("Popularity shows everyone the same, and nothing that is new."),
    "recent": N_("Popularity of the last days shows everyone the same."),
    "kinds": N_(
        "Popularity in own categories needs categories that somebody assigned, shows the same to all who share them, and knows no search, age or region."
    ),
    "knn": N_("Item-kNN knows no time, no search, age or region, and nothing for who has watched nothing."),
    "ease": N_(
        "EASE knows no time, no search, age or region; its cost grows with the cube of the catalogue, so beyond {most} videos it looks at the most watched."
    ),
    "als": N_(
        "ALS knows no time, no search, age or region, and has no factors for what is new until they are solved for."
    ),
}
"""What the one that finds most cannot do."""
GREY = "#8a8f98"
"""Of what is not trained."""
WORLDS = "recommender_worlds"
BESIDE = 4
"""Methods whose bars stand beside the model's, those that hold most; the others are folded."""


def named(method: str) -> str:
    """What the screen calls a method."""
    return t(METHODS[method])


def cannot(method: str) -> str:
    """What a method cannot do."""
    return t(CANNOT[method], most=f"{MOST:,}")


def draw(now: Shown) -> None:
    """The line and its bars; they follow the moment on stage."""
    world = _world(now)
    if world is not None and stored(world) is None:
        _measure(world)
    polling.polled(_drawn, "recommender_opponents", partial(_stamp, world), partial(_active, world))


def beside(now: Shown) -> Mapping[str, Array] | None:
    """Metrics of what needs no training on this site; None where they are not known yet."""
    world = _world(now)
    if world is None:
        found = hits_at(now)
        return None if found is None else found.metrics
    studied, run = stored(world), _runs().get(world)
    return studied if studied is not None else run.metrics if run is not None and run.frames else None


def hits_at(now: Shown) -> Frame | None:
    """The frame by which recall is judged at the moment on stage; None before the first."""
    frames = [one for one in now.recording.frames if "recall.hits" in one.metrics and one.step <= now.frame.step]
    return frames[-1] if frames else None


def cut_of(now: Shown) -> int:
    """The place in `CUTS` of the longest list that is not longer than what is ranked, nor holds all there is."""
    fitting = [n for n, cut in enumerate(CUTS) if cut <= now.config.recalled and cut < now.config.videos]
    return fitting[-1] if fitting else 0


def _world(now: Shown) -> WorldConfig | None:
    """The simulated site; None of a viewer's own log, whose opponents come with its run."""
    return None if now.own else now.config.world


def _runs() -> dict[WorldConfig | None, Run]:
    held: dict[WorldConfig | None, Run] = st.session_state.setdefault(WORLDS, {})
    return held


def _measure(world: WorldConfig) -> None:
    """Have them measured behind whatever trains; nothing where no process may, or too many wait."""
    if world in _runs() or not training.service().policy.workers:
        return
    try:
        _runs()[world] = training.service().submit(world, owner(), work="world", background=True)
    except UserError:
        return  # asked again when the page is drawn again


def _active(world: WorldConfig | None) -> bool:
    run = _runs().get(world)
    return run is not None and run.state.active


def _stamp(world: WorldConfig | None) -> object:
    run = _runs().get(world)
    return (training.frames_stamp(), None if run is None else (run.state, len(run.frames)))


def _drawn() -> None:
    now = shown()
    frame, known = hits_at(now), beside(now)
    if frame is None:
        return
    cut = cut_of(now)
    hits = {"recall": float(frame.metrics["recall.hits"][cut])}
    hits |= {name: float(known[f"{name}.hits"][cut]) for name in OPPONENTS if known and f"{name}.hits" in known}
    with st.container(key="opponents", horizontal=True, vertical_alignment="center"):
        st.caption(_told(now, hits, known, frame), width="stretch")
        if len(hits) > 1:
            with st.container(width=430):
                _bars(_few(hits), CUTS[cut])
            with st.popover(t("Other lengths and methods")):
                _table(frame, known)


def _told(now: Shown, hits: Mapping[str, float], known: Mapping[str, Array] | None, frame: Frame) -> str:
    cut = CUTS[cut_of(now)]
    parts: list[str] = [
        t(
            "Of held-out watches recall holds **{share}** among {cut}, at step {step}.",
            share=f"{hits['recall']:.1%}",
            cut=cut,
            step=f"{frame.step:,}",
        )
    ]
    parts += _longer(now)
    if len(hits) == 1:
        return Marked(" ").join([*parts, *_waiting(now)])
    best = max(hits, key=lambda name: hits[name])
    others = {name: share for name, share in hits.items() if name != "recall"}
    first = max(others, key=lambda name: others[name])
    parts.append(
        t("Without a network {name} holds the most: **{share}**.", name=named(first), share=f"{others[first]:.1%}")
    )
    if known is not None and "ceiling" in known:
        parts.append(
            t(
                "No list can hold more than {ceiling}: the others were watched before, or have no vector.",
                ceiling=f"{float(known['ceiling']):.1%}",
            )
        )
    parts.append(cannot(best))
    return Marked(" ").join(parts)


def _longer(now: Shown) -> list[str]:
    """What the study's longer training holds on this site, where it has it: what is trained while one waits is short."""
    longer = replace(RECALL, seed=now.config.seed)
    studied = stored(longer) if _world(now) == longer.world and now.frame.step < longer.steps else None
    if studied is None:
        return []
    share = f"{float(studied['recall.hits'][cut_of(now)]):.1%}"
    return [
        t(
            "The study trains {steps} steps: on this site it holds {share} then.",
            steps=f"{longer.steps:,}",
            share=share,
        )
    ]


def _waiting(now: Shown) -> list[str]:
    """What becomes of measuring what needs no training, where it is not known."""
    if now.own:
        return [t("The methods without a network are being tuned on this log.")] if now.live else []
    run = _runs().get(_world(now))
    if run is None:
        return []
    if run.state.active:
        return [t("The methods without a network are being measured on this site.")]
    return [t("The methods without a network could not be measured.")]


def _few(hits: Mapping[str, float]) -> dict[str, float]:
    """The model, and those of the others that hold most."""
    others = sorted((name for name in hits if name != "recall"), key=lambda name: -hits[name])[:BESIDE]
    return {name: share for name, share in hits.items() if name == "recall" or name in others}


def _bars(hits: Mapping[str, float], cut: int) -> None:
    """A bar for each method, the model's in its own colour."""
    names = {name: named(name) for name in sorted(hits, key=lambda name: -hits[name])}
    rows = pd.DataFrame({"method": list(names.values()), "hits": [hits[name] for name in names]})
    hues = [HUES[0] if name == "recall" else GREY for name in names]
    title = bare("held-out watches among {cut}", cut=cut)
    base = alt.Chart(rows, height=20 * len(names)).encode(
        y=alt.Y(
            "method:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=220, labelOverlap=False, labelFlush=False, labelBound=False),
        ),
        x=alt.X("hits:Q", title=None, axis=None),
    )
    bars = base.mark_bar(size=12).encode(
        color=alt.Color("method:N", legend=None, scale=alt.Scale(domain=list(names.values()), range=hues)),
        tooltip=[alt.Tooltip("method:N", title=" "), alt.Tooltip("hits:Q", title=title, format=".1%")],
    )
    text = base.mark_text(align="left", dx=4, color=GREY).encode(text=alt.Text("hits:Q", format=".1%"))
    show(bars + text, key="opponents_bars", alt=title)


def _table(frame: Frame, known: Mapping[str, Array] | None) -> None:
    """Every method at every length, and what tuning chose for them."""
    if known is None:
        return
    found = {**known, **frame.metrics}
    rows = [{t("Method"): named(name)} | _shares(found[f"{name}.hits"]) for name in METHODS if f"{name}.hits" in found]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=t("Held-out measures"))
    st.caption(
        t(
            "The share of users whose held-out watch is among the first k that may be served: uploaded, and not watched before."
        )
    )
    if chosen := told_chosen(known):
        st.caption(chosen)


def _shares(hits: Array) -> dict[str, str]:
    return {f"hit@{cut}": f"{float(share):.1%}" for cut, share in zip(CUTS, hits, strict=True)}
