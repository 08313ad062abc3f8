"""A recommendation at 1,000,000 videos that all have vectors, through the model server on this machine beside the same in one
process: `make serve`'s server on a bundle of the networks that `benchmarks.recommendation` grows."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.recommendation import ASKED, CONFIG, MILLION, all_watched, grown
from benchmarks.report import line, reached, seconds
from engine.files import ROOT
from engine.recommender.serving.request import request
from engine.recommender.serving.server import Server
from engine.recommender.taken.bundle import bundle, write
from engine.runs.frame import Array
from engine.taken.weights import Origin
from serving.bundle import read
from serving.client import Client, Unanswered
from serving.funnel import Funnel

MOST_MS, PATIENCE = 15.0, 300.0
"""Milliseconds that are the target; seconds until the server must be there."""
PYTHON = ROOT / ".venv-serving" / "bin" / "python"


def run() -> None:
    """User by user: the server, its funnel in this process, and the page's own server on torch."""
    server = _server()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bundle"
        origin = Origin("recommender", server.config, "rank", 0, "benchmark")
        write(bundle(server, origin), folder)
        size = sum(one.stat().st_size for one in folder.iterdir()) / 1e6
        here = Funnel(read(folder))
        with _running(folder) as url:
            client = Client(url)
            there, alone, torchs, same = zip(
                *(_one(server, here, client, user) for user in _users(server)), strict=True
            )
            client.close()
    print(f"bundle of {MILLION:,} videos, 32 dimensions: {size:,.0f} MB; {len(there)} users, one after another")
    line(
        "one recommendation of 1,000,000 through the model server",
        f"{median(there):.1f} ms",
        f"p99 {np.percentile(there, 99):.1f}, target {MOST_MS:g} ms",
        reached(median(there) <= MOST_MS),
    )
    line("the same in one process, ONNX Runtime", f"{median(alone):.1f} ms", f"torch {median(torchs):.1f} ms")
    line("lists that are the same by all three", f"{np.mean(same):.2%}", "", reached(float(np.mean(same)) >= 0.95))


def _server() -> Server:
    site = all_watched(replace(CONFIG, videos=MILLION))
    net, ranker, _ = grown(site)
    config = replace(site.world.config, index="ivf")
    return Server(replace(site, world=replace(site.world, config=config)), net, ranker)


def _users(server: Server) -> Array:
    watched = np.flatnonzero(np.diff(server.site.history.watches.start) > 0)
    return np.random.default_rng(1).choice(watched, ASKED, replace=False)


def _one(server: Server, here: Funnel, client: Client, user: int) -> tuple[float, float, float, bool]:
    """Milliseconds of each for one user, and whether all show the same list; the log was read before."""
    given = request(server.site, int(user), float(server.config.days))
    exchange = client.infer("recommend", given, ("videos", "odds"))
    alone = seconds(lambda: here.recommend(given)) * 1_000
    torch = server.recommend(int(user))
    lists = (exchange.tensors["videos"][0].tolist(), here.recommend(given)["videos"][0].tolist(), torch.shown.tolist())
    return exchange.milliseconds, alone, sum(torch.milliseconds), lists[0] == lists[1] == lists[2]


@contextmanager
def _running(folder: Path) -> Iterator[str]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [str(PYTHON), "-m", "serving", "--bundle", str(folder), "--port", str(port), "--grpc-port", "-1"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                Client(f"http://127.0.0.1:{port}").metadata("recommend")
                break
            except Unanswered:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
