"""The recommender page, drawn."""

from __future__ import annotations

from pages.recommender.declared import PAGE
from pages.ui.page import draw

draw(PAGE)
