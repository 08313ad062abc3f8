"""A stage of made-up numbers, for the browser tests and for looking at the player: run it with `streamlit run`."""

from __future__ import annotations

import os
import time

import numpy as np
import numpy.typing as npt
import streamlit as st

from pages.multitask import diagram
from pages.ui.player.network import Diagram
from pages.ui.player.player import player
from pages.ui.player.position import Click, Position
from pages.ui.player.stage import (
    Array,
    Band,
    Bars,
    Entry,
    Field,
    Heat,
    Lines,
    Listing,
    Plane,
    PlaneView,
    Quantised,
    Readout,
    Rung,
    Series,
    Slopes,
    Stage,
    Sweep,
)

Numbers = npt.NDArray[np.float32]

S, F, T, E, RUNS, UNITS = 15, 60, int(os.environ.get("TASKS", "2")), int(os.environ.get("EXPERTS", "8")), 8, 8
RECORDED = np.linspace(-1, 1, S)
STEPS = tuple(int(step) for step in np.unique(np.round(1500 * (np.arange(F) / (F - 1)) ** 1.7)))
F = len(STEPS)
RUNGS = (
    Rung(
        "shared_bottom", "Shared-Bottom", "One bottom for all tasks: what one task changes, the other must live with."
    ),
    Rung("omoe", "OMoE", "Several experts and one gate: every task receives the same mixture."),
    Rung("mmoe", "MMoE", "Several experts and a gate for each task: each takes the mixture that serves it."),
)
WORDS = {
    "play": "Play", "pause": "Pause", "previous": "Previous frame", "next": "Next frame", "speed": "Speed", "time": "Training step",
    "step_of": "step {step} of {last}", "rungs": "Structure", "nearest": "Nearest recorded: {value}", "save_svg": "Save picture as SVG",
    "save_png": "Save picture as PNG", "close": "Close", "value": "weight", "row": "row", "column": "column", "band": "8 runs", "angle": "{degrees}°",
    "not_recorded": "not recorded", "summary": "{rung}, step {step}, correlation {hero}",
}  # fmt: skip
PARTS = {
    "input": "Input", "shared": "Shared layer", "bottom": "Shared bottom", "expert": "Expert {i}", "gate": "Gate",
    "gate_of": "Gate of {task}", "mix": "Mixture for {task}", "tower": "Tower of {task}", "output": "Prediction of {task}",
}  # fmt: skip
TASKS = ("click", "watch time", "like", "share", "follow", "comment")[:T]


def softmax(logits: Numbers) -> Numbers:
    """Over the last axis."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), dtype=np.float32)


def gates(rng: np.random.Generator) -> dict[str, Numbers]:
    """Weights, bands and order of OMoE and MMoE; MMoE's gates part as the correlation falls."""
    grown = (np.arange(F) / (F - 1)).reshape(1, F, 1, 1)
    apart = (1 - RECORDED).reshape(S, 1, 1, 1) / 2
    common, own = rng.normal(0, 1, (1, 1, 1, E)), rng.normal(0, 1.2, (1, 1, T, E))
    wobble = np.cumsum(rng.normal(0, 0.05, (1, F, T, E)), axis=1)
    arrays: dict[str, Numbers] = {}
    for rung, logits in (
        ("omoe", common + wobble[:, :, :1]),
        ("mmoe", common * (1 - 0.6 * apart) + 2 * own * apart + wobble),
    ):
        weights = softmax(np.broadcast_to(1.1 * grown * logits, (S, F, T, E)))
        arrays[f"{rung}.gates"] = arrays[f"{rung}.gates_mean"] = weights
        arrays[f"{rung}.gates_low"], arrays[f"{rung}.gates_high"] = weights * 0.72, weights * 1.25
        lean = weights[..., 0, :] - weights[..., -1, :]
        arrays[f"{rung}.order"] = np.argsort(np.argsort(-lean[:, -1:], axis=-1), axis=-1).astype(np.float32)
    return arrays


