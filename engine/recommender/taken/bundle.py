"""A bundle: the files from which a model server recommends without torch and without the log.

`make bundle` writes the shipped one from the shipped recording.

manifest.json   format, the run it is of, and the SHA-256 of every other file
schema.json     what its models take and give (`schema`)
user.onnx, ranking.onnx   the two networks; both read features, which `engine.features` makes
index.faiss     the vectors v as an index of dot products; vectors.npy beside an index that does not hold them as they are
catalogue.npz   known (K,) the vocabulary's ids; channel and uploaded (V,), seconds, of all videos; language (K,)
quantiles.npz   edges of the two continuous features
titles.json     what a viewer's own log calls its videos
example.json    for each model a request, and what torch answers
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import torch

from engine.carried import Carried
from engine.errors import UserError
from engine.files import ROOT
from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.model import Ranker
from engine.recommender.recall.model import CandidateNet, Viewers
from engine.recommender.serving.opened import Opened
from engine.recommender.serving.request import request
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.scene import offered
from engine.recommender.serving.server import Server
from engine.recommender.serving.users import users_of
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import open_site
from engine.recommender.taken.model import carry
from engine.recommender.taken.schema import schema
from engine.runs.frame import Array
from engine.runs.recording import Recording
from engine.taken.onnx import onnx
from engine.taken.weights import Origin

FORMAT = "gatescope bundle 1"
SHIPPED = ROOT / "assets" / "serving" / "million.zip"
EXAMPLE = 20
"""Impressions in the example of ranking."""


def bundle(server: Server, origin: Origin, user: int | None = None) -> dict[str, bytes]:
    """Every file by its name; its examples are of a user, the first who is offered if none is given. Raises UserError where ranking is not trained, or a graph answers otherwise than torch."""
    if server.ranker is None:
        raise UserError("Ranking is not trained yet.")
    files = _models(server, origin) | _tables(server, server.ranker)
    files["schema.json"] = _json(schema(server.site, server.net, server.ranker.net))
    files["example.json"] = _json(_example(server, server.ranker, offered(server.site)[0] if user is None else user))
    said = {
        "format": FORMAT,
        "recording": origin.recording,
        "step": origin.step,
        "config": json.loads(origin.config.to_json()),
        "index": server.index.kind,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    return {"manifest.json": _json(said), **files}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one archive, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Into a folder of its own; the manifest last, so that what is half written is no bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key="manifest.json".__eq__):
        (folder / name).write_bytes(files[name])


def bundle_of(recording: Recording[RecommenderConfig]) -> dict[str, bytes]:
    """The bundle of a recording's last moment."""
    server, last = server_at(open_site(recording.config), recording.frames), recording.frames[-1]
    origin = Origin("recommender", recording.config, "rank", last.step, recording.digest)
    return bundle(server, origin, users_of(server.site, recording.frames)[0])


def _models(server: Server, origin: Origin) -> dict[str, bytes]:
    opened = Opened(server)
    recall, ranking = (carry(opened, stage) for stage in ("recall", "rank"))
    return {
        "user.onnx": onnx(_alone(recall, server.net), replace(origin, rung="recall")),
        "ranking.onnx": onnx(ranking, replace(origin, rung="rank")),
    }


class _Vector(torch.nn.Module):
    """The user's path alone: the vectors that u is multiplied with stand in the index."""

    def __init__(self, net: CandidateNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, watched: torch.Tensor, searched: torch.Tensor, region: torch.Tensor, numbers: torch.Tensor
    ) -> torch.Tensor:
        """u (B, D)."""
        u: torch.Tensor = self.net(Viewers(watched, searched, region, numbers)).vector
        return u


def _alone(carried: Carried, net: CandidateNet) -> Carried:
    graph, vector = carried.graph(), _Vector(net)
    alone = replace(graph, module=vector, model=lambda *fed: (vector(*fed),), outputs=("u",))
    return replace(carried, graph=lambda: alone)


def _tables(server: Server, ranker: Ranker) -> dict[str, bytes]:
    site, videos = server.site, server.site.world.videos
    files = {"index.faiss": faiss.serialize_index(server.index._index).tobytes()}
    if server.index.kind != "exact":
        files["vectors.npy"] = _npy(server.vectors)
    # The first second at which a video is there: what is asked in whole seconds needs no more.
    uploaded = np.ceil(videos.uploaded * SECONDS).astype(np.int64)
    order = np.argsort(uploaded, kind="stable")
    ascending = bool((order == np.arange(len(order))).all())
    files["catalogue.npz"] = _npz(
        known=site.known.astype(np.int32),
        channel=videos.channel.astype(_smallest(videos.channel)),
        uploaded=_smaller(np.diff(uploaded, prepend=0)) if ascending else uploaded,
        ascending=np.array(ascending),  # then what is stored are the differences
        language=videos.language[site.known].astype(np.int8),
    )
    files["quantiles.npz"] = _npz(hours=ranker.hours.edges, shown=ranker.shown.edges)
    if site.world.titles:
        files["titles.json"] = _json(list(site.world.titles))
    return files


def _example(server: Server, ranker: Ranker, user: int) -> dict[str, Any]:
    """Of a user at the end of the log."""
    site, config = server.site, server.config
    given = server.recommend(user)
    asked = request(site, user, float(config.days))
    u, some = given.read.vector.numpy(), given.candidates[:EXAMPLE]
    seen = ranker.seen(server.features(user, some, given.now))
    order = np.argsort(-given.z, kind="stable")[: config.shown]
    told = {name: asked[name] for name in ("region", "age", "gender", "watched", "searched")}
    examples = {
        "user": (told, {"u": u}),
        "recall": (
            {"u": u, "now": asked["now"], "without": asked["watched"]},
            {"videos": given.candidates[None], "scores": given.scores[None]},
        ),
        "ranking": (
            {name: one.numpy() for name, one in seen._asdict().items()},
            {"odds": np.exp(ranker.logits(server.features(user, some, given.now)))},
        ),
        "recommend": (
            asked | {"why_not": given.candidates[[order[-1]]]},
            {
                "videos": given.shown[None],
                "odds": np.exp(given.z[order])[None],
                "stage": np.array(["shown"]),
                "place": np.array([len(order)]),
            },
        ),
    }
    return {name: {"request": _lists(asked), "answer": _lists(answer)} for name, (asked, answer) in examples.items()}


def _lists(arrays: Mapping[str, Array]) -> dict[str, Any]:
    return {name: one.tolist() for name, one in arrays.items()}


def _smallest(values: Array) -> np.dtype[Any]:
    return np.dtype(np.uint16 if values.max(initial=0) < 1 << 16 else np.int64)


def _smaller(values: Array) -> Array:
    return values.astype(np.int32) if np.abs(values).max(initial=0) < 1 << 31 else values


def _npz(**arrays: Array) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def ship(recording: Recording[RecommenderConfig]) -> None:
    """Write the shipped bundle."""
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_bytes(zipped(bundle_of(recording)))
