"""Take it away: the recording, the funnel on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pages.recommender import PLAYGROUND, named, settings, where
from pages.recommender.answer import answer
from pages.recommender.kept import kept
from pages.recommender.shown import Shown, shown
from pages.ui import report, share
from pages.ui.downloads import downloads
from pages.ui.language import bare, language, listed, t
from pages.ui.marked import unmarked
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw() -> None:
    """What can be taken away of the user and day on stage and the run behind them."""
    now = shown()
    candidates, address, words, chosen = table(now), share.url(), _words(now), language()
    downloads(
        f"gatescope-recommender-{now.config.digest[:8]}",
        recording=now.recording.to_bytes,
        table=lambda: candidates,
        about_table=t(
            "Every candidate with its score, its odds, its places and, on a simulated site, its true minutes."
        ),
        report=lambda: build(now, candidates, words, address, chosen),
    )


def table(now: Shown) -> pd.DataFrame:
    """One row for each candidate, in the order of recall."""
    user, day, _ = now.now()
    return _table(now, language(), user, day, where.without())


@kept(8)
def _table(
    digest: str, step: int, _now: Shown, spoken: str, user: int, day: float, without: tuple[int, ...]
) -> pd.DataFrame:
    now = _now
    scene = now.scene(user, day)
    given, site = scene.given, now.site
    final = {int(video): n + 1 for n, video in enumerate(given.shown)}
    columns: dict[str, object] = {
        t("user"): [named.user(site, user)] * len(given.candidates),
        t("day"): [day] * len(given.candidates),
        t("video"): given.candidates,
        t("title"): [named.title(site, int(video)) for video in given.candidates],
        t("place in recall"): np.arange(len(given.candidates)) + 1,
        "u·v": given.scores,
        "z": given.z,
        t("odds e^z"): np.exp(given.z),
        _final(now): pd.array([final.get(int(video)) for video in given.candidates], dtype="Int64"),
    }
    if site.world.true:
        columns[t("true minutes")] = now.server.truth(user, given.candidates, day)
    return pd.DataFrame(columns)


def _final(now: Shown) -> str:
    return t("place in ranking") if now.server.ranker else t("place shown")


def _words(now: Shown) -> dict[str, str]:
    """The report's sentences, translated now: a download runs in another thread, without a session."""
    return {
        "title": t(PLAYGROUND.question),
        "answer": unmarked(answer(now)) + _taken(now),
        "settings": t("Settings"),
        "setting": t("setting"),
        "value": t("value"),
        "shown": t("What is shown"),
        "final": _final(now),
        "learning": t("held-out watches among the first 100"),
        "step": t("training step"),
        "link": t("Link to this view"),
        "recording": bare("Recording {digest}", digest=now.recording.digest),
        "model": t("candidate generation"),
        "popular": t("popularity"),
    } | {
        f"{kind}.{name}": text
        for name, value in now.config.to_dict().items()
        for kind, text in (("field", settings.label(name)), ("value", settings.written(value)))
    }


def _taken(now: Shown) -> str:
    titles = listed(
        f"“{named.title(now.site, video)}”" for video in where.without() if video < len(now.site.world.videos)
    )
    return " " + bare("Without the watches of {titles}.", titles=titles) if titles else ""


def build(now: Shown, candidates: pd.DataFrame, words: Mapping[str, str], address: str, chosen: str) -> str:
    """The report of what is on stage, in the language that `words` are in."""
    chosen_settings = pd.DataFrame(
        [(words[f"field.{name}"], words[f"value.{name}"]) for name in now.config.to_dict()],
        columns=[words["setting"], words["value"]],
    )
    best = candidates.dropna(subset=[words["final"]]).sort_values(words["final"])
    return report.html(words["title"], chosen, [
        (words["shown"], [words["answer"], best, words["recording"], report.Link(words["link"], address)]),
        (words["learning"], [_learning(now, words)]),
        (words["settings"], [chosen_settings]),
    ])  # fmt: skip


def _learning(now: Shown, words: Mapping[str, str]) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    frames = [frame for frame in now.recording.frames if "recall.hits" in frame.metrics]
    for n, name in enumerate(("recall", "popular")):
        hits = [float(frame.metrics[f"{name}.hits"][1]) for frame in frames]
        label = words["model" if name == "recall" else "popular"]
        figure.add_scatter(x=[frame.step for frame in frames], y=hits, name=label, line={"color": HUES[n]})
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=words["step"])
    figure.update_yaxes(title=words["learning"], rangemode="tozero")
    return figure
