"""Times of a user's own log, however they are written: seconds since 1970."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from engine.errors import UserError
from engine.recommender.own_log.columns import row_of
from engine.runs.frame import Array

EPOCHS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))
"""A time above … is counted in … of a second since 1970."""
FIRST, LAST = -2_208_988_800.0, 7_258_118_400.0
"""1900 and 2200, in seconds since 1970."""


def times(values: pd.Series[Any], name: str) -> Array:
    """A column of times (N,) as seconds since 1970."""
    moments = moments_of(values)
    row = row_of(~((moments >= FIRST) & (moments <= LAST)))
    if row:
        raise UserError(
            "Column {column} holds no time in row {row}. Write times as 2024-05-01 12:30:00, or as seconds since 1970.",
            column=name[:80], row=row,
        )  # fmt: skip
    return moments


def moments_of(values: pd.Series[Any]) -> Array:
    """(N,) seconds since 1970, nan where there is none: dates, words, 20240501, or a count since 1970."""
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)):
        counted = pd.to_numeric(values, errors="coerce")
        values = _dates(values) if counted.isna().mean() > 0.5 else counted
    if pd.api.types.is_datetime64_any_dtype(values):
        return _seconds(values)
    numbers: Array = np.asarray(values.to_numpy("float64", na_value=np.nan))
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return numbers
    if finite.min() >= 19_000_101 and finite.max() <= 22_001_231 and bool((finite % 1 == 0).all()):
        days = pd.Series(np.where(np.isfinite(numbers), numbers, np.nan)).astype("Int64").astype("string")
        return _seconds(pd.to_datetime(days, format="%Y%m%d", errors="coerce"))
    middle = float(np.sort(finite)[len(finite) // 2])
    return numbers / next(second for least, second in EPOCHS if middle >= least or not least)


def _seconds(dates: pd.Series[Any]) -> Array:
    moments = pd.to_datetime(dates, utc=True).dt.tz_localize(None).astype("datetime64[ms]")
    return np.where(np.asarray(moments.isna()), np.nan, np.asarray(moments).astype("int64") / 1e3)


def _dates(values: pd.Series[Any]) -> pd.Series[Any]:
    """Words as dates: 2024-05-01, 2024/5/1 and 2024年5月1日 with or without a time, else the form of the first."""
    words = values.astype("string").str.strip()
    words = words.str.replace(r"^(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})日?", _padded, regex=True)
    dates = pd.to_datetime(words, errors="coerce", format="ISO8601", utc=True)
    if dates.notna().any() or not words.notna().any():
        return dates
    form = guess_datetime_format(str(words.dropna().iloc[0]))  # without one pandas would guess anew for every row
    return pd.to_datetime(words, errors="coerce", format=form, utc=True) if form else dates


def _padded(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
