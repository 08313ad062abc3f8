"""The player: the app's one custom component, and the only Python that knows it.

A page describes a *stage* (arrays, panels, two axes) and calls `player`. The browser receives everything once as bytes, what
stays while a run goes on apart from what moves (see `pack`), and plays, scrubs and links its panels without another message; what comes back is a position, a slider value or a click.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

import streamlit as st

from engine.files import ROOT
from pages.ui.latest import Latest
from pages.ui.player.component import component
from pages.ui.player.pack import MOVING, Still, pack, pack_still, plain
from pages.ui.player.position import Click, Position, asked_from, click_from, hero_from, position_from
from pages.ui.player.stage import Stage

T = TypeVar("T")
ASSETS = ROOT / "assets" / "player"


def scripts() -> list[Path]:
    """The code for the browser, one concept a file, in the order in which it becomes one module: what all share, a file for
    each kind of panel, and last the player, with `export default`."""
    last = ASSETS / "player.js"
    return [*sorted(set(ASSETS.glob("*.js")) - {last}), *sorted((ASSETS / "panels").glob("*.js")), last]


NAME = "gatescope.player"
_component = component(
    NAME,
    js="\n".join(path.read_text(encoding="utf-8") for path in scripts()),
    css=(ASSETS / "player.css").read_text(encoding="utf-8"),
)


def player(
    stage: Stage,
    *,
    key: str,
    start: Position,
    seek: int = 0,
    autoplay: bool,
    on_position: Callable[[Position], None] | None = None,
    on_hero: Callable[[float], None] | None = None,
    on_asked: Callable[[str], None] | None = None,
    on_click: Callable[[Click], None] | None = None,
    on_closed: Callable[[str], None] | None = None,
) -> None:
    """Show the stage. The viewer keeps the position until `seek` grows; then the player goes to `start`.

    `on_position` is called when a scrub, a step, a play or a choice has ended; `on_hero` when the slider is released;
    `on_asked` with what was typed beside a choice; `on_closed` when the drawer of what cannot be selected was closed; `on_click` for each click on a part, a cell or a dot. Everything they receive has been checked against the stage.
    """
    start = position_from(plain(start), stage, Position(0, stage.hero if stage.sweep else None, stage.rungs[0].id))

    came = _Came(key)
    begin, hero = _pinned(key, stage, start, seek, hero_from(came.state("hero"), stage))
    _, still = _stills.get(_identity(stage), lambda: (stage, pack_still(stage)))
    packed = pack(replace(stage, hero=hero), start=begin, seek=seek, autoplay=autoplay, still=still, name=key)
    with st.container(gap=None):
        _component(key=f"{key}_still", data=packed.still)
        _component(
            key=key,
            data=packed.moving,
            on_position_change=_telling(on_position, lambda: position_from(came.state("position"), stage, start)),
            on_hero_change=_telling(on_hero, lambda: hero_from(came.state("hero"), stage)),
            on_closed_change=_telling(on_closed, lambda: asked_from(came.state("closed")) or None),
            on_asked_change=_telling(on_asked, lambda: asked_from(came.state("asked")) or None),
            on_click_change=_telling(on_click, lambda: click_from(came.click(), stage, start)),
        )


def drawer(key: str, content: Mapping[str, object]) -> None:
    """Open what was clicked over the figures at the right of the player with this key; it closes when this is no longer drawn.
    `content` is what `assets/player/drawer.js` shows."""
    _component(key=f"{key}_drawer", data={"drawer": {**content, "player": key}})


class _Came:
    """What came back from the browser, as Streamlit holds it for the session: anything."""

    def __init__(self, key: str) -> None:
        self._key, self._last = key, f"{key}:clicked"

    def state(self, name: str) -> object:
        """What lasts: beside the value stands a number, which makes it another one than the last."""
        told = self._held(name)
        return told.get("value") if isinstance(told, Mapping) else None

    def click(self) -> object:
        """The click, once: where a tick of the page's clock left the browser in the same moment, it comes twice."""
        told = self._held("click")
        nth = told.get("nth") if isinstance(told, Mapping) else None
        if nth is not None and st.session_state.get(self._last) == nth:
            return None
        st.session_state[self._last] = nth
        return told

    def _held(self, name: str) -> object:
        held = st.session_state.get(self._key)
        return held.get(name) if isinstance(held, Mapping) else None


def _telling(tell: Callable[[T], None] | None, read: Callable[[], T | None]) -> Callable[[], None]:
    """What Streamlit calls when something came back: `tell` with what `read` makes of it, unless it makes nothing of it."""

    def told() -> None:
        value = read()
        if tell is not None and value is not None:
            tell(value)

    return told


_stills: Latest[tuple[Stage, Still]] = Latest(24)
"""Pages that hold on to a stage between reruns have its part that stays packed once."""


def _identity(stage: Stage) -> tuple[int, ...]:
    """The very objects that the still part is made of; no others have their numbers while a stage with them is held."""
    return tuple(id(getattr(stage, field.name)) for field in fields(stage) if field.name not in MOVING)


def _pinned(key: str, stage: Stage, start: Position, seek: int, released: float | None) -> tuple[Position, float]:
    """The start and slider value to send. A page feeds both back from what the browser reported; sending them again would
    change the bytes, and with them resend every array. So they are held until `seek` grows or the slider moved elsewhere."""
    slot = f"{key}:pinned"
    held = st.session_state.get(slot)
    if held is None or held[2] != seek:
        held = (start, stage.hero, seek)
    elif stage.hero not in (held[1], released):
        held = (held[0], stage.hero, seek)
    st.session_state[slot] = held
    return held[0], held[1]
