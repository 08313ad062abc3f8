"""The code that is taken away trains the model again: run by itself, it prints the numbers of the run."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.multitask import MultitaskConfig, TableConfig, compare
from engine.multitask.own_data.sample import sample_table
from engine.recommender import OwnLogConfig
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import train_own
from engine.recurrent.config import TextConfig
from engine.recurrent.own_text.text import read, text_config
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.playground import engines
from engine.taken.code import code
from engine.taken.weights import Origin
from tests.test_engines import frames, small

pytestmark = pytest.mark.slow
LINE = re.compile(r"^(\w+\.\w+)((?: \S+)+)$", re.MULTILINE)


ALONE = """
import runpy, sys
sys.modules["engine"] = None  # an import of it fails
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(folder: Path, written: str, *arguments: str) -> str:
    """What a file prints where nothing of this project can be imported."""
    assert "import engine" not in written and "from engine" not in written
    (folder / "taken.py").write_text(written, encoding="utf-8")
    asked = [sys.executable, "-W", "error::UserWarning", "-c", ALONE, "taken.py", *arguments]
    done = subprocess.run(asked, cwd=folder, env={**os.environ, "PYTHONPATH": ""}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def checked(written: str) -> None:
    """It imports what it needs, once, and names nothing that is not there."""
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "E,F,I",
        "--ignore",
        "E501",
        "--line-length",
        "130",
        "-",
    ]
    said = subprocess.run(ruff, input=written, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout


def numbers(said: str) -> dict[str, list[float]]:
    return {name: [float(number) for number in rest.split()] for name, rest in LINE.findall(said)}


def agree(said: str, made: tuple[Frame, ...], wanted: set[str]) -> None:
    """Every number that was printed is the run's, to its four digits; those that are wanted are among them."""
    last = {name: array for frame in made for name, array in frame.metrics.items()}
    found = numbers(said)
    assert wanted <= set(found)
    for name, printed in found.items():
        rounded = [float(f"{number:.4g}") for number in np.ravel(last[name])]
        np.testing.assert_allclose(printed, rounded, rtol=2e-4, atol=1e-6, err_msg=name)


def test_it_splits_and_weighs_a_table_as_the_run_did_and_takes_a_second_file(tmp_path: Path) -> None:
    from engine.tables.beside import joined
    from tests.multitask.test_protocol import CONFIG, csv, table

    first, second = csv(table()[:1_000]), csv(table()[1_000:])
    (tmp_path / "own.csv").write_bytes(first)
    (tmp_path / "test.csv").write_bytes(second)
    roles = {"group": "user", "weight": "weight", "scores": ("score", ""), "positive_weights": (2.0, 1.0)}
    config = replace(CONFIG, epochs=2, runs=3, learning_rate=(0.003, 0.01), **roles)
    for split, data, names in (
        ("second file", joined(first, second), ("own.csv", "test.csv")), ("time", first, ("own.csv",)),
    ):  # fmt: skip
        one = replace(config, split=split, time="day")
        written = code(origin("multitask", one, "mmoe"), data)
        assert "pd.read_csv" in written and "def read_both" not in written
        said = run(tmp_path, written, *names)
        agree(
            said,
            tuple(compare(one, data)),
            {"mmoe.error", "mmoe.log_loss", "mmoe.gauc", "mmoe.rate", "mmoe.epochs", "linear.error", "trees.log_loss"},
        )


def origin(playground: str, config: Config, rung: str) -> Origin:
    return Origin(playground, config, rung, 0, "0123456789abcdef")


WANTED = {
    "recurrent": ("peephole", {"peephole.accuracy", "peephole.test_loss"}),
    "matching": ("clsm", {"clsm.ndcg", "clsm.mrr"}),
    "recommender": ("rank", {"ranking.auc", "ranking.loss"}),
}


@pytest.mark.parametrize("name", WANTED)
def test_it_prints_what_the_run_found(name: str, tmp_path: Path) -> None:
    rung, wanted = WANTED[name]
    agree(run(tmp_path, code(origin(name, small(name), rung))), frames(name), wanted)


def test_it_reads_the_same_text(tmp_path: Path) -> None:
    data = ("长短期记忆网络读一个字，记一个字。The quick brown fox.\n" * 120).encode()
    config = text_config(data.decode(), "", TextConfig(steps=3, frames=2, hidden=8, batch_size=8))
    (tmp_path / "own.txt").write_bytes(data)
    rung = config.rungs[-1]
    said = run(tmp_path, code(origin("recurrent", config, rung)), "own.txt")
    agree(
        said,
        tuple(read(config, data)),
        {f"{rung}.test_loss", f"{rung}.stopped", "counting.3", "counting.4", "counting.5"},
    )


def test_it_reads_the_same_table_and_refuses_another(tmp_path: Path) -> None:
    data, other = (sample_table(600, seed).to_csv(index=False).encode() for seed in (0, 1))
    config = TableConfig(
        table=hashlib.sha256(data).hexdigest(), labels=("click", "watch_time"), features=("feature_1", "feature_2", "device"),
        structures=("shared_bottom", "mmoe"), runs=3, epochs=2, resamples=50,
    )  # fmt: skip
    (tmp_path / "own.csv").write_bytes(data)
    (tmp_path / "other.csv").write_bytes(other)
    made = tuple(compare(config, data))
    for known in (data, None):
        written = code(origin("multitask", config, "mmoe"), known)
        checked(written)
        agree(
            run(tmp_path, written, "own.csv"),
            made,
            {"mmoe.error", "mmoe.gates", "mmoe.rate", "linear.error", "trees.error"},
        )
        with pytest.raises(AssertionError, match="not the one that these settings were made for"):
            run(tmp_path, written, "other.csv")
    assert len(code(origin("multitask", config, "mmoe"), data).splitlines()) < 0.5 * len(written.splitlines())


@pytest.mark.parametrize("rung", engines()["multitask"].ladder)
def test_a_structure_needs_no_part_of_this_project(rung: str, tmp_path: Path) -> None:
    """Plain torch: three tasks, two of which are of one kind, several seeds, fixed rows, and all the settings that change
    the model."""
    config = MultitaskConfig(
        steps=40, frames=3, runs=3, test_rows=300, tasks=("regression", "binary", "regression"), rows=600, correlation=-0.2,
        shared_units=9, input_dim=20, noise=0.3, structures=tuple(engines()["multitask"].ladder), batch_size=32,
    )  # fmt: skip
    written = code(origin("multitask", config, rung))
    assert len(written.splitlines()) < 450
    checked(written)
    said = run(tmp_path, written)
    wanted = {f"{rung}.test_loss"} | ({f"{rung}.gates"} if engines()["multitask"].ladder[rung].model.gated else set())
    agree(said, tuple(engines()["multitask"].works["train"].run(config, None)), wanted)


def test_the_recorded_run_is_trained_again(tmp_path: Path) -> None:
    """Fresh rows at every step, as the stage opens, cut short; and other weights at the start."""
    config = replace(MultitaskConfig(), steps=30, frames=2, runs=2, initialisation="constant", structures=("mmoe",))
    said = run(tmp_path, code(origin("multitask", config, "mmoe")))
    agree(said, tuple(engines()["multitask"].works["train"].run(config, None)), {"mmoe.test_loss", "mmoe.gates"})


def test_where_gates_drop_out_the_whole_loop_is_written_down(tmp_path: Path) -> None:
    config = MultitaskConfig(steps=5, frames=2, runs=2, test_rows=200, gate_dropout=0.3, structures=("mmoe",))
    written = code(origin("multitask", config, "mmoe"))
    agree(run(tmp_path, written), tuple(engines()["multitask"].works["train"].run(config, None)), {"mmoe.test_loss"})


def test_another_seed_prints_other_numbers(tmp_path: Path) -> None:
    """The comparison above can fail."""
    rung, wanted = WANTED["recurrent"]
    said = run(tmp_path, code(origin("recurrent", replace(small("recurrent"), seed=7), rung)))  # type: ignore[call-arg]
    with pytest.raises(AssertionError):
        agree(said, frames("recurrent"), wanted)


@pytest.mark.parametrize("name", engines())
def test_it_is_python_that_can_be_read(name: str) -> None:
    for rung in engines()[name].ladder:
        written = code(origin(name, small(name), rung))
        compile(written, "taken.py", "exec")
        checked(written)
        long = [line for line in written.splitlines() if len(line) > 130 and " " not in line.strip().partition('"')[2]]
        assert not long and rung in written  # but for sentences


def test_it_reads_the_same_log_and_trains_until_hits_stop_rising(tmp_path: Path) -> None:
    """Recall from one moment on, by validation, beside lists of another system; ranking as it is."""
    from engine.tables.beside import joined

    data = sample_log()
    config = OwnLogConfig(
        dimensions=8, tower=(16,), layers=(8,), steps=12, ranking_steps=12, frames=3, batch_size=64, asked="moment",
        stop="validation", table=hashlib.sha256(joined(data, LISTS)).hexdigest(),
    )  # fmt: skip
    (tmp_path / "log.csv").write_bytes(data)
    (tmp_path / "lists.csv").write_bytes(LISTS)
    made, whole = tuple(train_own(config, joined(data, LISTS))), joined(data, LISTS)
    written = code(origin("recommender", config, "recall"), whole)
    checked(written)
    assert "def events_of" in written and "def read_file" not in written
    wanted = {"recall.hits", "recall.at", "recall.ndcg", "recall.stopped", "recall.validation"}
    wanted |= {f"{name}.{what}" for name in ("popular", "recent", "knn", "ease", "als") for what in ("at", "ndcg")}
    agree(run(tmp_path, written, "log.csv", "lists.csv"), made, wanted)
    alone = replace(config, table="", asked="last", stop="steps")
    made = tuple(train_own(alone, data))
    for known in (data, None):
        written = code(origin("recommender", alone, "rank"), known)
        checked(written)
        assert ("def events_of" in written) == (known is not None)
        agree(run(tmp_path, written, "log.csv"), made, {"ranking.auc", "ranking.loss", "popular.auc", "knn.auc"})


LISTS = b"user_id,item_id,rank\n1,5,1\n1,6,2\n2,7,1\n"
