"""The multitask page, drawn."""

from __future__ import annotations

from pages.multitask.declared import PAGE
from pages.ui.page import draw

draw(PAGE)
