"""Every playground's engine is whole: what it declares fits together, and every number that a rung has opens to its sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from engine.cost import ROWS
from engine.errors import UserError
from engine.matching.opened.opened import Search
from engine.recommender.serving.opened import Request
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.playground import Address, Opened, engines
from engine.runs.recording import Recording
from engine.runs.studies.claims import needed

NAMES = tuple(engines())
EDGES = ("ranking.hours", "ranking.shown")
"""Of a frame, but no parameters: where quantiles lie."""


def tokens(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@cache
def asked(name: str) -> Any:
    """Something to ask a small model of this playground."""
    if name == "recurrent":
        from engine.recurrent.probe import probe

        return probe(small(name), 3).inputs
    if name == "multitask":
        from engine.multitask.opened import probe as rows

        return rows(small(name)).x[:1]
    if name == "matching":
        return Search(tokens("cheap flight to paris"), (tokens("a flight to paris"), tokens("visit a bank")))
    return Request(3)


def small(name: str) -> Config:
    """The least that a fresh worker trains, which reaches every rung."""
    warm = engines()[name].works["train"].warm
    assert warm is not None
    return warm


@cache
def frames(name: str) -> tuple[Frame, ...]:
    return tuple(engines()[name].works["train"].run(small(name), None))


@cache
def opened(name: str) -> Opened[Any]:
    return engines()[name].open(small(name), frames(name))


def addresses(name: str, rung: str, part: str) -> Iterator[Address]:
    """Some of the numbers of a part: the first, and others where there are several units, steps or sides."""
    if name == "multitask":
        experts = opened(name).trace(rung, asked(name))["experts"].shape[1]
        last = (2,) if part in ("lower_gate", "lower_mix") else ()  # behind the two tasks, what is shared
        numbers = dict.fromkeys((0, min(experts, 2) - 1, experts - 1)) if part.endswith("expert") else (0, 1, *last)
        units = (0,) if part == "y" else (0, 2, 6) if part.endswith("gate") and experts > 6 else (0, 2)
        yield from (Address(f"{part}:{number}", unit) for number in numbers for unit in units)
    elif name == "recurrent":
        yield from (Address(part, unit, step) for step in (0, 2) for unit in ((0, 5) if part != "answer" else (0, 1)))
    elif name == "matching":
        sides = (1, 2) if part in ("cosine", "p") else (0, 1, 2)
        yield from (Address(part, unit, step, side) for side in sides for unit in (0, 3) for step in (0, 1))
    else:
        yield from (Address(part, unit, 0, side) for unit in (0, 3) for side in (0, 7))


def numbered(name: str, rung: str, at: Address) -> float:
    """The traced number that an address means, found without the code that explains it."""
    traced = opened(name).trace(rung, asked(name))
    kind, _, number = at.part.partition(":")
    if name == "multitask":
        array = {"mix": "mixtures", "lower_mix": "lower_mixtures", "y": "predictions"}.get(kind, f"{kind}s")
        found = traced[array][0, int(number)]
        return float(found if kind == "y" else found[at.unit])
    if name == "recurrent":
        return float(traced["probabilities" if kind == "answer" else kind][at.step, at.unit])
    if name == "matching":
        if kind in ("cosine", "p"):
            return float(traced[kind][at.side - 1])
        if kind == "semantic":
            return float(traced["documents"][at.side - 1, at.unit] if at.side else traced["query"][at.unit])
        side = traced[f"{'maps' if kind == 'map' else kind}_{'documents' if at.side else 'query'}"][max(at.side - 1, 0)]
        return float(side[at.unit] if side.ndim == 1 else side[at.step, at.unit])
    if kind in ("score", "z"):
        return float(traced[kind][at.side])
    array = traced["u" if kind == "u" else f"hidden_{at.step}"]
    return float(array[at.unit] if rung == "recall" else array[at.side, at.unit])


RUNGS = [(name, rung) for name in NAMES for rung in engines()[name].ladder]


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_every_number_of_every_rung_opens_to_its_sum(name: str, rung: str) -> None:
    at = opened(name)
    for part in engines()[name].ladder[rung].parts:
        for address in addresses(name, rung, part):
            found = at.explain(rung, asked(name), address)
            assert found.agrees, (address, found.result, found.traced)
            assert found.traced == pytest.approx(numbered(name, rung, address), abs=1e-7), address


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_what_a_rung_costs_is_that_of_its_own_pass(name: str, rung: str) -> None:
    """As many rows as it says, each answered as the traced pass answers it; every stored number counted once."""
    parameters, answer = opened(name).served(rung, asked(name))
    found, traced = answer(), opened(name).trace(rung, asked(name))
    if name == "multitask":
        rows, expected = found.predictions, traced["predictions"][0]
    elif name == "recurrent":
        rows, expected = found.h.transpose(0, 1), traced["h"]
    elif name == "matching":
        rows, expected = found.vector, traced["documents"][0]
    elif rung == "recall":  # the index finds also what may not be served to this user
        there = found[1][0] >= 0  # a small site has fewer
        rows, expected = -np.sort(-found[0][:, there], axis=1), -np.sort(-found[0][0, there])
        assert np.isin(traced["score"].round(4), expected.round(4)).mean() > 0.9
    else:
        rows, expected = found.numpy()[:, None], np.resize(traced["z"], ROWS)[:, None]
    assert len(rows) == ROWS
    np.testing.assert_allclose(rows, np.broadcast_to(expected, np.shape(rows)), atol=1e-5)
    own = {"rank": "ranking"}.get(rung, rung)
    kept = {key: value.size for frame in frames(name) for key, value in frame.parameters.items()}
    learnt = [size for key, size in kept.items() if key.startswith(f"{own}.") and key not in EDGES]
    assert parameters == sum(learnt)


@pytest.mark.parametrize(("name", "rung"), RUNGS)
def test_what_a_rung_has_not_is_told(name: str, rung: str) -> None:
    at, inputs = opened(name), asked(name)
    part = next(address for address in addresses(name, rung, engines()[name].ladder[rung].parts[0])).part
    for address in (Address("nonsense"), Address(""), Address(part, unit=10**6), Address(part, unit=-1)):
        with pytest.raises(UserError, match="no sum behind"):
            at.explain(rung, inputs, address)


@pytest.mark.parametrize("name", NAMES)
def test_a_moment_without_parameters_cannot_be_opened(name: str) -> None:
    empty = [replace(frame, parameters={}) for frame in frames(name)]
    rung = next(iter(engines()[name].ladder))
    with pytest.raises(UserError, match="keeps no parameters"):
        engines()[name].open(small(name), empty).trace(rung, asked(name))


@pytest.mark.parametrize("name", NAMES)
def test_an_engine_fits_together(name: str) -> None:
    """Rungs that the config admits are those of the ladder; works and recordings are of the kinds that they say; every trace names
    its axes, and every rung that a config can choose is there."""
    engine = engines()[name]
    assert engine.name == name == engine.config.playground == engine.shipped.playground
    assert engine.config is engine.works["train"].config is engine.shipped.config
    if engine.config.ladder:
        assert engine.config().every_rung == tuple(engine.ladder) and len(engine.ladder) <= 5
        assert engine.config().rungs == tuple(one for one in engine.ladder if one in engine.config().rungs)
    assert all(issubclass(work.config, Config) for work in engine.works.values())
    titles = [rung.title for rung in engine.ladder.values()]
    looks = [(rung.hue, rung.dash) for rung in engine.ladder.values()]
    assert len(set(titles)) == len(titles) and len(set(looks)) == len(looks)
    for rung in engine.ladder:
        traced = opened(name).trace(rung, asked(name))
        assert len(traced) and all(len(traced.axes[array]) == traced[array].ndim for array in traced)


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_there_and_of_its_config(name: str) -> None:
    shipped = engines()[name].shipped
    files = {path.stem for path in shipped.folder.glob("*.npz")}
    assert files == set(shipped.recordings)
    for stem, config in shipped.recordings.items():
        recording: Recording[Any] = shipped.recording(stem)
        assert recording.config == config and recording is shipped.recording(stem)
    assert set(needed(shipped.claims)) <= set(shipped.cells) <= set(shipped.read_study()[1])
    assert len({claim.id for claim in shipped.claims} | set(shipped.withdrawn)) == len(shipped.claims) + len(
        shipped.withdrawn
    )


def test_cells_come_once_and_in_their_order() -> None:
    found: Callable[..., Any] = needed
    first, second = engines()["recurrent"].shipped.claims[:2]
    assert found((first, second), first.needs) == tuple(dict.fromkeys((*first.needs, *second.needs)))
