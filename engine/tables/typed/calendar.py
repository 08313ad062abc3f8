"""Written dates and clock times taken apart, and put together as nanoseconds since 1970. All rows at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.runs.frame import Array

SECOND, DAY = 10**9, 86_400 * 10**9
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
CLOCK = (
    r"(?:[t\s,]*(?P<half>上午|下午|早上|晚上|凌晨|中午)?\s*(?P<h>\d{1,2})(?:[:时點点](?P<mi>\d{1,2})(?:[:分](?P<s>\d{1,2})秒?(?:[.,](?P<f>\d{1,9})\d*)?)?)?分?"
    r"\s*(?P<ap>[ap]\.?m\.?)?\s*(?P<z>z|utc|gmt|utc\s*[+-]\d{1,2}(?::?\d{2})?|gmt\s*[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}(?::?\d{2})?(?:\s+[a-z]{3,4})?)?)?"
)
NAME = r"(?P<n>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
FORMS = (
    r"^(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + CLOCK + "$",
    r"^(?P<a>\d{1,2})(?P<mark>[-/. ])(?P<b>\d{1,2})(?:[-/.]|,?\s)(?P<y>\d{4}|\d{2})" + CLOCK + "$",
    r"^" + WEEKDAY + r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s\-]+" + NAME + r"[\s\-,]+(?P<y>\d{4}|\d{2})" + CLOCK + "$",
    r"^" + WEEKDAY + NAME + r"[\s\-]+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + CLOCK + "$",
    r"^" + WEEKDAY + NAME + r"\s+(?P<d>\d{1,2})\s+(?P<h>\d{1,2}):(?P<mi>\d{2}):(?P<s>\d{2})\s+(?P<z>[a-z]{3}|[+-]\d{4})?\s*(?P<y>\d{4})$",
    r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})[t\s](?P<h>\d{2}):?(?P<mi>\d{2}):?(?P<s>\d{2})?(?:[.,](?P<f>\d{1,9}))?\s*(?P<z>z|[+-]\d{2}:?\d{2})?$",
)  # fmt: skip
"""As RE2 reads them, in small letters: ISO and Chinese; two numbers in either order; months by name; C's ctime; compact ISO."""


@dataclass(slots=True, eq=False)
class Parts:
    """M different texts taken apart: year, month, day, … (M,) and whether each is a date at all.

    a, b       the two numbers of a date whose order is open (`swapped`); `pointed`: a point stands between most of them
    whole, fraction   of counts: whole units, and the fraction in 10⁻⁹ of one; `digits` their number
    """

    right: Array
    y: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    m: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    d: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    clock: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    a: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    b: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    swapped: Array = field(default_factory=lambda: np.zeros(0, bool))
    pointed: bool = False
    whole: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    fraction: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    digits: Array = field(default_factory=lambda: np.zeros(0, np.int64))


def in_digits(different: pa.Array) -> Parts:
    """Counts: digits, with a fraction or an exponent."""
    found = pc.extract_regex(different, r"^(?P<w>[+-]?\d{1,19})(?:\.(?P<f>\d*))?$")
    right = np.asarray(pc.is_valid(found))
    whole, fraction, digits = (np.zeros(len(right), np.int64) for _ in range(3))
    if right.any():
        there = found.filter(pa.array(right))
        text = pc.utf8_ltrim(pc.struct_field(there, "w"), "+")
        whole[right], ok = _integers(text)
        right[np.flatnonzero(right)[~ok]] = False
        there, text = there.filter(pa.array(ok)), text.filter(pa.array(ok))
        fraction[right] = _nanos(pc.struct_field(there, "f"))
        digits[right] = np.asarray(pc.utf8_length(text))
    powers = np.asarray(pc.match_substring_regex(different, r"^\d+(?:\.\d*)?[eE]\+?\d{1,2}$"))
    if powers.any():  # 1.7e9, as a spreadsheet shortens it
        values = np.array([float(one) for one in different.filter(pa.array(powers)).to_pylist()])
        fits = values < 2**62
        places = np.flatnonzero(powers)[fits]
        whole[places] = np.floor(values[fits]).astype(np.int64)
        fraction[places] = ((values[fits] - np.floor(values[fits])) * 1e9).astype(np.int64)
        right[places] = True
    return Parts(right, whole=whole, fraction=fraction, digits=digits)


def _integers(text: pa.Array) -> tuple[Array, Array]:
    """(K,) whole numbers and which of them fit into 64 bits."""
    fits = np.asarray(pc.less_equal(pc.utf8_length(text), 18))
    try:
        return np.asarray(text.cast(pa.int64())), np.ones(len(text), bool)
    except pa.ArrowInvalid:
        values = np.zeros(len(text), np.int64)
        values[fits] = np.asarray(text.filter(pa.array(fits)).cast(pa.int64()))
        return values, fits


def _nanos(text: pa.Array) -> Array:
    """Digits behind a point as 10⁻⁹, the rest cut off."""
    filled = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(text, ""), 9, "0"), 0, 9)
    return np.asarray(filled.cast(pa.int64()))


