"""Controls: one widget for each setting of a config, each bound to the URL.

The config's own domains give the limits, so a control cannot offer what the engine refuses; what
a hand-written URL says beyond them is checked again by the config.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf
from pages.ui.controls.choices import one_of, some_of
from pages.ui.language import explain, t

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings away from their defaults, by a name and a label of the catalogues.

    rung   to look at, "" for the one that the page opens on
    opens  a section that is opened with it
    """

    id: str
    label: str
    fields: Mapping[str, Any]
    rung: str = ""
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """How one setting looks. `label` and `help` are English sentences of the catalogues."""

    field: str
    label: str
    help: str = ""
    options: Mapping[Any, str] | None = None
    step: float | int | None = None
    format: str | None = None


def key(kind: type[Config], field: str) -> str:
    """The widget's key, which is also the name in the URL."""
    return f"{kind.playground}_{field}"


def default(kind: type[Config], field: str) -> Any:
    """The setting's default."""
    return getattr(kind(), field)


def draw(kind: type[Config], control: Control) -> Any:
    """The widget for one setting; returns a value that the config still checks."""
    domain, start, name = kind.domain(control.field), default(kind, control.field), key(kind, control.field)
    common: dict[str, Any] = {"key": name, "help": t(control.help) if control.help else None, "bind": "query-params"}
    label = t(control.label)
    if control.options is not None:
        return _choice(label, control.options, start, domain, common)
    match domain:
        case IntRange():
            return whole_number(label, domain, start, step=int(control.step or 1), **common)
        case FloatRange():
            return st.number_input(
                label,
                domain.low,
                domain.high,
                start,
                step=float(control.step or 0.1),
                format=control.format or "%g",
                **common,
            )
        case Choice():
            return _choice(label, {option: option for option in domain.options}, start, domain, common)
        case ListOf(item=FloatRange() | IntRange()):
            text = st.text_input(label, ", ".join(f"{v:g}" for v in start), max_chars=200, **common)
            return numbers(text or "")
    raise TypeError(f"no control for {control.field}")


def whole_number(label: str, domain: IntRange, start: int, **how: Any) -> int:
    """A number input. An infinity in a hand-written URL is left out of the binding: Streamlit 1.67 raises on it."""
    try:
        return int(st.number_input(label, domain.low, domain.high, start, **how))
    except OverflowError:
        how |= {"bind": None, "key": f"{how['key']}_unbound"}  # the first call has taken the key
        return int(st.number_input(label, domain.low, domain.high, start, **how))


def _choice(label: str, options: Mapping[Any, str], start: Any, domain: Any, common: dict[str, Any]) -> Any:
    how = {"key": common["key"], "help": common["help"], "name_of": lambda option: t(options[option])}
    if isinstance(domain, ListOf):
        return some_of(label, list(options), start, **how)
    return one_of(label, list(options), start, **how)


def numbers(text: str) -> tuple[Any, ...]:
    """Numbers out of a comma-separated text; what is none stays text, for the config to refuse."""
    parts = [part for part in text.replace("，", ",").split(",") if part.strip()]
    return tuple(_number(part) for part in parts)


def _number(part: str) -> Any:
    try:
        return float(part)
    except ValueError:
        return part.strip()


def reset(kind: type[Config], fields: Mapping[str, Any]) -> None:
    """Set widgets from a callback: the given fields, every other setting to its default."""
    start = kind()
    for name in start.to_dict():
        st.session_state[key(kind, name)] = held(kind, name, fields.get(name, getattr(start, name)))


def held(kind: type[Config], name: str, value: Any) -> Any:
    """What a setting's widget holds for a value: several numbers as a text, several choices as a list."""
    domain = kind.domain(name)
    if isinstance(domain, ListOf) and not isinstance(domain.item, Choice):
        return ", ".join(f"{item:g}" for item in value)
    return list(value) if isinstance(value, tuple) else value


def made(kind: type[C], values: Mapping[str, Any], label: Callable[[object], str]) -> C | None:
    """The config of these values, or None with the reason shown; `label` names a setting as the page does."""
    try:
        return kind(**values)
    except UserError as error:
        named = {"name": label(error.values["name"])} if "name" in error.values else {}
        st.error(explain(UserError(error.sentence, **error.values | named)))
        return None


def presets(offered: Sequence[Preset], slot: str, on_choice: Callable[[Preset | None], None]) -> None:
    """The presets as pills that can be released."""
    labels = {one.id: t(one.label) for one in offered}
    one_of(
        t("Presets"),
        list(labels),
        None,
        key=slot,
        name_of=labels.__getitem__,
        on_change=lambda: on_choice(preset(offered, slot)),
    )


def preset(offered: Sequence[Preset], slot: str) -> Preset | None:
    """The one chosen last, if any."""
    return next((one for one in offered if one.id == st.session_state.get(slot)), None)
