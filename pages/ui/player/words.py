"""What every player says; a page adds what depends on its axes."""

from __future__ import annotations

from pages.ui.language import bare, t


def player_words(**own: str) -> dict[str, str]:
    """All keys of `stage.WORDS`: the common ones, and `own` for a page's."""
    return {
        "play": t("Play"),
        "pause": t("Pause"),
        "speed": t("Speed"),
        "nearest": bare("Nearest on stage: {value}"),
        "save_svg": t("Save picture as SVG"),
        "save_png": t("Save picture as PNG"),
        "close": t("Close"),
        "row": t("row"),
        "column": t("column"),
        "angle": "{degrees}°",
        "not_recorded": t("not recorded"),
    } | own