def seen_as(counted: Parts, form: str) -> tuple[Array, Array]:
    """Digits such as 20240501 as a moment, and which of them are one: y and 2 a year of four or two digits, then m, d, h, m, s."""
    left, parts = counted.whole.copy(), {}
    width = 2 * len(form) + (2 if form[0] == "y" else 0)
    for place in range(len(form) - 1, 0, -1):
        parts[place] = left % 100
        left = left // 100
    year = left if form[0] == "y" else np.where(left < 70, 2_000, 1_900) + left
    zeros = np.zeros(len(left), np.int64)
    month, day, hour, minute, second = (parts.get(n, zeros) for n in range(1, 6))
    right = counted.right & (counted.digits == width) & (counted.fraction == 0) & _is_day(year, month, day)
    right &= (hour < 24) & (minute < 60) & (second < 61)
    return _days(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * SECOND, right


def parts_of(different: pa.Array) -> Parts:
    """Texts in the first of `FORMS` that fits each."""
    text = pc.utf8_lower(different)
    count = len(text)
    year, month, day, clock, a, b = (np.zeros(count, np.int64) for _ in range(6))
    found = Parts(np.zeros(count, bool), year, month, day, clock, a, b, np.zeros(count, bool))
    pointed = 0
    for form in FORMS:
        left = np.flatnonzero(~found.right)
        if not len(left):
            break
        taken = pc.extract_regex(text.take(pa.array(left)), form)
        there = np.asarray(pc.is_valid(taken))
        if there.any():
            pointed += _take(found, left[there], taken.filter(pa.array(there)))
    found.pointed = pointed > 0.5 * max(int(found.swapped.sum()), 1)
    return found


def _take(found: Parts, rows: Array, taken: pa.Array) -> int:
    """Put the pieces of some texts into their places; how many have a point between two numbers."""
    names = {field.name for field in taken.type}

    def piece(name: str) -> Array:
        if name not in names:
            return np.zeros(len(rows), np.int64)
        text = pc.struct_field(taken, name)
        return np.asarray(pc.if_else(pc.equal(text, ""), "0", text).cast(pa.int64()))

    year = piece("y")
    short = np.asarray(pc.less_equal(pc.utf8_length(pc.struct_field(taken, "y")), 2))
    found.y[rows] = np.where(short, np.where(year < 70, 2_000, 1_900) + year, year)
    found.m[rows], found.d[rows] = piece("m"), piece("d")
    if "n" in names:
        found.m[rows] = np.asarray(pc.index_in(pc.struct_field(taken, "n"), value_set=pa.array(MONTHS))) + 1
    found.a[rows], found.b[rows], found.swapped[rows] = piece("a"), piece("b"), "a" in names
    found.clock[rows], good = _clock(piece("h"), piece("mi"), piece("s"), taken, names)
    found.right[rows] = good
    found.swapped[rows] &= good
    return int(pc.sum(pc.equal(pc.struct_field(taken, "mark"), ".")).as_py() or 0) if "mark" in names else 0


def _clock(hour: Array, minute: Array, second: Array, taken: pa.Array, names: set[str]) -> tuple[Array, Array]:
    """Nanoseconds behind midnight of UTC, and which are a clock's."""

    def words(name: str) -> pa.Array:
        return pc.struct_field(taken, name) if name in names else pa.array([""] * len(hour), pa.string())

    late = np.asarray(
        pc.or_(pc.starts_with(words("ap"), "p"), pc.is_in(words("half"), value_set=pa.array(["下午", "晚上", "中午"])))
    )
    early = np.asarray(
        pc.or_(pc.starts_with(words("ap"), "a"), pc.is_in(words("half"), value_set=pa.array(["上午", "早上", "凌晨"])))
    )
    right = (hour < 25) & (minute < 60) & (second < 61) & ~((hour == 24) & (minute + second > 0))
    hour = np.where(late & (hour < 12), hour + 12, np.where(early & (hour == 12), 0, hour))
    nanos = ((hour * 60 + minute) * 60 + second) * SECOND
    if "f" in names:
        nanos = nanos + _nanos(words("f"))
    zone = pc.extract_regex(words("z"), r"^(?:utc|gmt)?\s*(?P<sign>[+-])(?P<h>\d{1,2}):?(?P<m>\d{2})?(?:\s+[a-z]+)?$")
    there = np.asarray(pc.is_valid(zone))
    if there.any():
        given = zone.filter(pa.array(there))
        size = 60 * np.asarray(pc.struct_field(given, "h").cast(pa.int64()))
        minutes = pc.struct_field(given, "m")
        size = size + np.asarray(pc.if_else(pc.equal(minutes, ""), "0", minutes).cast(pa.int64()))
        sign = np.where(np.asarray(pc.equal(pc.struct_field(given, "sign"), "-")), -1, 1)
        nanos[there] -= sign * size * 60 * SECOND
    return nanos, right


def nanoseconds(found: Parts, day_first: bool) -> tuple[Array, Array]:
    """Moments (M,) of texts taken apart, and which are one, given the order of day and month."""
    day = np.where(found.swapped, found.a if day_first else found.b, found.d)
    month = np.where(found.swapped, found.b if day_first else found.a, found.m)
    right = found.right & _is_day(found.y, month, day)
    return np.where(right, _days(found.y, month, day) * DAY + found.clock, 0), right


def _is_day(year: Array, month: Array, day: Array) -> Array:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    known = (month >= 1) & (month <= 12) & (year >= 1_678) & (year <= 2_261)  # what 64 bits of nanoseconds hold
    last = lengths[np.where(known, month, 0)] + (leap & (month == 2))
    return known & (day >= 1) & (day <= last)


def _days(year: Array, month: Array, day: Array) -> Array:
    """Days since 1 January 1970 in the Gregorian calendar."""
    safe = (year >= 1_678) & (year <= 2_261) & (month >= 1) & (month <= 12)
    year, month, day = (np.where(safe, part, start) for part, start in ((year, 1970), (month, 1), (day, 1)))
    months = (year - 1970) * 12 + month - 1
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)) + day - 1
