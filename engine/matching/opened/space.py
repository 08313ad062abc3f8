"""The semantic space in a plane: one projection for every moment of training, so that texts move and never jump."""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array


def projected(vectors: Array, dimensions: int = 2) -> tuple[Array, Array]:
    """Vectors (F, P, S) of P texts at F moments, at length 1 → (F, P, dimensions), and the share of the last moment's
    variance that each dimension shows. The projection is the principal components of the last moment.
    """
    unit = np.asarray(vectors, np.float64)
    unit = unit / np.maximum(np.linalg.norm(unit, axis=-1, keepdims=True), 1e-12)
    centre = unit[-1].mean(0)
    _, sizes, axes = np.linalg.svd(unit[-1] - centre, full_matrices=False)
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]  # a sign is arbitrary: fix it
    share = sizes**2 / max((sizes**2).sum(), 1e-12)
    found = (unit - centre) @ axes[:dimensions].T
    missing = dimensions - found.shape[-1]  # fewer units than dimensions: the others are flat
    flat = [(0, 0)] * (found.ndim - 1) + [(0, max(missing, 0))]
    return np.pad(found, flat), np.pad(share[:dimensions], (0, max(missing, 0)))
