"""Where the viewer of this page is: a user, watches taken away, and a video that is asked about."""

from __future__ import annotations

from engine.runs.config import IntRange
from pages.ui.place import Place

WITHOUT, VIDEO = (f"recommender_{name}" for name in ("without", "video"))
RUNGS = ("catalogue", "recall", "rank")
MOST_VIDEOS = 9_999_999
PLACE = Place("recommender", RUNGS, r"$^", "recommender_user", IntRange(0, 99), beside=(WITHOUT, VIDEO))
"""Nothing of this stage can be selected but a video, which has a name of its own in the URL."""


def hero() -> int:
    """Which of the offered users is on stage."""
    return int(PLACE.hero_value())


def choose_user(value: float) -> None:
    """Bring another user on stage; watches taken away, and the video looked at, were the last one's."""
    if int(value) != hero():
        PLACE.write(WITHOUT, "")
        PLACE.write(VIDEO, "")
    PLACE.set_hero(float(round(value)))


def without() -> tuple[int, ...]:
    """Videos whose watches are taken away."""
    return PLACE.numbers(WITHOUT, MOST_VIDEOS)


def toggle(video: int) -> None:
    """Take a watch away, or bring it back."""
    PLACE.write_numbers(WITHOUT, set(without()) ^ {video})


def video() -> int | None:
    """The video that is looked at, if any."""
    return PLACE.number(VIDEO, high=MOST_VIDEOS)


def look_at(video: int) -> None:
    """Ask about a video; asked again, let it go."""
    PLACE.write(VIDEO, "" if looked_at(video) else str(video))


def let_go() -> None:
    """Ask about no video."""
    PLACE.write(VIDEO, "")


def looked_at(video_: int) -> bool:
    """Whether this video is looked at."""
    return video() == video_


def forget() -> None:
    """Forget the user and the video that were chosen: another world has others."""
    PLACE.clear()
    PLACE.set_hero(0.0)
