"""Component: JavaScript and CSS of our own as a component whose code the browser fetches once.

Given inline, Streamlit sends the code along with every change of the component's data: two hundred kilobytes, four times a
second while something trains. Its way around is a package with a manifest; we have no package, so the manifest is said here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from pages.ui.run.scratch import scratch


def component(name: str, *, js: str, css: str) -> Callable[..., Any]:
    """The component `package.name`, to be mounted. Without a server, as in tests of a page, its code is inline."""
    if not runtime.exists():
        return st.components.v2.component(name.replace(".", "_"), js=js, css=css)
    package, _, part = name.partition(".")
    folder = scratch().folder / "components" / part
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for kind, code in (("js", js), ("css", css)):
        digest = hashlib.sha256(code.encode()).hexdigest()[
            :12
        ]  # another code, another address: no cache serves the old
        files[kind] = f"{part}-{digest}.{kind}"
        (folder / files[kind]).write_text(code, encoding="utf-8")
    manifest = ComponentManifest(package, "1", [ComponentConfig(part, ".")])

    def declared() -> None:
        manager = get_bidi_component_manager()
        if manager.get_component_asset_root(name) is None:  # another server in this process, as tests have them
            manager.register_from_manifest(manifest, folder)

    declared()
    made = st.components.v2.component(name, js=files["js"], css=files["css"])

    def mount(**how: Any) -> Any:
        declared()
        return made(**how)

    return mount
