"""A playground as the house sees it: declared once in pages/<name>/__init__.py, found here."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Playground:
    """name is the folder and the URL path; title, question and rungs are catalogue sentences.

    rungs  (title, what it fixes in the rung below), lowest first
    """

    name: str
    order: int
    title: str
    icon: str
    question: str
    rungs: tuple[tuple[str, str], ...]

    @property
    def page(self) -> str:
        """The playground's page file, relative to app.py: one folder deeper than pages/, which Streamlit's own discovery would run."""
        return f"pages/{self.name}/page.py"

    def warm(self) -> None:
        """Import what the page will need; its own file would draw, so it is left out."""
        package = importlib.import_module(f"pages.{self.name}")
        for module in pkgutil.walk_packages(package.__path__, f"pages.{self.name}."):
            if module.name != f"pages.{self.name}.page":
                importlib.import_module(module.name)


@functools.cache
def playgrounds() -> tuple[Playground, ...]:
    """Every folder of pages/ that declares PLAYGROUND, in order."""
    import pages

    found = []
    for module in pkgutil.iter_modules(pages.__path__):
        if module.ispkg:
            declared = getattr(importlib.import_module(f"pages.{module.name}"), "PLAYGROUND", None)
            if isinstance(declared, Playground):
                found.append(declared)
    return tuple(sorted(found, key=lambda playground: playground.order))
