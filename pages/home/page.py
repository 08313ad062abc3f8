"""Home: a card for each playground, with a still of its stage, its question, and what its page answers as it opens."""

from __future__ import annotations

import base64
import functools

import streamlit as st

from pages.ui import presenter
from pages.ui.language import language, t
from pages.ui.marked import Marked
from pages.ui.openings import declared, openings
from pages.ui.pieces import story
from pages.ui.playground import Playground, playgrounds
from pages.ui.stills import MOMENTS, SIZE, THEMES, still

CARD, IMAGE = '[class*="st-key-card_"]', '[class*="st-key-still_"]'
CSS = f"""<style>
{CARD} {{ position: relative; height: 100%; }}
{CARD}:hover, {CARD}:focus-within {{ border-color: var(--st-primary-color, #0B6394); }}
{CARD} :is(.stElementContainer, .stPageLink, .stPageLink > div, .stVerticalBlock, .stHorizontalBlock, [data-testid="stLayoutWrapper"]) {{ position: static; }}
{CARD} .stPageLink a {{ padding: 0; background: none; }}
{CARD} .stPageLink a::after {{ content: ""; position: absolute; inset: 0; z-index: 1; border-radius: 8px; }}
{CARD} .stPageLink p {{ font-size: 1.1rem; font-weight: 600; line-height: 1.25; white-space: normal; }}
{CARD} .stMarkdown p {{ font-size: 0.875rem; line-height: 1.38; }}
{CARD} [data-testid="stCaptionContainer"] p {{ font-size: 0.82rem; }}
{IMAGE} img {{ display: block; width: 100%; aspect-ratio: {SIZE[0]} / {SIZE[1]}; object-fit: cover; object-position: 0 100%; }}
{CARD} div:has(> {IMAGE}) {{ width: clamp(9.5rem, 36%, 19rem) !important; flex: none !important; }}
{IMAGE} {{ width: 100% !important; }}
.st-key-lead h1 {{ font-size: 1.5rem; padding: 0 0 0.4rem; line-height: 1.2; }}
@media (min-width: 640px) {{ [class*="st-key-said_"] {{ min-height: 8.5rem; }} }} /* the sentence may come later: nothing jumps */
.st-key-ways {{ gap: 0 0.5rem; }}
@keyframes moments {{ from {{ object-position: 0 0; }} to {{ object-position: 0 100%; }} }}
@media (prefers-reduced-motion: no-preference) {{
  {CARD}:is(:hover, :focus-within) img {{ animation: moments 3s steps({MOMENTS}, jump-none) both; }}
  .st-key-cards:has({CARD}:hover) {CARD}:focus-within:not(:hover) img {{ animation: none; }} /* one at a time */
}}
</style>"""
LONG_WAIT = 1.0
"""Seconds between two looks whether the sentences are made."""


def card(room: Playground) -> None:
    """One playground; the whole of it leads there."""
    theme = st.context.theme.type
    with st.container(border=True, key=f"card_{room.name}", height="stretch", gap="xsmall"):
        st.page_link(room.page, label=t(room.question), query_params=kept())
        with st.container(horizontal=True, gap="small"):
            with st.container(width=180, key=f"still_{room.name}"):
                st.html(picture(room.name, language(), theme if theme in THEMES else THEMES[0]))
            with st.container(width="stretch", gap="xsmall", key=f"said_{room.name}"):
                if said := openings().said(room.name, language()):
                    st.markdown(said)
        rungs = [
            Marked("{number}\N{NO-BREAK SPACE}{title}").format(number=number, title=t(title))
            for number, (title, _) in enumerate(room.rungs, 1)
        ]
        st.caption(Marked("**{name}** · ").format(name=t(room.title)) + Marked(" · ").join(rungs))


@functools.cache
def picture(room: str, spoken: str, theme: str) -> str:
    """A still as HTML; it says nothing that the card does not. (`st.image` has no text for who cannot see it.)"""
    data = base64.b64encode(still(room, spoken, theme).read_bytes()).decode()
    return f'<img alt="" src="data:image/webp;base64,{data}">'


def kept() -> dict[str, str]:
    """What every link takes along: the language, and whether this is in front of a room."""
    return {"lang": language()} | ({presenter.PRESENTER: "true"} if presenter.on() else {})


def ways() -> None:
    """One line of links: a point of a story, the same in front of a room, and a viewer's own data."""
    lecture, own = (next(room for room in playgrounds() if room.name == name) for name in ("recurrent", "multitask"))
    with st.container(horizontal=True, vertical_alignment="center", key="ways"):
        st.page_link(own.page, label=t("Five minutes: a story"), icon=":material/timer:", query_params=told(own))
        st.page_link(
            lecture.page,
            label=t("A lecture, in large type"),
            icon=":material/co_present:",
            query_params=told(lecture) | {presenter.PRESENTER: "true"},
        )
        st.page_link(
            own.page,
            label=t("My data: which structure?"),
            icon=":material/upload_file:",
            query_params=kept() | {declared(own.name).place.open_key(declared(own.name).own.key): "true"},
        )


def told(room: Playground) -> dict[str, str]:
    """The first point of a playground's story, as its URL says it."""
    place, setting = declared(room.name).place, story.load(room.name, language())[0].setting
    named = {
        place.rung: setting.get("rung", ""),
        place.part: setting.get("select", ""),
        place.hero: setting.get("hero", ""),
    }
    return kept() | {f"{room.name}_point": "1"} | {name: value for name, value in named.items() if value}


def cards() -> None:
    """The playgrounds' cards, two in a row; looked at again until every sentence is there."""
    rooms = playgrounds()
    with st.container(key="cards", gap="small"):
        for first in range(0, len(rooms), 2):
            for column, room in zip(st.columns(2), rooms[first : first + 2], strict=True):
                with column:
                    card(room)
    if waiting and all(openings().said(room.name, language()) is not None for room in rooms):
        st.rerun()  # without the clock


with st.sidebar:
    presenter.switch("home")
presenter.dress()
presenter.keys()
st.html(CSS)
with st.container(key="lead", gap="xsmall"):
    st.title("Gatescope", anchor=False)
    st.markdown(
        t(
            "Open up the models behind search and recommendation **while they train**: train a small version, stop anywhere, click any number and read the sum that made it."
        )
    )
    ways()
waiting = any(openings().said(room.name, language()) is None for room in playgrounds())
st.fragment(cards, run_every=LONG_WAIT if waiting else None)()
