"""Config: everything a run depends on, checked at the border.

A config comes from URLs and browsers, which send anything, so every field declares the values it
admits and a config that exists is a valid one.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from engine.errors import UserError


class Domain(Protocol):
    """The values a setting admits. `validate` returns the value in its own type or raises UserError."""

    def validate(self, name: str, value: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class FloatRange:
    """A finite number between `low` and `high`, both included."""

    low: float
    high: float

    def validate(self, name: str, value: Any) -> float:
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not self.low <= number <= self.high:
            raise UserError(
                "{name} must be a number from {low} to {high}.",
                name=name,
                low=f"{self.low:g}",
                high=f"{self.high:g}",
            )
        return number + 0.0  # -0.0 would give an equal config another digest


@dataclass(frozen=True, slots=True)
class IntRange:
    """A whole number between `low` and `high`, both included."""

    low: int
    high: int

    def validate(self, name: str, value: Any) -> int:
        try:
            number = int(value) if not isinstance(value, bool) else None
            exact = number is not None and number == float(value)
        except (TypeError, ValueError, OverflowError):
            number, exact = None, False
        if number is None or not exact or not self.low <= number <= self.high:
            raise UserError(
                "{name} must be a whole number from {low} to {high}.",
                name=name,
                low=self.low,
                high=self.high,
            )
        return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    def validate(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise UserError("{name} must be one of {options}.", name=name, options=", ".join(self.options))
        return value


@dataclass(frozen=True, slots=True)
class Text:
    """Up to `longest` characters: the name of a column, say."""

    longest: int

    def validate(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.longest:
            raise UserError("{name} must be a text of at most {longest} characters.", name=name, longest=self.longest)
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A short sequence, each item admitted by `item`. `distinct` forbids repeats."""

    item: FloatRange | IntRange | Choice | Text
    least: int
    most: int
    distinct: bool = False

    def validate(self, name: str, value: Any) -> tuple[Any, ...]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = (value,)  # one stands for a list of one
        if not isinstance(value, (list, tuple)) or not self.least <= len(value) <= self.most:
            raise UserError(
                "{name} must be a list of {least} to {most} values.",
                name=name,
                least=self.least,
                most=self.most,
            )
        items = tuple(self.item.validate(name, item) for item in value)
        if self.distinct and len(set(items)) < len(items):
            raise UserError("{name} must not name the same thing twice.", name=name)
        return items


def setting(default: Any, domain: Domain) -> Any:
    """A dataclass field with its default and the values it admits."""
    return dataclasses.field(default=default, metadata={"domain": domain})


@dataclass(frozen=True, slots=True)
class Config:
    """Base of every playground's config: frozen, hashable, to and from JSON.

    A subclass declares its fields with `setting` and may check combinations in `check`.
    Raises UserError on any value outside its domain.
    """

    playground: ClassVar[str] = ""
    ladder: ClassVar[str] = ""
    """The setting that lists the rungs to train; "" where there is no choice."""
    older: ClassVar[Mapping[str, Any]] = {}
    """What settings that were added later stood at before: in a config that has all the others, and not them."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Names that settings had before → what they are called now: in recordings, studies and links the old ones still count."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            domain: Domain = field.metadata["domain"]
            object.__setattr__(self, field.name, domain.validate(field.name, getattr(self, field.name)))
        self.check()

    def check(self) -> None:
        """Combinations of fields that cannot be: raise UserError."""

    @property
    def rungs(self) -> tuple[str, ...]:
        """The rungs that it trains."""
        return tuple(getattr(self, self.ladder)) if self.ladder else ()

    @property
    def every_rung(self) -> tuple[str, ...]:
        """All rungs that it may train, lowest first: what its `ladder` admits, which no stored result rests on."""
        domain = self.domain(self.ladder) if self.ladder else None
        return domain.item.options if isinstance(domain, ListOf) and isinstance(domain.item, Choice) else ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values by field name."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """Canonical JSON: equal configs give equal text."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config with these values; fields left out take their defaults, and an old name gives way to the one of now."""
        values = {cls.renamed[name]: value for name, value in values.items() if name in cls.renamed} | {
            name: value for name, value in values.items() if name not in cls.renamed
        }
        known = {field.name for field in dataclasses.fields(cls)}
        for name in values:
            if name not in known:
                raise UserError("{name} is not a setting of this playground.", name=str(name)[:40])
        if known - values.keys() <= cls.older.keys():
            values = {**cls.older, **values}
        return cls(**values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The config written by `to_json`. Raises UserError on anything else."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise UserError("The settings could not be read: expected a JSON object.")
        return cls.from_dict(values)

    @property
    def digest(self) -> str:
        """Content hash: 16 hex digits of SHA-256 over the playground's name and the JSON."""
        return _digest(self)

    @classmethod
    def domain(cls, name: str) -> Domain:
        """The values that a field admits."""
        return next(f.metadata["domain"] for f in dataclasses.fields(cls) if f.name == name)

    def differences(self, other: Config) -> dict[str, tuple[Any, Any]]:
        """Fields in which two configs differ: name → (self's value, other's value)."""
        mine, theirs = self.to_dict(), other.to_dict()
        return {name: (mine[name], theirs.get(name)) for name in mine if mine[name] != theirs.get(name)}


@functools.lru_cache(maxsize=512)
def _digest(config: Config) -> str:
    """Kept: a page asks for its config's at every turn. Configs that are equal have equal JSON."""
    return hashlib.sha256(f"{config.playground}:{config.to_json()}".encode()).hexdigest()[:16]
