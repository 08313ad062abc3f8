"""Files of this browser tab: on disk while the tab is open, for the worker to read, and gone with it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

import streamlit as st


@st.cache_resource(
    scope="session", on_release=lambda folder: shutil.rmtree(folder, ignore_errors=True), show_spinner=False
)
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="gatescope-"))


def keep(data: bytes) -> tuple[str, Path]:
    """Content hash and path of an upload."""
    digest = hashlib.sha256(data).hexdigest()
    if not path(digest).exists():
        path(digest).write_bytes(data)
    return digest, path(digest)


def path(digest: str) -> Path:
    """Where an upload of this tab lies, by its content hash."""
    return _folder() / digest
