"""Results that a look keeps: those of a simulated site for everyone, those of a user's own log for its session alone; and
the button by which the costly ones are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from pages.recommender.shown import Shown

P = ParamSpec("P")
R = TypeVar("R")


def cached_per_run(
    most: int,
) -> Callable[[Callable[Concatenate[str, int, Shown, P], R]], Callable[Concatenate[Shown, P], R]]:
    """Decorates (digest, step, _now, …) → result; it is then asked (now, …). At most so many results stay."""

    def wrap(compute: Callable[Concatenate[str, int, Shown, P], R]) -> Callable[Concatenate[Shown, P], R]:
        everyone: Any = st.cache_resource(max_entries=most, show_spinner=False)(compute)
        session: Any = st.cache_resource(scope="session", max_entries=2, show_spinner=False)(compute)

        def ask(now: Shown, /, *args: P.args, **kwargs: P.kwargs) -> R:
            cache = session if now.own else everyone
            return cache(now.config.digest, now.frame.step, now, *args, **kwargs)

        return ask

    return wrap


def compute_button(now: Shown, name: str, label: str, icon: str) -> bool:
    """Whether this was asked for at this moment of this run; a button until then. The session remembers it under `name`."""
    at = f"{now.config.digest}:{now.frame.step}"
    if st.session_state.get(name) == at:
        return True
    st.button(label, icon=f":material/{icon}:", key=f"{name}_button", on_click=_press, args=(name, at))
    return False


def _press(name: str, at: str) -> None:
    st.session_state[name] = at
