"""A plain file in a few lines of pandas: what reads it in code that is taken away, where that reads it as the page did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

GAPS = ("", "?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "\\n", "<na>")
"""What stands for no number, in small letters."""
WORDLESS = ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "\\n", "<na>")
"""What stands for no word."""


def cells(
    file: Any, separator: str, encoding: str = "utf-8", names: Sequence[str] | None = None, header: bool = True,
    compression: str | None = None, quoting: int = 0, trimmed: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Every cell of a table as a text, `trimmed` of blanks at its ends. `names` are the columns', where the first row does not
    say them; with a `quoting` of 3 quotation marks are part of the text."""
    read = pd.read_csv(
        file, sep=separator, encoding=encoding, header=0 if header else None, names=names, dtype=str, keep_default_na=False,
        engine="python" if len(separator) > 1 else "c", compression=compression, quoting=quoting, index_col=False,
    )  # type: ignore[call-overload]  # fmt: skip
    return read.apply(lambda column: column.str.strip()) if trimmed else read


def whole(column: pd.Series[Any]) -> pd.Series[Any]:
    """Whole numbers."""
    return column.astype("int64")


def number(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers, nan where there is none."""
    return pd.to_numeric(column.mask(column.str.lower().isin(GAPS))).astype("float64")


def word(column: pd.Series[Any]) -> pd.Series[Any]:
    """Words, nan where there is none."""
    return column.mask(column.str.lower().isin(WORDLESS))


def identifier(column: pd.Series[Any]) -> pd.Series[Any]:
    """Names such as ids, nan where there is none."""
    return column.mask(column == "")


def moment(column: pd.Series[Any]) -> pd.Series[Any]:
    """Dates, with or without a clock's time, as ISO 8601 writes them."""
    return _naive(pd.to_datetime(column.mask(column == ""), format="ISO8601", utc=True))


def seconds(column: pd.Series[Any]) -> pd.Series[Any]:
    """Moments as seconds since 1970."""
    return pd.to_datetime(column.astype("int64"), unit="s").astype("datetime64[ns]")


def milliseconds(column: pd.Series[Any]) -> pd.Series[Any]:
    """Moments as milliseconds since 1970."""
    return pd.to_datetime(column.astype("int64"), unit="ms").astype("datetime64[ns]")


def day(column: pd.Series[Any]) -> pd.Series[Any]:
    """Days as 20240501."""
    return pd.to_datetime(column, format="%Y%m%d").astype("datetime64[ns]")


def _naive(moments: pd.Series[Any]) -> pd.Series[Any]:
    return moments.dt.tz_localize(None).astype("datetime64[ns]")
