"""The code of a run on own pairs, run by itself with one file and with two, prints the run's numbers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from engine.matching.config import MatchingConfig, PairsConfig
from engine.matching.own_pairs.files import together
from engine.matching.own_pairs.pairs import train_pairs
from engine.matching.taken.code import code as of_pairs
from engine.taken.code import code
from tests.test_taken_code import agree, checked, origin, run

SMALL = PairsConfig(steps=4, frames=2, batch_size=8, dimensions=512, hidden=10, filters=12, semantic=8, embedding=6, units=7, runs=2, resamples=50)  # fmt: skip


def lines(word: str) -> bytes:
    return "".join(f"{word} one {n} of {n % 5}\ttext two {n} of {n % 3}\t{n % 2}\n" for n in range(60)).encode()


@pytest.mark.slow
@pytest.mark.parametrize("second", [False, True])
def test_it_prints_what_the_run_found(second: bool, tmp_path: Path) -> None:
    first, other = lines("text"), lines("new")
    data = together(first, other) if second else first
    config = replace(SMALL, table=hashlib.sha256(data).hexdigest())
    (tmp_path / "first.tsv").write_bytes(first)
    (tmp_path / "second.tsv").write_bytes(other)
    files = ("first.tsv", "second.tsv")[: 1 + second]
    made = tuple(train_pairs(replace(config, models=("clsm",)), data))
    for known in (data, None):
        written = code(origin("matching", config, "clsm"), known)
        checked(written)
        assert ("def pairs_of" in written) == (known is not None)
        said = run(tmp_path, written, *files)
        agree(said, made, {"clsm.pairs", "clsm.rate", "clsm.mrr", "bm25.pairs", "trigrams.pairs"})
    whole = list(train_pairs(config, data))[-1].metrics["clsm.pairs"]
    assert " ".join(f"{number:.4g}" for number in whole.ravel()) in said  # the other models change nothing


def test_other_runs_have_the_code_of_any_run() -> None:
    assert of_pairs(MatchingConfig(), "dssm", "") == ""
