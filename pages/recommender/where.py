"""Where the viewer of this page is, and how presets and the story bring it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.recommender.settings import PRESET, PRESETS, choose
from pages.ui.controls.controls import Preset
from pages.ui.place import Place

HERO, WITHOUT, VIDEO = (f"recommender_{name}" for name in ("user", "without", "video"))
RUNGS = ("catalogue", "recall", "rank")
PLACE = Place("recommender", RUNGS, r"$^", HERO, 0.0)
"""Nothing of this stage can be selected but a video, which has a name of its own in the URL."""
SECTIONS = (
    "learning",
    "path",
    "serving",
    "which",
    "watch_time",
    "item2vec",
    "age",
    "negatives",
    "split",
    "head",
    "depth",
    "days",
    "own",
    "notes",
)


def hero() -> int:
    """Which of the offered users is on stage: the session's, else the URL's."""
    if HERO not in st.session_state:
        written = PLACE.read(HERO)
        st.session_state[HERO] = float(written) if written.isdecimal() and len(written) < 3 else 0.0
    return int(st.session_state[HERO])


def choose_user(value: float) -> None:
    """Another user; watches taken away, and the video looked at, were the last one's."""
    if int(value) != hero():
        PLACE.write(WITHOUT, "")
        PLACE.write(VIDEO, "")
    PLACE.set_hero(float(round(value)))


def without() -> tuple[int, ...]:
    """Videos whose watches are taken away."""
    parts = PLACE.read(WITHOUT).split(".")
    return tuple(sorted({int(part) for part in parts if part.isdecimal() and len(part) < 8}))


def toggle(video: int) -> None:
    """Take a watch away, or bring it back."""
    now = set(without()) ^ {video}
    PLACE.write(WITHOUT, ".".join(map(str, sorted(now))))


def video() -> int | None:
    """The video that is looked at, if any."""
    written = PLACE.read(VIDEO)
    return int(written) if written.isdecimal() and len(written) < 8 else None


def look_at(video: int) -> None:
    """Ask about a video; asked again, let it go."""
    PLACE.write(VIDEO, "" if looked_at(video) else str(video))


def looked_at(video_: int) -> bool:
    """Whether this video is looked at."""
    return video() == video_


def forget() -> None:
    """Another world: its users and videos are others."""
    for name in (WITHOUT, VIDEO, PLACE.moment):
        PLACE.write(name, "")
    PLACE.set_hero(0.0)


def go(setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a story's state."""
    chosen = next((p for p in PRESETS if p.id == setting.get("preset")), None)
    _arrive(chosen, float(setting.get("hero", "0")))
    PLACE.open_only(SECTIONS, (setting.get("open", ""),))
    step = {"last": "", "first": "-999"}.get(setting.get("step", ""), "")
    PLACE.go({PLACE.step: step, PLACE.rung: setting.get("rung", "")})


def take(preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    _arrive(preset, 0.0)
    PLACE.go({PLACE.rung: preset.rung if preset else "", PLACE.step: ""})


def _arrive(preset: Preset | None, user: float) -> None:
    st.session_state[PRESET] = preset.id if preset else None
    choose(preset)
    forget()
    PLACE.set_hero(user)
