"""The control of how a learning rate goes on over a run, the same on every page that has it."""

from __future__ import annotations

from pages.ui.controls.controls import Control
from pages.ui.language import N_

DECAYS = {"cosine": N_("falls to 0"), "none": N_("constant")}
DECAY = Control("decay", N_("Learning rate over the run"), options=DECAYS)
