"""One moment of training → what the player draws; every number comes from a scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.recommender.serving.scene import Scene, Watch, searches, watches
from engine.recommender.serving.server import COLD, RANKING, Recommendation
from engine.runs.frame import Array
from pages.recommender import course, left, naming, where
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.shown import Shown, steps_of
from pages.ui.language import N_, bare, language, t
from pages.ui.player.stage import Band, Entry, Field, Listing, Quantised, Ref, Rung, Slopes, Stage, Sweep
from pages.ui.player.words import player_words

LOST, LISTED, SEARCHED = 3, 10, 4
"""Favourites circled, watches and searches listed."""
COLOURED = 95.0
"""Per cent of the lines that end within the scale of their colours."""
TITLES = {"catalogue": N_("Catalogue"), "recall": N_("Recall"), "rank": N_("Ranking")}
SENTENCES = {
    "catalogue": N_("{videos} videos in all; the {known} with a vector glow, the brighter the larger u · v."),
    "recall": N_("Candidate generation: the {recalled} of largest u · v, not watched yet."),
    "rank": N_("Ranking orders them by expected watch time; {shown} are shown."),
}  # fmt: skip
PLAIN = N_("Ranking orders them by the odds of a click; {shown} are shown.")
UNRANKED = N_("Without ranking, the first {shown} of recall are shown.")


def words() -> dict[str, str]:
    """What the player says."""
    return player_words(
        previous=t("Previous day"),
        next=t("Next day"),
        time=t("Day"),
        step_of=bare("day {step} of {last}"),
        rungs=t("Stage"),
        value=t("value"),
        band=t("range"),
        summary=bare("{rung}, day {step}, {hero}"),
    )


Grid = Sequence[Sequence[Scene]]


def stage(now: Shown, origin: str) -> Stage:
    """Every offered user at every day on stage."""
    return _stage(now, origin, language(), now.at(), where.without())


@cached_per_run(8)
def _stage(digest: str, step: int, _now: Shown, origin: str, spoken: str, at: int, without: tuple[int, ...]) -> Stage:
    """The same for every rerun that changes none of these."""
    now = _now
    grid = [[now.scene(user, day) for day in now.days] for user in now.users]
    site, config = now.site, now.config
    counts = {
        "videos": f"{len(site.world.videos):,}", "known": f"{len(site.known):,}",
        "recalled": min(config.recalled, len(site.known)), "shown": min(config.shown, len(site.known)),
    }  # fmt: skip
    sentences = SENTENCES | {"rank": _ranks(now)}
    minutes = _minutes(now, grid)
    arrays = _arrays(now, grid) | minutes | left.arrays(now, grid) | course.arrays(now)
    return Stage(
        title=t("The funnel"),
        steps=steps_of(now.days),
        time_label=t("day"),
        rungs=tuple(Rung(rung, t(TITLES[rung]), bare(sentences[rung], **counts)) for rung in where.RUNGS),
        panels=(_field(now, grid), *left.panel(now, grid), _slopes(now, grid, minutes.get("minutes")), _listing(now)),
        arrays=arrays,
        sweep=_sweep(now),
        hero=float(at),
        origin="live" if origin == "live" else "recorded",
        origin_text={"recorded": t("recorded"), "live": t("live run"), "run": t("your run")}[origin],
        words=words(),
        instead={"history": "slopes"} if now.site.world.true else {},
        turns={"history": t("Watched"), "slopes": t("Ranking"), "left": t("Watch time")},
        spoken="left",
        stands_on={"history": ("catalogue", "recall")},
        course=course.course(now),
        live=False,  # time is the days here: a new frame must not move the cursor
    )


def _ranks(now: Shown) -> str:
    """What the last stage does at this moment."""
    if now.server.ranker is None:
        return UNRANKED
    return SENTENCES["rank"] if now.weighed else PLAIN


def _sweep(now: Shown) -> Sweep:
    return Sweep(
        "user",
        t("User"),
        "",
        0.0,
        float(max(len(now.users) - 1, 1)),
        1.0,
        tuple(float(n) for n in range(len(now.users))),
        t("Choose a user: what glows, what is lost?"),
        options=tuple(
            " · ".join(filter(None, (naming.user(now.site, u), naming.taste(now.site, u)))) for u in now.users
        ),
        icons=tuple(naming.icon(now.site, user) for user in now.users),
    )


def _arrays(now: Shown, grid: Grid) -> dict[str, np.ndarray | Quantised]:
    pixel, config = now.field.pixel, now.config
    found: dict[str, np.ndarray | Quantised] = {
        "pixels": pixel[now.site.known].astype(np.float32)[None, None],
        "glow": Quantised(np.stack([[scene.glow for scene in row] for row in grid]), 0.0, 1.0),
        "born": np.stack([now.field.born(day) for day in now.days])[None].astype(np.float32),
        "candidates": _padded(grid, lambda s: pixel[s.given.candidates], config.recalled),
        "shown": _padded(grid, lambda s: pixel[s.given.shown], config.shown),
        "marked": _padded(grid, lambda s: pixel[[one.video for one in s.lost]], LOST),
        "places": np.stack([[_places(scene, config.shown) for scene in row] for row in grid]),
        "stands_out": np.stack([[_stands_out(scene, config.shown) for scene in row] for row in grid]),
        "lines": _padded(grid, lambda s: pixel[lines_of(s)], config.shown + 1),
    }
    return found


def _minutes(now: Shown, grid: Grid) -> dict[str, np.ndarray]:
    """The minutes that a simulated user would watch of each video of the slope chart; nothing where nobody knows."""
    if not now.site.world.true:
        return {}
    most = now.config.shown + 1
    found = np.full((len(grid), len(grid[0]), most), np.nan, np.float32)
    for s, row in enumerate(grid):
        for f, one in enumerate(row):
            lines = lines_of(one)[:most]
            found[s, f, : len(lines)] = now.truth.minutes(one.given.user, lines, one.given.now)
    return {"minutes": found}


def _padded(grid: Grid, pick: Callable[[Scene], Array], most: int) -> np.ndarray:
    out = np.full((len(grid), len(grid[0]), most), -1.0, np.float32)
    for s, row in enumerate(grid):
        for f, one in enumerate(row):
            values = np.asarray(pick(one), np.float32)[:most]
            out[s, f, : len(values)] = values
    return out


def lines_of(scene: Scene) -> np.ndarray:
    """Videos of the slope chart: what is shown, and a favourite that ranking lost."""
    lost = [one.video for one in scene.lost if one.lost.stage == RANKING]
    return np.array([*scene.given.shown, *lost], np.int64)


def place_of(given: Recommendation, video: int) -> int:
    """A video's place among the candidates, from 1."""
    return int(np.flatnonzero(given.candidates == video)[0]) + 1


