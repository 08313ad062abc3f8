"""The matching page, drawn."""

from __future__ import annotations

from pages.matching.declared import PAGE
from pages.ui.page import draw

draw(PAGE)
