"""What every visit shares: one house without workers for the whole folder."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from altair.utils import schemapi
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
    """Whatever page is drawn here, its charts are held against Vega-Lite's schema: each once, however often it is drawn."""
    checked, check = set[bytes](), schemapi.validate_jsonschema

    def once(spec: Any, schema: Any, rootschema: Any = None, **how: Any) -> Any:
        written = json.dumps((spec, schema, how), sort_keys=True, default=repr).encode()
        seen = hashlib.sha256(written).digest()
        if seen in checked:
            return None
        wrong = check(spec, schema, rootschema, **how)
        if wrong is None:
            checked.add(seen)
        return wrong

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "CHECKED", True)
        patch.setattr(schemapi, "validate_jsonschema", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_workers() -> Iterator[None]:
    """Nothing is trained here: a page stands the same on a server that only shows, and two processes less start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_WORKERS", "0")
        yield
        training.service().close()
