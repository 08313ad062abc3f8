"""What a room predicts before it is shown: choices A to D, the hands that were counted, and what is right by what was measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from pages.ui.language import listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.story import CHOICES, Question

LETTERS = "ABCD"
MOST_HANDS = 999
_HANDS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: the choice that is right, and of each what the data say, in few words."""

    right: str
    told: Mapping[str, str]


def hands(slot: str) -> tuple[int, ...]:
    """How many hands went up for each choice, as the URL has it under this name; none where it has none."""
    written = st.query_params.get(slot, "")
    return tuple(map(int, written.split("."))) if _HANDS.fullmatch(written) else (0,) * CHOICES


def ask(question: Question, slot: str, on_reveal: Callable[[], None]) -> None:
    """The question with its choices, a box for the hands of each, and the button that shows what is right."""
    with st.container(key="asked", gap="xsmall"):
        st.markdown(Marked("**{text}**").format(text=Marked(question.text)))
        for letter, text, count in zip(LETTERS, question.choices.values(), hands(slot), strict=True):
            with st.container(horizontal=True, vertical_alignment="center", key=f"choice_{letter}"):
                st.markdown(Marked("**{letter}** &nbsp; {text}").format(letter=letter, text=Marked(text)))
                key = f"{slot}_{letter}"
                st.session_state.setdefault(key, count)
                label = t("Hands for {letter}", letter=letter)
                st.number_input(
                    label,
                    0,
                    MOST_HANDS,
                    key=key,
                    label_visibility="collapsed",
                    on_change=_write,
                    args=(slot,),
                    width=130,
                )
        st.button(
            t("Show what is right"), key="reveal", icon=":material/visibility:", on_click=on_reveal, type="primary"
        )


def guess(question: Question, found: Callable[[], Found], slot: str, on_guess: Callable[[], None]) -> None:
    """For one who reads alone: the question with its choices, folded away; once one is picked, what was measured stands below, and
    `on_guess` shows it on the stage."""
    with st.expander(
        t("Predict first"), icon=":material/help:", key="guess", expanded=st.session_state.get(slot) is not None
    ):
        picked = st.radio(
            Marked(question.text), list(question.choices), index=None, key=slot, on_change=on_guess,
            format_func=lambda name: Marked(question.choices[name]),
        )  # fmt: skip
        if picked is None:
            return
        measured = found()
        mark = Marked(":material/check: " if picked == measured.right else ":material/close: ")
        right, said = Marked(question.choices[measured.right]), measured.told.get(measured.right)
        st.markdown(mark + listed((t("Measured: {choice}", choice=right), *([said] if said else [])), " · "))


def _write(slot: str) -> None:
    """Callback: the hands stand in the URL, for whoever loads the page again."""
    st.query_params[slot] = ".".join(str(int(st.session_state.get(f"{slot}_{letter}") or 0)) for letter in LETTERS)


def forget(slot: str) -> None:
    """Forget the hands that were counted: another question counts anew."""
    st.query_params.pop(slot, None)
    for letter in LETTERS:
        st.session_state.pop(f"{slot}_{letter}", None)


def tell(question: Question, found: Found, slot: str) -> None:
    """Each choice with what was measured and the hands for it; the right one is marked."""
    counts = hands(slot)
    with st.container(key="told_room"):
        for column, letter, name, count in zip(st.columns(CHOICES), LETTERS, question.choices, counts, strict=True):
            right = name == found.right
            with column, st.container(key=f"told_{'right' if right else letter}", gap=None):
                mark = Marked(":material/check: ") if right else Marked("")
                st.markdown(
                    mark + Marked("**{letter}** {text}").format(letter=letter, text=Marked(question.choices[name]))
                )
                said = [found.told[name]] if name in found.told else []
                if any(counts):
                    said.append(t("{count} hands", count=count))
                st.markdown(listed(said, " · ") or Marked("&nbsp;"))
