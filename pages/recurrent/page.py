"""The recurrent page, drawn."""

from __future__ import annotations

from pages.recurrent.declared import PAGE
from pages.ui.page import draw

draw(PAGE)