def _places(scene: Scene, most: int) -> Array:
    out = np.full((most + 1, 2), np.nan, np.float32)
    for n, video in enumerate(lines_of(scene)):
        out[n, 0] = place_of(scene.given, int(video))
        if n < len(scene.given.shown):
            out[n, 1] = n + 1
    return out


def _stands_out(scene: Scene, most: int) -> Array:
    out = np.zeros(most + 1, np.float32)
    out[len(scene.given.shown) : len(lines_of(scene))] = 1.0
    return out


def lost_label(now: Shown, scene: Scene) -> tuple[str, ...]:
    """What stands at a circled favourite: where it was lost."""
    told = {COLD: t("no vector"), RANKING: t("lost at ranking") if now.server.ranker else t("not shown")}
    return tuple(told.get(one.lost.stage, t("not recalled")) for one in scene.lost)


def _field(now: Shown, grid: Grid) -> Field:
    field, site = now.field, now.site
    several = len(field.bands) > 1
    bands = tuple(Band(naming.topic(topic) if several else "", start, end) for topic, start, end in field.bands)
    return Field(
        "field",
        t("One pixel a video"),
        field.width,
        field.height,
        len(site.world.videos),
        Ref("pixels"),
        Ref("glow"),
        bands,
        Ref("born"),
        Ref("candidates"),
        Ref("shown"),
        tuple(tuple(tuple(naming.title(site, int(v)) for v in one.given.shown) for one in row) for row in grid),
        Ref("marked"),
        tuple(tuple(lost_label(now, one) for one in row) for row in grid),
        t("new"),
        t("old"),
        bare("candidate {place}"),
        t("no vector: watched too seldom"),
        t("has a vector: the brighter, the nearer to the user"),
        t("not uploaded yet"),
        (t("u · v"), t("candidate"), t("shown"), t("lost favourite")),
        bare("All videos, {count} to a pixel"),
    )


def _slopes(now: Shown, grid: Grid, minutes: np.ndarray | None) -> Slopes:
    site = now.site
    return Slopes(
        "slopes",
        t("From recall to ranking") if now.server.ranker else t("From recall to what is shown"),
        t("place in recall"),
        t("place in ranking") if now.server.ranker else t("place shown"),
        Ref("places"),
        tuple(tuple(tuple(naming.title(site, int(v)) for v in lines_of(one)) for one in row) for row in grid),
        Ref("stands_out"),
        now.config.recalled,
        Ref("lines"),
        None if minutes is None else Ref("minutes"),
        t("expected watch time, min"),
        1.0 if minutes is None else float(np.ceil(np.nanpercentile(minutes, COLOURED))),
    )


def _listing(now: Shown) -> Listing:
    site, on_stage = now.site, now.users[now.at()]
    gone = set(where.without())
    return Listing(
        "history",
        t("Watched and searched; take a watch away"),
        tuple(
            tuple(
                tuple(_watched(now, one, user == on_stage and one.video in gone) for one in watches(site, user, day, LISTED))
                + tuple(Entry(naming.search(token), "", "search") for token in searches(site, user, day, SEARCHED))
                for day in now.days
            )
            for user in now.users
        ),
        t("taken away"),
        t("Take this watch away"),
        t("Bring it back"),
        t("nothing watched yet"),
    )  # fmt: skip


def _watched(now: Shown, one: Watch, gone: bool) -> Entry:
    note = (
        bare("{hours} h ago", hours=f"{24 * one.ago:.0f}")
        if one.ago < 1.0
        else bare("{days} d ago", days=f"{one.ago:.0f}")
    )
    if now.timed:
        note += " · " + bare("{minutes} min", minutes=f"{one.minutes:.1f}")
    return Entry(naming.title(now.site, one.video), note, "watch", gone)
