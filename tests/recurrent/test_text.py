"""A user's own text: read, refused in words, learnt, and looked at like any other sequence."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.recurrent import TextConfig, read
from engine.recurrent.config import CELLS
from engine.recurrent.gradients import belt, connectivity
from engine.recurrent.opened import Opened
from engine.recurrent.own_text.text import OTHER, decode, encode, text_config
from engine.recurrent.probe import probe
from engine.recurrent.tasks import Characters, task_of
from engine.recurrent.view import distances, views
from engine.runs.playground import Address

TEXT = "the cat sat on the mat, the dog lay by the log.\n" * 100
SMALL = TextConfig(distance=12, steps=40, frames=3, hidden=12, embedding=6, batch_size=16)


def test_an_alphabet_is_what_is_frequent() -> None:
    text = "".join(chr(0x4E00 + n) * 3 for n in range(500)) + "ab" * 900
    config = text_config(text, "")
    assert len(config.alphabet) == 401 and config.alphabet[-1] == OTHER and "a" in config.alphabet
    ids = encode(text, config.alphabet)
    assert int(ids.max()) == 400 and int((ids == 400).sum()) == 3 * (500 - 398)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"short", "A text needs"), (b"\xff\x81" * 4_000, "not UTF-8"), (b"a" * 40_000_000, "at most")],
)
def test_what_cannot_be_read_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UserError) as caught:
        decode(data)
    assert said in caught.value.sentence


def test_one_character_is_no_text() -> None:
    with pytest.raises(UserError):
        text_config("a" * 5_000, "")


def test_another_file_is_refused() -> None:
    config = text_config(TEXT, hashlib.sha256(TEXT.encode()).hexdigest(), SMALL)
    with pytest.raises(UserError, match="not the one"):
        next(iter(read(config, (TEXT + "!").encode())))


def test_targets_are_the_characters_that_follow() -> None:
    ids = encode(TEXT, "".join(sorted(set(TEXT))))
    examples = Characters("".join(sorted(set(TEXT))), ids).draw(7, 50, torch.Generator().manual_seed(0))
    assert examples.inputs.shape == examples.targets.shape == (7, 50)
    assert torch.equal(examples.inputs[1:], examples.targets[:-1])
    windows = {tuple(ids[n : n + 8].tolist()) for n in range(len(ids) - 7)}
    for b in range(50):
        assert (*examples.inputs[:, b].tolist(), int(examples.targets[-1, b])) in windows


def test_it_learns_and_every_view_reads_it() -> None:
    config = text_config(TEXT, "", replace(SMALL, steps=150))
    first, *_, frame = read(config, TEXT.encode())
    even = math.log(len(config.alphabet))
    for cell in CELLS:
        before, after = (one.metrics[f"{cell}.test_loss"][0, 4] for one in (first, frame))
        assert after < 0.6 * before and after < 0.6 * even
    counted = frame.metrics["counting.test_loss"]
    assert counted.shape == frame.metrics["lstm.test_loss"].shape and (counted < 0.6 * even)[:, 3:].all()
    one = probe(config, 10)
    assert one.written[:3] != () and len(one.answers) == len(one.inputs) == 10
    assert list(one.answers[:-1]) == one.inputs[1:].tolist()
    for cell in CELLS:
        traced = Opened(config, frame).trace(cell, one.inputs)
        np.testing.assert_allclose(traced["probabilities"].sum(1), 1.0, atol=1e-5)
        assert belt(Opened(config, frame), cell, one.inputs).shape == (10, 10)
        assert connectivity(Opened(config, frame), cell, one.inputs, one.answer).shape == (10, 10)
        assert Opened(config, frame).carriers(cell, one.inputs, one.answer).shape == (config.hidden,)
        assert Opened(config, frame).explain(cell, one.inputs, Address("answer", one.answers[4], 4)).agrees
    at = distances(config)
    found = views(Opened(config, frame), [probe(config, d) for d in at], dict.fromkeys(CELLS, 0))
    assert np.isfinite(found["lstm.answer"][-1]).all()
    assert task_of(config).answers == tuple(config.alphabet)


def test_it_travels_to_a_worker_as_json() -> None:
    config = text_config(TEXT + '汉字🎈 \\" {x}', "", SMALL)
    assert TextConfig.from_json(config.to_json()) == config and config.digest != SMALL.digest


def test_validation_stops_each_cell_and_the_test_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text whose middle tenth is noise: learning the rest only makes that dearer, so the cells go back to where it was
    cheapest; all frames but the last are of that tenth, and the last is of the last."""
    source = np.random.default_rng(0)
    noise = "".join(source.choice(list("abcdefgh"), 600))
    text = ("abcdefgh" * 600) + noise + "abcdefgh" * 75
    config = text_config(text, "", replace(SMALL, steps=400, frames=40, cells=("rnn", "lstm")))
    drawn: list[int] = []
    whole = Characters.draw

    def draw(self: Characters, distance: int, count: int, source: torch.Generator):  # type: ignore[no-untyped-def]
        assert self._text is not None
        drawn.append(self._text.storage_offset())  # where its part begins in the whole text
        return whole(self, distance, count, source)

    monkeypatch.setattr(Characters, "draw", draw)
    frames = tuple(read(config, text.encode()))
    at, even = config.test_distances.index(config.distance), math.log(8)
    assert frames[-1].step < config.steps and len(frames) < 40
    for cell in config.cells:
        losses = {one.step: one.metrics[f"{cell}.test_loss"][0, at] for one in frames[:-1]}
        stopped = int(frames[-1].metrics[f"{cell}.stopped"])
        assert losses[stopped] == min(losses.values()) and stopped < frames[-1].step
        assert list(losses.values())[-1] > 0.9 * even  # noise tells nothing of what follows
    counted = [one.metrics["counting.3"][0, at] for one in frames]
    assert len(set(counted[:-1])) == 1 and counted[-1] < 0.5 * even < counted[0]
    first_test = drawn.index(5_400)
    assert set(drawn[:first_test]) == {0, 4_800} and set(drawn[first_test:]) == {5_400}


def test_no_count_learns_from_validation_or_test() -> None:
    """What stands only behind the eighth tenth is told no better than by an even guess."""
    text = "abab" * 2_000 + "cdcd" * 500
    config = text_config(text, "", replace(SMALL, steps=2, frames=2, cells=("rnn",)))
    last = list(read(config, text.encode()))[-1].metrics
    for n in (3, 4, 5):
        assert last[f"counting.{n}"].min() > math.log(4)
