"""Numbers are written one way."""

from __future__ import annotations

import pytest

from pages.ui.numbers import number, percent, signed


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(-0.4126, 3), "−0.413"), (number(-0.0004, 3), "0.000"), (number(1.5, 2), "1.50"),
        (signed(0.4126, 3), "+0.413"), (signed(-0.4126, 3), "−0.413"), (signed(-0.0001, 3), "+0.000"),
        (percent(0.204), "20%"), (percent(1.0), "100%"),
    ],
)  # fmt: skip
def test_as_both_languages_write_them(written: str, expected: str) -> None:
    assert written == expected
