"""What a stage shows of a recording, as arrays over its frames.

`F` frames · `S` seeds · `T` tasks · `E` experts · `N` units
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.multitask.config import MultitaskConfig
from engine.multitask.data import equicorrelation_factor
from engine.multitask.guessing import guessing
from engine.multitask.models import MIXTURES
from engine.runs.frame import Array
from engine.runs.recording import Recording

Views = Mapping[str, Array]


def views(recording: Recording[MultitaskConfig]) -> Views:
    """Arrays with a leading F (or 1 where nothing moves):

    "{structure}.run0" … and ".mean" (F,): held-out loss, mean of the tasks; for the mixtures
    ".gates" (F, T, E) of the followed seed, ".gates_mean", ".gates_low" and ".gates_high" (F, T, E) over all seeds, the
    experts of each seed matched to the followed one's by their places (see `ranks`), ".order" (F, E), ".distance" (F,), the
    mean over all seeds; ".points" (F, N, 2) and ".blend" (F, N), of bottoms (1, N); "weights" (1, T, 2), "pearson" (F,), and "guessing" (F,), the loss of guessing.
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
        if not config.shared_units:
            found |= _points(recording, structure, found.get("gates"))
        shown |= {f"{structure}.{name}": array for name, array in found.items()}
    return shown


def _loss(recording: Recording[MultitaskConfig], structure: str) -> dict[str, Array]:
    loss = recording.series(f"{structure}.test_loss").mean(-1)  # (F, S)
    return {f"run{seed}": loss[:, seed] for seed in range(loss.shape[1])} | {"mean": loss.mean(1)}


def _gates(recording: Recording[MultitaskConfig], structure: str) -> dict[str, Array]:
    gates = recording.series(f"{structure}.gates")  # (F, S, T, E)
    place = ranks(gates[-1])  # (S, E)
    order = np.argsort(place, axis=-1)  # expert at each place
    placed = np.take_along_axis(gates, order[None, :, None, :], axis=-1)  # experts of different seeds are strangers
    matched = placed[..., place[0]]  # (F, S, T, E), each under the number of its match in the followed seed
    frames = len(gates)
    return {
        "gates": gates[:, 0],
        "gates_mean": matched.mean(1),
        "gates_low": matched.min(1),
        "gates_high": matched.max(1),
        "order": np.broadcast_to(place[0], (frames, place.shape[1])),
        "distance": recording.series(f"{structure}.mean_gate_distance").mean(1),
    }


def ranks(gates: Array) -> Array:
    """Places of the experts, from those that the first task uses more to those of the last: (…, T, E) → (…, E).

    By the centre of mass over tasks; experts that all tasks use alike stand by their weight.
    """
    tasks = np.arange(gates.shape[-2])[:, None]
    total = gates.sum(-2)
    lean = np.round((gates * tasks).sum(-2) / np.maximum(total, 1e-12), 6)
    order = np.lexsort((-total, lean), axis=-1)
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
