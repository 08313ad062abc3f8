"""`make bench`: every claim about speed, side by side in one run. Names of modules run those alone."""

from __future__ import annotations

import importlib
import sys

ALL = (
    "throughput", "cells", "convolution", "recommendation", "serving", "training", "cluster", "big_log", "real_logs", "own_files",
    "browser", "rerun", "load",
)  # fmt: skip

for name in sys.argv[1:] or ALL:
    importlib.import_module(f"benchmarks.{name}").run()
