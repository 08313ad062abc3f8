"""Stills of the stages: pictures of each page's large figure at a few moments, below each other in one file. `make pictures`
shoots them."""

from __future__ import annotations

from pathlib import Path

from engine.files import ROOT

FOLDER = ROOT / "assets" / "stills"
THEMES = ("light", "dark")
MOMENTS = 6
"""In one file, from the first to the last, which is the one that a page opens on."""
SIZE = (480, 300)
"""Of one moment, in pixels: width and height."""


def still(room: str, language: str, theme: str, folder: Path = FOLDER) -> Path:
    """The file of one page."""
    return folder / f"{room}.{language}.{theme}.webp"
