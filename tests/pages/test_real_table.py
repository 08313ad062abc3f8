"""Open data on the multitask page: whose it is, and what each task gains over a network of its own."""

from __future__ import annotations

import numpy as np

from engine.multitask.own_data.published import TABLES, read
from pages.multitask import real_table
from tests.pages.test_multitask import opened


def test_the_page_names_whose_the_data_is_and_what_each_task_gains() -> None:
    at = opened(multitask_open_real_table="true")
    assert not at.exception
    said = " ".join(caption.value for caption in at.caption)
    for name, table in TABLES.items():
        found = read(name)
        assert found is not None and table.source in said and found.data[:12] in said
        gained = real_table._gained(found, "ple")
        error = found.metrics["single_task.error"] - found.metrics["ple.error"]
        assert gained.shape == (found.config.runs, 2) and np.array_equal(gained, error)