def losses(rng: np.random.Generator) -> dict[str, Numbers]:
    """A mean and eight runs for every structure; one run of Shared-Bottom diverges."""
    step, conflict = np.asarray(STEPS, dtype=np.float32), (1 - RECORDED[:, None]) / 2
    arrays: dict[str, Numbers] = {}
    for rung, floor, rate in (("shared_bottom", 0.11, 160), ("omoe", 0.085, 190), ("mmoe", 0.06, 200)):
        cost = {"shared_bottom": 0.25, "omoe": 0.14, "mmoe": 0.04}[rung]
        mean = floor + cost * conflict + 3 * np.exp(-step[None] / rate)
        runs = [
            mean * np.exp(rng.normal(0, 0.16) + np.cumsum(rng.normal(0, 0.025, (1, F)), axis=1)) for _ in range(RUNS)
        ]
        for r, run in enumerate(runs):
            arrays[f"{rung}.run{r}"] = run.astype(np.float32)
        arrays[f"{rung}.mean"] = np.mean(runs, axis=0, dtype=np.float32)
    arrays["shared_bottom.run3"][:, 40:46] = np.nan
    arrays["shared_bottom.run5"][:, 50:] = np.inf
    return arrays


def directions(rng: np.random.Generator) -> dict[str, Numbers]:
    """Two task directions at the angle whose cosine is the correlation, and hidden units that drift towards them."""
    angle = np.arccos(RECORDED)
    w = np.stack([np.stack([np.ones(S), np.zeros(S)], -1), np.stack([np.cos(angle), np.sin(angle)], -1)], 1)
    arrays = {"w": w[:, None].astype(np.float32)}
    for rung, count in (("shared_bottom", 24), ("omoe", E * UNITS // 2), ("mmoe", E * UNITS // 2)):
        goal = np.where(rng.random(count) < 0.5, 0.0, 1.0)
        if rung == "shared_bottom":
            goal = rng.random(count)
        at = angle[:, None, None] * goal + rng.normal(0, 0.18, count)
        start, grown = rng.uniform(-np.pi, np.pi, count), (np.arange(F) / (F - 1))[None, :, None] ** 0.7
        turn = start + (at - start) * grown
        length = 0.25 + (0.45 + 0.25 * rng.random(count)) * grown
        arrays[f"{rung}.points"] = np.stack([length * np.cos(turn), length * np.sin(turn)], -1).astype(np.float32)
        arrays[f"{rung}.blend"] = np.broadcast_to(0.5 + (goal - 0.5) * grown, (1, F, count)).astype(np.float32)
    return arrays


@st.cache_data
def numbers() -> dict[str, Numbers]:
    """All arrays of both stages."""
    rng = np.random.default_rng(7)
    arrays = gates(rng) | losses(rng) | directions(rng)
    arrays["pearson"] = np.repeat(np.tanh(1.4 * RECORDED)[:, None], F, 1).astype(np.float32)
    arrays["gap"] = (np.abs(arrays["mmoe.gates"][..., 0, :] - arrays["mmoe.gates"][..., -1, :]).sum(-1) / 2).astype(
        np.float32
    )
    return arrays


SWEEP = Sweep(
    "correlation", "Task correlation", "ρ", -1.0, 1.0, 0.01, tuple(float(round(v, 4)) for v in RECORDED),
    "Drag the correlation to 1: the gates meet.", (Readout("Pearson", "pearson"), Readout("gate gap", "gap")),
)  # fmt: skip


def curves() -> tuple[Series, ...]:
    """Three structures: a mean and eight runs each."""
    colours = {"shared_bottom": 5, "omoe": 2, "mmoe": 3}
    return tuple(
        series
        for rung in RUNGS
        for series in (
            *(Series("", f"{rung.id}.run{r}", colours[rung.id], "run", rung.id) for r in range(RUNS)),
            Series(rung.title, f"{rung.id}.mean", colours[rung.id], "mean", rung.id),
        )
    )


def network() -> Stage:
    """The multi-task stage: network, directions, losses."""
    count = E * UNITS // 2
    groups = tuple(n % E for n in range(count))
    ids = tuple(f"expert:{i}" for i in range(E))
    labels = tuple(f"Unit {n + 1} of expert {g + 1}" for n, g in enumerate(groups))
    views = {
        "shared_bottom": PlaneView("shared_bottom.points", (0,) * 24, tuple(f"Unit {n + 1}" for n in range(24)), "shared_bottom.blend", ("bottom",)),
        "omoe": PlaneView("omoe.points", groups, labels, "omoe.blend", ids),
        "mmoe": PlaneView("mmoe.points", groups, labels, "mmoe.blend", ids),
    }  # fmt: skip
    panels = (
        Diagram(
            "net",
            "The network",
            diagram.layouts(T, E, TASKS, PARTS, shared_layer="SHARED" in os.environ),
            diagram.formulas(),
        ),
        Plane(
            "plane",
            "What the units look at",
            views,
            "w",
            ("w₁", "w₂"),
            (0, 1),
            "between the directions of the two tasks",
        ),
        Lines("loss", "Loss while training, all structures", "training step", "mean squared error", curves(), log=True),
    )
    return Stage(
        "Multi-task networks", STEPS, "training step", RUNGS, panels, numbers(), SWEEP, hero=0.3,
        origin="illustrative", origin_text="illustrative", words=WORDS,
    )  # fmt: skip


def matrices() -> Stage:
    """A heat map and bars, for the other kinds of panel."""
    rng = np.random.default_rng(3)
    grown = (np.arange(F) / (F - 1)).reshape(1, F, 1, 1)
    cells = np.tanh(rng.normal(0, 1.2, (1, 1, 12, 20)) * grown + rng.normal(0, 0.1, (1, F, 12, 20))).astype(np.float32)
    bars = np.abs(rng.normal(0.4, 0.2, (1, 1, 6)) * grown[..., 0]).astype(np.float32)
    small = (bars * np.float32(0.8), bars * np.float32(1.2), (127 * (cells[..., :8] + 1)).astype(np.uint8))
    arrays: dict[str, Array] = {"cells": cells, "bars": bars, "low": small[0], "high": small[1], "bytes": small[2]}
    words = ("online", "auto", "body", "repair", "shop", "near", "me", "today", "open", "late", "cheap", "best")
    panels = (
        Heat("cells", "Hidden state, unit by unit", "cells", -1, 1, words, tuple(str(c + 1) for c in range(20)), diverging=True),
        Bars("bars", "Weight of each feature", "bars", ("age", "region", "language", "last watch", "previous impressions", "time since"), (0, 1, 2, 3, 4, 5), "low", "high"),
        Heat("bytes", "The same in bytes", "bytes", -1, 1, words, tuple(str(c + 1) for c in range(8))),
    )  # fmt: skip
    return Stage(
        "Matrices", STEPS, "training step", RUNGS[:1], panels, arrays, None, 0.0, "recorded", "recorded", WORDS
    )


# ---- a funnel: a million pixels, who is recalled, who is shown

USERS = ("Football fan", "Cook", "Student", "Traveller", "New here")
TOPICS = (
    "Football",
    "Cooking",
    "Mathematics",
    "Travel",
    "Music",
    "News",
    "Gaming",
    "Film",
    "Gardening",
    "Cars",
    "Comedy",
    "DIY",
)
DAYS, CANDIDATES, SHOWN, LOST = 4, 300, 24, 2
TINY = "TINY" in os.environ
WIDTH, HEIGHT, KNOWN = (160, 125, 6_000) if TINY else (1250, 800, 45_000)
FUNNEL = (
    Rung("catalogue", "Catalogue", "A pixel a video; what glows is near the user's vector."),
    Rung("recall", "Recall", "A dot product with every video that has a vector: 300 are left."),
    Rung("rank", "Rank", "The ranking model scores the 300 and orders them: twenty are shown."),
)


@st.cache_data
def funnel_numbers() -> dict[str, Array | Quantised]:
    """Known pixels, denser below; a user is near some topics; the nearest are candidates, some of them shown."""
    rng = np.random.default_rng(11)
    born = np.stack([HEIGHT * (0.12 - 0.03 * day) * rng.uniform(0.4, 1, len(TOPICS)) for day in range(DAYS)])
    rows = HEIGHT * rng.beta(1.3, 1, KNOWN) * 0.98 + HEIGHT * 0.01
    pixels = np.unique((np.floor(rows) * WIDTH + rng.integers(0, WIDTH, KNOWN)).astype(np.int64))
    topic = (pixels % WIDTH) * len(TOPICS) // WIDTH
    taste = rng.dirichlet(np.full(len(TOPICS), 0.28), (len(USERS), DAYS))
    taste = taste[:, :1] * 0.75 + taste * 0.25
    near = np.clip(
        taste[..., topic] / taste.max(-1, keepdims=True) * 0.8 + rng.normal(0.08, 0.12, (1, 1, len(pixels))), 0, 1
    )
    unborn = pixels // WIDTH < born[:, topic]
    near = np.where(unborn[None], 0, near)
    candidates = pixels[np.argsort(-near + rng.normal(0, 0.05, near.shape), axis=-1)[..., :CANDIDATES]]
    picked = np.stack([rng.permuted(candidates[s, d])[:SHOWN] for s in range(len(USERS)) for d in range(DAYS)])
    picked = picked.reshape(len(USERS), DAYS, SHOWN)
    shown = np.where(np.arange(SHOWN) < 20, picked, -1)
    # The first was recalled and died in ranking; the second lies in the last column and was never recalled.
    marked = np.stack([picked[..., 20], np.full(picked.shape[:2], WIDTH * (HEIGHT // 2) - 1)], -1)
    recall_place = np.argmax(candidates[..., None, :] == picked[..., None], axis=-1) + 1.0
    final = np.where(np.arange(SHOWN) < 20, np.arange(SHOWN) + 1.0, np.nan)
    places = np.stack([recall_place, np.broadcast_to(final, recall_place.shape)], -1)
    places[..., -1, :] = np.nan
    picked[..., -1] = marked[..., 1]
    return {
        "pixels": pixels[None, None].astype(np.float32), "glow": Quantised(near, 0, 1), "born": born[None].astype(np.float32),
        "candidates": candidates.astype(np.float32), "shown": shown.astype(np.float32), "marked": marked.astype(np.float32),
        "places": places.astype(np.float32), "slope_pixels": picked.astype(np.float32),
        "lost": np.broadcast_to(np.isin(np.arange(SHOWN), (20, SHOWN - 1)), picked.shape).astype(np.float32),
    }  # fmt: skip


def video_names(count: int) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Titles, some long, one hostile."""
    words = (
        "The cup final, all goals and the <b>whole</b> shoot-out in slow motion · Football Daily",
        "Ten knots · Ropes",
        "番茄炒蛋的三种做法 · 厨房笔记",
        "Why e? · Proofs",
        "A night train to Vienna, without a single cut · Slow Rails",
    )
    return tuple(
        tuple(tuple(f"{words[(u + d + r) % 5]} {r + 1}" for r in range(count)) for d in range(DAYS))
        for u in range(len(USERS))
    )


def watched(user: int, day: int) -> tuple[Entry, ...]:
    """Ten watches with two searches between them; nobody is new for long."""
    if user == len(USERS) - 1:
        return ()
    names = video_names(10)[user][day]
    watches = [Entry(name, f"{1 + n} d ago", "watch", gone=n == 2) for n, name in enumerate(names)]
    return (
        watches[0],
        Entry("penalty shoot-out", "2 d ago", "search"),
        *watches[1:4],
        Entry("knots", "5 d ago", "search"),
        *watches[4:],
    )


def funnel() -> Stage:
    """The three panels of the recommender."""
    edges = [round(WIDTH * n / len(TOPICS)) for n in range(len(TOPICS) + 1)]
    bands = tuple(Band(name, edges[n], edges[n + 1]) for n, name in enumerate(TOPICS))
    lost = tuple((("lost: the cup final, in full", "lost: a kettle that whistles in A"),) * DAYS for _ in USERS)
    panels = (
        Field(
            "field", "A million videos, newest above", WIDTH, HEIGHT, WIDTH * HEIGHT, "pixels", "glow", bands, "born", "candidates",
            "shown", video_names(SHOWN), "marked", lost, "newest", "oldest", "candidate {place} of recall", "never watched: no vector",
            "closeness {glow}", "not uploaded yet", ("closeness to the user", "recalled", "shown", "lost favourite"),
        ),
        Slopes("slopes", "From recall to the ranking", "place in recall", "place in ranking", "places", video_names(SHOWN), "lost", CANDIDATES, "slope_pixels"),
        Listing("watched", "What this user did, newest first", tuple(tuple(watched(u, d) for d in range(DAYS)) for u in range(len(USERS))), "taken away", "Take away", "Bring back", "Nothing yet: this user is new."),
    )  # fmt: skip
    sweep = Sweep(
        "user",
        "User",
        "",
        0,
        len(USERS) - 1,
        1,
        tuple(float(n) for n in range(len(USERS))),
        "Choose a user.",
        options=USERS,
    )
    return Stage(
        "Recommender",
        tuple(range(1, DAYS + 1)),
        "day",
        FUNNEL,
        panels,
        funnel_numbers(),
        sweep,
        0.0,
        "illustrative",
        "illustrative",
        WORDS,
    )


st.set_page_config(page_title="Player", layout="wide")
with st.sidebar:
    st.header("Settings")
    st.number_input("Seed", 0, 100, 1)
    jumped = st.button("Jump to frame 10")
    slowly = st.button("Another place, slowly")
    if st.button("Another place") or slowly:
        st.session_state["below"] = not st.session_state.get("below", False)
st.session_state["seek"] = seek = st.session_state.get("seek", 0) + jumped
which = st.segmented_control(
    "Stage",
    ["network", "matrices", "funnel"],
    default=st.query_params.get("stage", "network"),
    key="which",
    required=True,
)


def heard(name: str, value: Position | Click | float) -> None:
    """Keep what came back, to be shown and tested."""
    st.session_state[name] = repr(value)


if which == "network":
    above, below = st.container(), st.container()
    with below if st.session_state.get("below") else above:
        player(
            network(), key="net", start=Position(10, 1.0, "omoe", "expert:1") if seek else Position(F - 1, 0.3, "mmoe"), seek=seek,
            autoplay=st.query_params.get("autoplay", "1") == "1",
            on_position=lambda p: heard("position", p), on_hero=lambda v: heard("hero", v), on_click=lambda c: heard("click", c),
        )  # fmt: skip
    if slowly:
        time.sleep(0.7)  # what is no longer drawn goes when the run ends: for so long there are two
elif which == "funnel":
    player(
        funnel(), key="fun", start=Position(DAYS - 1, 0.0, st.query_params.get("rung", "rank")), autoplay=False,
        on_position=lambda p: heard("position", p), on_hero=lambda v: heard("hero", v), on_click=lambda c: heard("click", c),
    )  # fmt: skip
else:
    player(
        matrices(), key="mat", start=Position(F - 1, None, RUNGS[0].id), autoplay=False,
        on_position=lambda p: heard("position", p), on_click=lambda c: heard("click", c),
    )  # fmt: skip
for name in ("position", "hero", "click"):
    st.text(f"{name}: {st.session_state.get(name, 'none')}")
