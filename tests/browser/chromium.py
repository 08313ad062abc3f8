"""Which Chromium the browser tests drive: $CHROMIUM, one on the path, Playwright's own, or one installed now.

python tests/browser/chromium.py     finds or installs one, or fails saying how
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "No browser for the tests. Install one (Debian: apt-get install chromium; elsewhere: "
    ".venv/bin/playwright install chromium), or set CHROMIUM to the path of a Chromium or Chrome."
)


def found() -> str | None:
    """Path of a browser that is here."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Playwright's build, else Debian's package where this is Debian and we may."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts = [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"],
            *attempts,
        ]
    for attempt in attempts:
        subprocess.run(attempt, check=False, stdout=subprocess.DEVNULL, timeout=600)
        if found():
            return


def chromium() -> str:
    """The browser's path. Raises RuntimeError saying how to get one."""
    path = found()
    if path is None:
        raise RuntimeError(HOW)
    return path


if __name__ == "__main__":
    if not found():
        sys.stdout.write("No browser found: installing Chromium for the tests …\n")
        install()
    if not found():
        sys.exit(HOW)
