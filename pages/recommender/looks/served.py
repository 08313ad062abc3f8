"""The whole funnel behind a model server: what is sent and what comes back, against torch and against this process, and how
long each stage takes. A client when `GATESCOPE_SERVING_URL` says where the server is, and how to start one when not."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.serving.request import request
from engine.recommender.serving.scene import Scene
from engine.recommender.shipped import recorded
from engine.recommender.taken.bundle import SHIPPED, bundle, zipped
from engine.runs.frame import Array
from engine.taken.weights import Origin
from pages.recommender import naming, where
from pages.recommender.looks.cached import cached_per_run, compute_button
from pages.recommender.looks.served_times import fresh, stages, timed, under_load
from pages.recommender.shown import Shown
from pages.ui.language import t
from pages.ui.marked import Marked
from serving.bundle import read
from serving.client import Client, Exchange, Unanswered
from serving.funnel import Funnel

URL = "GATESCOPE_SERVING_URL"
BUNDLED, ASKED = "recommender_bundled", "recommender_asked"
LISTED = 6


def draw(now: Shown, scene: Scene) -> None:
    """Nothing where there is no ranking: a bundle holds both stages."""
    if now.server.ranker is None or not len(scene.given.candidates):
        return
    st.markdown(t("**4 · Behind a model server**: the whole funnel, asked over the network"))
    url = os.environ.get(URL, "")
    if not url:
        _how()
    _take(now)
    if url and compute_button(now, ASKED, t("Ask the server"), "dns"):
        try:
            _asked(now, scene, url)
        except Unanswered as error:
            st.warning(t("The server gives no answer: {said}", said=str(error)[:300]))
            _how()


def _how() -> None:
    st.markdown(t("Start a server and this page beside it, and every stage can be asked here:"))
    st.code(f"make serve\n{URL}=http://127.0.0.1:8080 make run", language="bash")
    st.caption(
        t(
            "The server is KServe's, in an environment of its own. It listens on this machine alone: REST on port 8080, gRPC on 8081."
        )
    )


def _take(now: Shown) -> None:
    """The bundle of the moment on stage, to download."""
    if not compute_button(now, BUNDLED, t("Write the bundle of this run"), "inventory_2"):
        return
    with st.spinner(t("Exporting"), show_time=True):
        data = _bundle(now)
    st.download_button(
        t("Bundle for a model server (zip, {size} MB)", size=f"{len(data) / 1e6:.1f}"), data, "gatescope-bundle.zip",
        "application/zip", key="recommender_bundle", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.code("make serve BUNDLE=gatescope-bundle.zip", language="bash")


@cached_per_run(3)
def _bundle(digest: str, step: int, _now: Shown) -> bytes:
    """What ships, where that is what stands on stage: it was written from the same recording."""
    recording, frame = _now.recording, _now.frame
    if recording is recorded() and frame.step == recording.frames[-1].step:
        return SHIPPED.read_bytes()
    origin = Origin("recommender", recording.config, "rank", frame.step, recording.digest)
    return zipped(bundle(_now.server, origin, _now.users[0]))


@cached_per_run(3)
def _here(digest: str, step: int, _now: Shown) -> Funnel:
    """The bundle in this process: the same code and files without a network."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(_bundle(_now))
        return Funnel(read(path))


def _asked(now: Shown, scene: Scene, url: str) -> None:
    user, day, _ = now.now()
    given = request(now.site, user, day, where.without())
    if not (given["watched"] >= 0).any():
        st.info(t("This user has watched nothing yet: the server wants one watch at least."))
        return
    client = Client(url)
    try:
        exchange = client.infer("recommend", given)
        _sent(exchange, url)
        if not _same_run(now, exchange):
            return
        with st.spinner(t("Exporting"), show_time=True):
            here = _here(now)
        _compare(now, scene, exchange, here)
        stages(timed(now, url, user, day, where.without(), here))
        fresh(now, client, given, exchange)
        under_load(now, given, url)
    finally:
        client.close()


def _sent(exchange: Exchange, url: str) -> None:
    with st.expander(t("Request and answer, as they were sent"), icon=":material/swap_vert:"):
        left, right = st.columns(2, gap="large")
        with left:
            st.caption(Marked("POST {path}").format(path=exchange.path))
            st.code(json.dumps(exchange.body, separators=(",", ":")), language="json", height=240, wrap_lines=True)
        with right:
            st.caption(t("answered in {ms} ms", ms=f"{exchange.milliseconds:.1f}"))
            st.code(json.dumps(exchange.answer, separators=(",", ":")), language="json", height=240, wrap_lines=True)
        st.caption(t("The same from a shell"))
        st.code(exchange.curl(url), language="bash", height=120, wrap_lines=True)


def _same_run(now: Shown, exchange: Exchange) -> bool:
    """Whether the server holds the moment on stage; says so where it does not."""
    held = exchange.answer.get("parameters") or {}
    if (held.get("recording"), held.get("step")) == (now.recording.digest, now.frame.step):
        return True
    st.warning(
        t(
            "The server holds another run, or another moment of it (recording {held}, step {step}), so its numbers are others. Write the bundle of this run and start the server on it.",
            held=str(held.get("recording", ""))[:12],
            step=str(held.get("step", ""))[:9],
        )
    )
    return False


def _compare(now: Shown, scene: Scene, exchange: Exchange, here: Funnel) -> None:
    """Odds of torch, of this process's ONNX Runtime and of the server, candidate by candidate."""
    given, answer = scene.given, exchange.tensors
    mine = here.recommend(_columns(exchange))
    torchs = dict(zip(given.candidates.tolist(), np.exp(given.z.astype(np.float64)), strict=True))
    served = dict(zip(answer["candidates"][0].tolist(), answer["candidate_odds"][0].astype(np.float64), strict=True))
    onnx = dict(zip(mine["candidates"][0].tolist(), mine["candidate_odds"][0].astype(np.float64), strict=True))
    first = [int(video) for video in given.shown[:LISTED]]
    nan = float("nan")
    st.dataframe(
        pd.DataFrame(
            {
                t("shown"): [naming.title(now.site, video) for video in first],
                t("torch"): [f"{torchs[video]:.6f}" for video in first],
                t("ONNX Runtime"): [f"{onnx.get(video, nan):.6f}" for video in first],
                t("server"): [f"{served.get(video, nan):.6f}" for video in first],
                t("relative difference"): [f"{served.get(video, nan) / torchs[video] - 1:+.1e}" for video in first],
            }
        ),
        hide_index=True,
        height="content",
        alt=t("Odds of torch, of ONNX Runtime here, and of the server"),
    )
    both = [video for video in torchs if video in served]
    most = max((abs(served[video] / torchs[video] - 1) for video in both), default=nan)
    st.caption(
        t(
            "Odds e^z of all three. The server recalled {both} of the {count} candidates, and over these the largest relative difference from torch is {most}; the list that it shows is {same}.",
            both=len(both),
            count=len(torchs),
            most=f"{most:.1e}",
            same=t("the same") if answer["videos"][0].tolist() == given.shown.tolist() else t("another"),
        )
    )


def _columns(exchange: Exchange) -> dict[str, Array]:
    kinds = {"INT64": np.int64, "FP64": np.float64}
    return {
        one["name"]: np.array(one["data"], kinds[one["datatype"]]).reshape(one["shape"])
        for one in exchange.body["inputs"]
    }
