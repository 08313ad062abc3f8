"""What a stage shows of a recording, as arrays over its frames.

`F` frames · `S` seeds · `T` tasks · `E` experts · `N` units
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.multitask.config import MultitaskConfig
from engine.multitask.data import equicorrelation_factor
from engine.multitask.guessing import guessing
from engine.multitask.models import MIXTURES, RUNGS
from engine.runs.frame import Array
from engine.runs.recording import Recording

Views = Mapping[str, Array]


def views(recording: Recording[MultitaskConfig]) -> Views:
    """Arrays with a leading F (or 1 where nothing moves):

    "{structure}.run0" … and ".mean" (F,): held-out loss, mean of the tasks; for the mixtures
    ".gates" (F, T, E) of the followed seed, ".gates_mean", ".gates_low" and ".gates_high" (F, T, E) over all seeds, the
    experts of each seed matched to the followed one's by their places (see `ranks`), ".order" (F, E), ".distance" (F,), the
    mean over all seeds; where there is a level below, ".lower_gates" (F, T + 1, E) and its mean, low and high, and ".order"
    (F, 2 E), its experts behind those above; of every structure ".overlap" (F, 1 + T, E), what all tasks' mean gates share of each
    expert and what each takes beyond it, mean over all seeds, experts by their places, and ".shared" (F,), the sum of the first
    (a bottom is an expert whose weight is 1; (1, …) there); ".points" (F, N, 2) and ".blend" (F, N), of bottoms (1, N); "weights" (1, T, 2), "pearson" (F,), and "guessing" (F,), the loss of guessing.
    """
    config = recording.config
    shown: dict[str, Array] = {
        "pearson": recording.series("label_pearson")[:, 0, 0, 1],
        "guessing": np.full(len(recording.frames), guessing(config)),
        "weights": equicorrelation_factor(config.num_tasks, config.correlation)[None, :, :2].numpy(),
    }
    for structure in config.structures:
        found = _loss(recording, structure)
        if structure in MIXTURES:
            found |= _gates(recording, structure)
        found |= _overlap(recording, structure)
        if not config.shared_units:
            found |= _points(recording, structure, found.get("lower_gates", found.get("gates")))
        shown |= {f"{structure}.{name}": array for name, array in found.items()}
    return shown


def _loss(recording: Recording[MultitaskConfig], structure: str) -> dict[str, Array]:
    loss = recording.series(f"{structure}.test_loss").mean(-1)  # (F, S)
    return {f"run{seed}": loss[:, seed] for seed in range(loss.shape[1])} | {"mean": loss.mean(1)}


def _gates(recording: Recording[MultitaskConfig], structure: str) -> dict[str, Array]:
    model = RUNGS[structure]
    owners = model.owners(recording.config) if model.own_experts else ()
    gates = recording.series(f"{structure}.gates")  # (F, S, T, E)
    place = ranks(gates[-1], owners)  # (S, E)
    found = _matched("gates", gates, place)
    order = place[0]
    if f"{structure}.lower_gates" in recording.frames[0].metrics:
        below = recording.series(f"{structure}.lower_gates")  # (F, S, T + 1, E)
        tasks = gates.shape[2]
        found |= _matched("lower_gates", below, ranks(below[-1][..., :tasks, :], owners))
        order = np.concatenate((order, len(order) + order))
    frames = len(gates)
    return found | {
        "order": np.broadcast_to(order, (frames, len(order))),
        "distance": recording.series(f"{structure}.mean_gate_distance").mean(1),
    }


def _overlap(recording: Recording[MultitaskConfig], structure: str) -> dict[str, Array]:
    model = RUNGS[structure]
    if structure in MIXTURES:
        gates = recording.series(f"{structure}.gates")  # (F, S, T, E)
        owners = model.owners(recording.config) if model.own_experts else ()
        order = np.argsort(ranks(gates[-1], owners), axis=-1)  # (S, E), expert at each place
        gates = np.take_along_axis(gates, order[None, :, None, :], axis=-1)
    else:  # one bottom that all tasks take whole, or one for each
        tasks = recording.config.num_tasks
        gates = (np.ones((tasks, 1)) if model.shares else np.eye(tasks))[None, None]
    shared = gates.min(-2, keepdims=True)  # (F, S, 1, E)
    parts = np.concatenate((shared, gates - shared), axis=-2).mean(1)  # (F, 1 + T, E)
    return {"overlap": parts, "shared": parts[:, 0].sum(-1)}


def _matched(name: str, gates: Array, place: Array) -> dict[str, Array]:
    """Weights (F, S, T, E) of the followed seed, and mean and range over all seeds, whose experts stand at `place` (S, E)."""
    order = np.argsort(place, axis=-1)  # expert at each place
    placed = np.take_along_axis(gates, order[None, :, None, :], axis=-1)  # experts of different seeds are strangers
    matched = placed[..., place[0]]  # (F, S, T, E), each under the number of its match in the followed seed
    return {
        name: gates[:, 0],
        f"{name}_mean": matched.mean(1),
        f"{name}_low": matched.min(1),
        f"{name}_high": matched.max(1),
    }


def ranks(gates: Array, owners: Sequence[int | None] = ()) -> Array:
    """Places of the experts, from those that the first task uses more to those of the last: (…, T, E) → (…, E).

    By the centre of mass over tasks; experts that all tasks use alike stand by their weight. Where tasks have experts of their
    own, `owners` (E,), those stand together, and the shared ones in the middle.
    """
    tasks = np.arange(gates.shape[-2])[:, None]
    total = gates.sum(-2)
    lean = np.round((gates * tasks).sum(-2) / np.maximum(total, 1e-12), 6)
    middle = (len(tasks) + 1) // 2 - 0.5  # between the tasks that are drawn at the left and those at the right
    group = np.array([middle if owner is None else owner for owner in owners] or [0.0] * total.shape[-1])
    order = np.lexsort((-total, lean, np.broadcast_to(group, total.shape)), axis=-1)
    return np.argsort(order, axis=-1)


def _points(recording: Recording[MultitaskConfig], structure: str, gates: Array | None) -> dict[str, Array]:
    directions = recording.series(f"{structure}.directions").astype(np.float32)  # (F, E, U, T)
    frames, experts, units, tasks = directions.shape
    points = directions[..., :2].reshape(frames, -1, 2)
    if gates is not None:
        first, second = gates[:, 0] ** 2, gates[:, 1] ** 2  # squared: a colour in the middle tells nothing
        lean = second / np.maximum(first + second, 1e-12)  # (F, E)
    elif experts == tasks:
        lean = np.arange(experts)[None] / max(experts - 1, 1)  # (1, E): a bottom keeps its task
    else:
        lean = np.full((1, experts), 0.5)
    return {"points": points, "blend": np.repeat(lean, units, axis=-1)}
