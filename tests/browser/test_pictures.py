"""The README's pictures are of the app as it is: their navigation is its own."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import ROOT
from tests.browser.pictures import NAVIGATION, PAGES, navigation, picture


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_shows_the_navigation_of_the_app(visit: Page, name: str) -> None:
    with Image.open(picture(name)) as image:
        assert image.info.get(NAVIGATION) == navigation(visit), "the pictures are old: run make pictures"
        assert image.size[0] == 1280 and picture(name).stat().st_size < 400_000


def test_the_readme_shows_them_all() -> None:
    shown = re.findall(r"assets/pictures/([a-z_]+)\.en\.png", (ROOT / "README.md").read_text())
    assert sorted(shown) == sorted(PAGES)
