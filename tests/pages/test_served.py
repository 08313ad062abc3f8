"""The Serving look as a client of a model server: it says how to start one, and with one it shows what was sent and what came."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.recommender.taken.bundle import SHIPPED, write
from pages.recommender.looks import served_times
from pages.recommender.looks.served import URL
from pages.recommender.where import PLACE
from tests.pages.visits import CHINESE, LOCALES, opened_at
from tests.serving.running import Running, running
from tests.serving.small import files

pytestmark = pytest.mark.slow
opened = partial(opened_at, "pages/recommender/page.py", **{PLACE.open_key("serving"): "true"})


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as one:
        yield one


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def texts(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.caption, *at.info, *at.warning))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_server_it_says_how_to_start_one(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    at = opened(LOCALES[language])
    assert any(one.value.startswith("make serve\n") and URL in one.value for one in at.code)
    assert not [button for button in at.button if button.label in ("Ask the server", "请求服务器")]
    told = next(one.value for one in at.markdown if one.value.startswith("**4 "))
    assert bool(CHINESE.search(told)) == (language == "zh")


def test_the_bundle_on_stage_is_the_one_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    kept: list[bytes] = []
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, *args, **kwargs: kept.append(data) if "zip" in label else None
    )
    press(opened(), "Write the bundle of this run")
    assert kept == [SHIPPED.read_bytes()]
    with zipfile.ZipFile(BytesIO(kept[0])) as archive:
        assert {"manifest.json", "user.onnx", "ranking.onnx", "index.faiss"} <= set(archive.namelist())


def test_request_answer_and_the_same_numbers_by_all_three(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, server.url)
    at = press(opened(), "Ask the server")
    sent, came, curl = (one.value for one in at.code if one.value.startswith(("{", "curl")))
    assert {"watched", "searched", "now"} <= {one["name"] for one in json.loads(sent)["inputs"]}
    answer = json.loads(came)
    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, timeout=300)
    again = json.loads(done.stdout)
    assert done.returncode == 0 and again["outputs"][0] == answer["outputs"][0]
    told = re.search(r"recalled (\d+) of the (\d+).*from torch is (\S+);.* shows is (.*)\.$", texts(at), re.M)
    assert told is not None and told[1] == told[2] and float(told[3]) <= 2e-6 and told[4] == "the same"
    table = next(one.value for one in at.dataframe if "server" in one.value)
    assert (table["torch"] == table["server"]).all() or np.allclose(
        table["torch"].astype(float), table["server"].astype(float), rtol=1e-5
    )
    stages = next(one.value for one in at.dataframe if "p99 (ms)" in one.value)
    assert len(stages) == 6 and (stages["p50 (ms)"].astype(float) <= stages["p99 (ms)"].astype(float)).all()


def test_a_watch_now_changes_the_list_through_the_server(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, server.url)
    at = press(opened(), "Ask the server")
    box = next(one for one in at.selectbox if one.label == "Watch this now")
    title = box.options[0]
    box.select_index(0).run()
    assert not at.exception and "u moved by" in texts(at)
    table = next(one.value for one in at.dataframe if "after" in one.value)
    assert title in list(table["before"]) and list(table["before"]) != list(table["after"])


def test_a_load_is_bounded_and_counted(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, server.url)
    monkeypatch.setattr(served_times, "SECONDS", 1.0)
    at = press(press(opened(), "Ask the server"), "Load it for 1 seconds")
    assert re.search(r"recommendations a second\*\* for 4 clients at once: [\d,]+ in \d+\.\d s, 0 lost", texts(at))


def test_a_server_of_another_moment_or_another_site_or_none_is_said(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its numbers are others, so they are not set beside torch's."""
    folder = tmp_path_factory.mktemp("versions")
    with zipfile.ZipFile(SHIPPED) as archive:
        shipped = {name: archive.read(name) for name in archive.namelist()}
    earlier = json.dumps(json.loads(shipped["manifest.json"]) | {"step": 7}).encode()
    for version, some in (("2", shipped | {"manifest.json": earlier}), ("1", files())):
        write(some, folder / version)
    with running("--bundle", str(folder)) as other:
        monkeypatch.setenv(URL, other.url)
        at = press(opened(), "Ask the server")
        assert "holds another run, or another moment" in texts(at) and "step 7" in texts(at)
        assert not [one for one in at.dataframe if "server" in one.value]
        shutil.rmtree(folder / "2")
        other.post("/v2/repository/models/recommend/load")
        at = press(opened(), "Ask the server")
        assert "gives no answer" in texts(at), "a small site has no such ids"
    at = press(opened(), "Ask the server")
    assert "gives no answer" in texts(at) and any(one.value.startswith("make serve") for one in at.code)
