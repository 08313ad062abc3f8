"""What every kind of panel is to the rest of the player.

A new kind is a subclass in this folder and a file of its name in `assets/player/panels`, in small letters, that puts its maker into
`MAKERS`; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.player.arrays import Arrays


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure of a stage. Its fields travel to the browser as they are, with the name of the class as `type`."""

    id: str
    title: str

    def selectable(self) -> frozenset[str]:
        """The ids of its parts that can be selected."""
        return frozenset()

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """How many rows and columns a click in it may name, on a stage with these arrays and so many frames."""
        return 0, 0

    def check(self, arrays: Arrays) -> None:
        """Raise ValueError where arrays that it names do not fit one another; that the stage carries them is known."""
