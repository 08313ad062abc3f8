"""Models of a viewer's own file leave as the recorded ones do."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.matching.config import PairsConfig
from engine.matching.opened.opened import Opened as Towers
from engine.matching.own_pairs.pairs import log_in, train_pairs
from engine.matching.training import Library
from engine.recommender import OwnLogConfig
from engine.recommender.own_log.log import read_log
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import site_of_log, train_own
from engine.recommender.serving.opened import Opened as Funnel
from engine.recommender.serving.restore import server_at
from engine.recurrent.config import TextConfig
from engine.recurrent.opened import Opened as Readers
from engine.recurrent.own_text.text import read, text_config
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.playground import engines
from engine.runs.recording import Recording
from engine.taken.onnx import onnx
from engine.taken.weights import Origin, load, weights

Own = tuple[Config, tuple[Frame, ...], Any]


def text() -> Own:
    words = "长短期记忆网络读一个字，记一个字。The quick brown fox jumps over the lazy dog.\n" * 80
    config = text_config(words, "", TextConfig(steps=3, frames=2, hidden=8, batch_size=8))
    frames = tuple(read(config, words.encode()))
    return config, frames, Readers(config, frames[-1])


def pairs() -> Own:
    data = "".join(f"query {n} flight\tdocument {n} about a flight to town {n % 7}\n" for n in range(60)).encode()
    config = PairsConfig(steps=3, frames=2, dimensions=512, hidden=12, filters=8, semantic=6, units=6, embedding=5, towers="separate", pooling="unmasked", longest=40)  # fmt: skip
    frames = tuple(train_pairs(config, data))
    return config, frames, Towers(config, frames[-1], Library(config, log_in(data)).lexicon)


def log() -> Own:
    data = sample_log()
    config = OwnLogConfig(dimensions=8, tower=(16,), layers=(8,), steps=4, ranking_steps=4, frames=2, batch_size=64)
    frames = tuple(train_own(config, data))
    return config, frames, Funnel(server_at(site_of_log(config, read_log(data)), frames))


pytestmark = pytest.mark.slow
MADE: dict[str, Callable[[], Own]] = {"recurrent": text, "matching": pairs, "recommender": log}
made = cache(lambda name: MADE[name]())
RUNGS = [(name, rung) for name in MADE for rung in engines()[name].ladder if rung in (made(name)[0].rungs or (rung,))]


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_the_model_of_an_own_file_comes_back_and_is_served(name: str, rung: str) -> None:
    config, frames, opened = made(name)
    own = engines()[name].leaving.carry(opened, rung)
    origin = Origin(name, config, rung, frames[-1].step, Recording(config, frames).digest)
    back = load(weights(own, origin))
    assert back.origin == origin and type(back.origin.config) is type(config)
    pairs = zip(back.module.parameters(), own.module.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert onnx(own, origin)  # held against torch on the way


def test_names_of_the_file_go_along() -> None:
    """The characters of a text, and the items of a log in the order of the vectors' rows."""
    config, _, readers = made("recurrent")
    notes = engines()["recurrent"].leaving.carry(readers, config.rungs[0]).notes
    assert "".join(json.loads(notes["vocabulary"])) == config.to_dict()["alphabet"] and "忆" in notes["vocabulary"]
    funnel = made("recommender")[2]
    carried = engines()["recommender"].leaving.carry(funnel, "recall")
    site = funnel.server.site
    assert json.loads(carried.notes["videos"]) == [site.world.titles[n] for n in site.known]
    assert len(json.loads(carried.notes["videos"])) == len(next(iter(carried.module.parameters())))


def test_ranking_that_was_not_trained_is_told() -> None:
    config, frames, _ = made("recommender")
    data = sample_log()
    first = [frame for frame in frames if not any(key.startswith("ranking") for key in frame.parameters)]
    site = site_of_log(config, read_log(data))  # type: ignore[arg-type]
    with pytest.raises(UserError, match="not trained yet"):
        engines()["recommender"].leaving.carry(Funnel(server_at(site, first)), "rank")
    assert np.isfinite(site.known).all()
