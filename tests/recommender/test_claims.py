"""What ships: the recorded run and the studies behind the verdicts, and that they rest on this code."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from engine.recommender import RecommenderConfig, train
from engine.recommender.claims import BASE, CLAIMS, DEPTHS, HEADS, SEEDS, STRAIGHT, TIMELESS, cells
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.scene import offered, scene
from engine.recommender.serving.truth import Truth
from engine.recommender.shipped import SHIPPED, packed, recorded, unpacked
from engine.recommender.site.vocabulary import open_site
from engine.runs.recording import Recording
from engine.runs.studies.fingerprint import fingerprints
from engine.runs.studies.verdict import Outcome
from tests.rotation import this_time
from tests.verdicts import each_follows_alone

REFUTED = {"squares_find_more", "depth_2_finds_more", "depth_3_finds_more", "depth_4_finds_more"}
"""What the paper says, and this small site does not show."""
UNDECIDED = {"age_finds_more", "equal_helps_quiet"}
"""What eight seeds do not tell."""
ON_A_FEW_RUNS = {"equal_helps_active"}


def test_the_stored_studies_rest_on_this_code() -> None:
    assert SHIPPED.read_study()[0] == fingerprints(SHIPPED.cells), "the code behind the claims changed: run make claims"
    assert set(SHIPPED.cells) <= set(SHIPPED.read_study()[1]), "the claims changed: run make claims"
    assert len(SEEDS) == 8 and len(set(SHIPPED.cells)) == len(SHIPPED.cells)


def stored(name: str, at: int | None = None, **setting: object) -> np.ndarray:
    """One number per seed, read from the file itself: not by way of `Seeds`."""
    found = {}
    for row in json.loads(SHIPPED.study.read_text())["cells"]:
        for seed in range(8):
            if RecommenderConfig.from_dict(row["config"]) == replace(BASE, seed=seed, **setting):  # type: ignore[arg-type]
                found[seed] = np.array(row["metrics"][name])
    values = np.array([found[seed] for seed in range(8)])
    return values if at is None else values[:, at]


def hits(which: str = "recall", **setting: object) -> np.ndarray:
    return stored(f"{which}.hits", 1, ranking_steps=1, **setting)


def in_words(claim: str) -> np.ndarray:
    """Each claim as its id says it, positive where it is right."""
    if claim.startswith("depth_"):
        n = int(claim.split("_")[1]) - 1
        return hits(tower=DEPTHS[n].tower) - hits(tower=DEPTHS[n - 1].tower)
    return {
        "weighted_earns_minutes": lambda: stored("ranking.first") - stored("ranking.first", weighting="none"),
        "weighted_mispredicts_less": lambda: (
            stored("ranking.mispredicted", weighting="none") - stored("ranking.mispredicted")
        ),
        "weighted_loses_auc": lambda: stored("ranking.auc", weighting="none") - stored("ranking.auc"),
        "age_helps_new_videos": lambda: (
            stored("recall.new", ranking_steps=1) - stored("recall.new", ranking_steps=1, example_age="off")
        ),
        "age_finds_more": lambda: hits() - hits(example_age="off"),
        "squares_find_more": lambda: hits() - hits(bends="off"),
        "random_looks_better": lambda: hits(test="random") - hits(),
        "equal_helps_quiet": lambda: (
            stored("recall.groups", 0, ranking_steps=1) - stored("recall.groups", 0, ranking_steps=1, per_user="all")
        ),
        "equal_helps_active": lambda: (
            stored("recall.groups", 1, ranking_steps=1) - stored("recall.groups", 1, ranking_steps=1, per_user="all")
        ),
        "item2vec_finds_more": lambda: hits() - hits(pretrained="off"),
        "more_negatives_find_more": lambda: hits(negatives=1_000) - hits(negatives=20),
        "correction_finds_more": lambda: hits() - hits(correction="off"),
        "popularity_does_better_with_a_head": lambda: (
            hits("popular", head=HEADS[-1].head) - hits("popular", head=HEADS[0].head)
        ),
        "model_beats_popularity": lambda: hits() - hits("popular"),
    }[claim]()


def test_every_verdict_follows_from_the_stored_numbers() -> None:
    """Recomputed from the file: sign, pairing, interval, both tests and outcome; each claim alone, of so few seeds."""
    each_follows_alone(SHIPPED, in_words, 8)


def test_what_the_page_tells() -> None:
    outcomes = {name: verdict.outcome for name, verdict in SHIPPED.verdicts.items()}
    assert len(outcomes) == len(CLAIMS)
    others = {Outcome.FAILS: REFUTED, Outcome.CANNOT_TELL: UNDECIDED, Outcome.FEW_RUNS: ON_A_FEW_RUNS}
    for outcome, names in others.items():
        assert {name for name, said in outcomes.items() if said == outcome} == names
    assert {name for name, said in outcomes.items() if said == Outcome.HOLDS} == set(outcomes).difference(
        *others.values()
    )


@pytest.mark.slow
def test_one_stored_cell_comes_out_again() -> None:
    """One of the cheapest, trained again, another one in the next commit: within what another CPU moves."""
    config = this_time(cells(*DEPTHS[:3], STRAIGHT, TIMELESS))
    before = SHIPPED.read_study()[1][config]["recall.hits"]
    again = next(itertools.islice((f for f in train(config) if f.step == config.steps), 1)).metrics["recall.hits"]
    np.testing.assert_allclose(again, before, rtol=0, atol=0.03, err_msg=str(config))


def test_the_shipped_run() -> None:
    recording = recorded()
    file = SHIPPED.folder / "million.npz"
    assert (
        recording.config == SHIPPED.recordings["million"]
        and recording.config.videos == 1_000_000
        and file.stat().st_size <= 2_000_000
    )
    kept = [n for n, frame in enumerate(recording.frames) if frame.parameters]
    assert len(kept) == 4 and kept[0] == 0 and kept[-1] == len(recording.frames) - 1
    assert Recording.from_bytes(file.read_bytes(), RecommenderConfig).steps == recording.steps
    hit = [f.metrics["recall.hits"][1] for f in recording.frames if "recall.hits" in f.metrics]
    assert hit[-1] > 5 * hit[0]


def test_the_shipped_run_serves_the_site_of_its_config() -> None:
    recording = recorded()
    site = open_site(recording.config)
    server = server_at(site, recording.frames)
    assert len(server.vectors) == len(site.known), "the world changed: run make recordings"
    truth = Truth(site)
    for user in offered(site):
        found = scene(server, truth, user, float(recording.config.days))
        assert len(found.given.candidates) == 300 and len(found.given.shown) == 20 and found.lost
        assert found.kept[0] > found.kept[1] > found.kept[2] > 0.03


def test_eight_bits_are_near_and_leave_out_what_nobody_reads() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(50, 4)).astype(np.float32)
    held = {"recall.output.weight": table, "recall.watched.weight": table, "recall.layers.0.bias": table[0]}
    there = unpacked(packed(held, np.array([3, 7])))
    assert set(there) == set(held)
    np.testing.assert_allclose(there["recall.output.weight"], table, atol=np.abs(table).max() / 127)
    np.testing.assert_allclose(there["recall.watched.weight"][[3, 7]], table[[3, 7]], atol=np.abs(table).max() / 127)
    assert not np.delete(there["recall.watched.weight"], [3, 7], axis=0).any()
    np.testing.assert_array_equal(there["recall.layers.0.bias"], table[0])
