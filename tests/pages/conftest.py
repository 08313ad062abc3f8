"""What every visit shares: one house without workers for the whole folder."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner

from pages.ui.pieces import charts
from pages.ui.run import training


@pytest.fixture(scope="session", autouse=True)
def packages_scanned_once() -> Iterator[None]:
    """Each AppTest looks through all installed packages for components, which takes longer than the page."""
    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def charts_keep_to_the_schema() -> Iterator[None]:
    """Whatever page is drawn here, its charts are held against Vega-Lite's schema."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "CHECKED", True)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_workers() -> Iterator[None]:
    """Nothing is trained here: a page stands the same on a server that only shows, and two processes less start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_WORKERS", "0")
        yield
        training.service().close()
