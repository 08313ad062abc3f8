"""The real server, started as `make serve` starts it: every route, both protocols, many clients, versions, a corrupt bundle."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from engine.recommender.taken.bundle import SHIPPED, write, zipped
from engine.runs.playground import engines
from serving.bundle import read
from tests.serving.running import Running, running
from tests.serving.small import files
from tests.test_engines import opened
from tests.test_taken import exported

pytestmark = pytest.mark.slow
CLIENTS, REQUESTS = 8, 1_000
NAMES = ("user", "recall", "ranking", "recommend")
BESIDE = (("multitask", "mmoe"), ("multitask", "shared_bottom"), ("matching", "dssm"), ("matching", "clsm"))
"""Models of other playgrounds that the same server takes."""
EXACT = {"rtol": 1e-6, "atol": 0.0}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, rung in BESIDE:
        (folder / f"{name}.{rung}.onnx").write_bytes(exported(name, rung))
    return folder


@pytest.fixture(scope="module")
def server(beside: Path) -> Iterator[Running]:
    """On the shipped bundle."""
    with running("--models", str(beside)) as one:
        yield one


@pytest.fixture(scope="module")
def example() -> Any:
    return read(SHIPPED).example


@pytest.fixture(scope="module")
def schema() -> Any:
    return read(SHIPPED).schema


def v2(schema: Any, model: str, columns: dict[str, Any], outputs: tuple[str, ...] = ()) -> dict[str, Any]:
    """A request of the Open Inference Protocol."""
    types = {one["name"]: one["datatype"] for one in schema["models"][model]["inputs"]}
    tensors = [
        {"name": name, "shape": list(np.shape(value)), "datatype": types[name], "data": np.ravel(value).tolist()}
        for name, value in columns.items()
    ]
    return {"inputs": tensors, **({"outputs": [{"name": name} for name in outputs]} if outputs else {})}


def tensors(answer: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: np.reshape(one["data"], one["shape"]) for one in answer["outputs"]}


def same(found: Any, wanted: Any) -> None:
    array = np.asarray(wanted)
    if array.dtype.kind == "f":
        scale = np.abs(array).max()
        np.testing.assert_allclose(
            np.asarray(found, float), array, rtol=1e-6, atol=1e-6 * scale if (array == 0).any() else 0
        )
    else:
        assert np.asarray(found).tolist() == array.tolist()


def test_every_route_of_the_metadata(server: Running, schema: Any) -> None:
    assert server.get("/").json() == {"status": "alive"}
    assert server.get("/v2").json()["name"] and server.get("/v2/health/live").json() == {"live": True}
    assert server.get("/v2/health/ready").json() == {"ready": True}
    names = [*NAMES, *(f"{name}.{rung}" for name, rung in BESIDE)]
    assert (
        set(server.get("/v2/models").json()["models"]) == set(server.get("/v1/models").json()["models"]) == set(names)
    )
    for name in names:
        for at in (f"/v2/models/{name}", f"/v2/models/{name}/versions/1"):
            said = server.get(at).json()
            assert said["name"] == name and said["versions"] == ["1"] and said["platform"] == "onnxruntime_onnx"
            assert said["inputs"] and said["outputs"]
            assert server.get(f"{at}/ready").json()["ready"]
        assert server.get(f"/v1/models/{name}").json()["ready"]
    for name in NAMES:
        said = server.get(f"/v2/models/{name}").json()
        for side in ("inputs", "outputs"):
            wanted = [{key: one[key] for key in ("name", "datatype", "shape")} for one in schema["models"][name][side]]
            assert said[side] == wanted
    assert "request_predict_seconds" in server.get("/metrics").text


@pytest.mark.parametrize("model", NAMES)
def test_the_shipped_example_by_every_protocol_with_torchs_numbers(
    model: str, server: Running, example: Any, schema: Any
) -> None:
    """Rows and columns of v1, JSON and gRPC of v2, plain and by version."""
    asked, wanted = example[model]["request"], example[model]["answer"]
    columns = server.post(f"/v1/models/{model}:predict", {"inputs": asked}).json()["outputs"]
    counts = {len(value) for value in asked.values()}
    rows = [{name: value[n] for name, value in asked.items()} for n in range(counts.pop())]
    predictions = server.post(f"/v1/models/{model}/versions/1:predict", {"instances": rows}).json()["predictions"]
    if not isinstance(predictions[0], dict):
        predictions = [{next(iter(wanted)): one} for one in predictions]
    by_rest = server.post(f"/v2/models/{model}/infer", v2(schema, model, asked)).json()
    versioned = server.post(f"/v2/models/{model}/versions/1/infer", v2(schema, model, asked, tuple(wanted))).json()
    assert by_rest["model_name"] == model and by_rest["model_version"] == "1"
    assert [one["name"] for one in versioned["outputs"]] == list(wanted)
    assert [one["name"] for one in by_rest["outputs"]] == [one["name"] for one in schema["models"][model]["outputs"]]
    for name, value in wanted.items():
        same(columns[name], value)
        same([one[name] for one in predictions], value)
        same(tensors(by_rest)[name], value)
        same(tensors(versioned)[name], value)


def test_grpc_gives_torchs_odds(server: Running, example: Any, schema: Any) -> None:
    kinds = {"INT64": "int64_contents", "FP32": "fp32_contents", "FP64": "fp64_contents"}
    request = v2(schema, "ranking", example["ranking"]["request"])["inputs"]
    inputs = [
        {
            "name": one["name"],
            "datatype": one["datatype"],
            "shape": one["shape"],
            "contents": {kinds[one["datatype"]]: one["data"]},
        }
        for one in request
    ]
    infer, model = "ModelInfer", {"model_name": "ranking", "inputs": inputs}
    newest, first, live, ready, user, metadata, loaded, wrong, nobody, version, unload = server.over_grpc(
        (infer, model), (infer, model | {"model_version": "1"}), ("ServerLive", {}), ("ServerReady", {}),
        ("ModelReady", {"name": "user", "version": "1"}), ("ModelMetadata", {"name": "user"}),
        ("RepositoryModelLoad", {"model_name": "user"}), (infer, model | {"inputs": inputs[:1]}),
        (infer, {"model_name": "nobody"}), (infer, {"model_name": "user", "model_version": "9"}),
        ("RepositoryModelUnload", {"model_name": "nobody"}),
    )  # fmt: skip
    for answer in (newest, first):
        same(answer["outputs"][0]["contents"]["fp32_contents"], example["ranking"]["answer"]["odds"])
        assert answer["model_version"] == "1"
    assert live == {"live": True} and ready == {"ready": True} and user == {"ready": True}
    assert [one["name"] for one in metadata["outputs"]] == ["u"] and loaded["isLoaded"]
    assert wrong["code"] == "INVALID_ARGUMENT" and "recent" in wrong["details"]
    assert nobody["code"] == version["code"] == unload["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("name", "rung"), BESIDE)
def test_models_of_other_playgrounds_are_files_that_it_takes(name: str, rung: str, server: Running) -> None:
    graph = engines()[name].leaving.carry(opened(name), rung).graph()
    model = f"{name}.{rung}"
    said = server.get(f"/v2/models/{model}").json()
    types = {one["name"]: one["datatype"] for one in said["inputs"]}
    assert list(types) == list(graph.inputs) and [one["name"] for one in said["outputs"]] == list(graph.outputs)
    for example in graph.examples:
        fed = {key: one.numpy() for key, one in zip(graph.inputs, example, strict=True)}
        request = [
            {"name": key, "shape": list(one.shape), "datatype": types[key], "data": one.ravel().tolist()}
            for key, one in fed.items()
        ]
        found = tensors(server.post(f"/v2/models/{model}/infer", {"inputs": request}).json())
        for key, wanted in zip(graph.outputs, graph.model(*example), strict=True):
            np.testing.assert_allclose(found[key], wanted.detach().numpy(), rtol=1e-5, atol=1e-6)
    wrong = server.post(f"/v2/models/{model}/infer", {"inputs": request[:0]})
    assert wrong.status_code == 400 and "missing" in wrong.json()["error"]


def test_errors_are_the_protocols_and_say_what_to_change(server: Running, example: Any, schema: Any) -> None:
    user, ranking = example["user"]["request"], example["ranking"]["request"]
    unknown, empty = user | {"watched": [[1_000_000]]}, user | {"watched": [[]]}
    wide = v2(schema, "ranking", {name: np.zeros((2, 3), int).tolist() for name in ranking})
    data = v2(schema, "user", user)
    data["inputs"][0] = {**data["inputs"][0], "shape": [7]}
    many = {"video": [1] * 1_000_000, "recent": [[-1] * 10], "languages": [[0, 0]], "numbers": [[0.0] * 6]}
    asked = {
        "/v1/models/user:predict": [
            ({"inputs": unknown}, "1000000"), ({"inputs": empty}, "watched nothing"), ({"instances": []}, "instances"),
            ({"instances": [{"watched": [1]}]}, "missing"), ({}, "instances"),
        ],
        "/v1/models/recall:predict": [
            ({"inputs": example["recall"]["request"] | {"k": [1_000_000]}}, "1,000,000"), ({"inputs": {}}, "u"),
        ],
        "/v1/models/ranking:predict": [
            ({"inputs": many}, "different numbers"),
            ({"inputs": {name: [value[0]] * 10_001 for name, value in ranking.items()}}, "10,001"),
            ({"inputs": ranking | {"video": [22_326] * len(ranking["video"])}}, "22326"),
        ],
        "/v2/models/ranking/infer": [(wide, "shape")],
        "/v2/models/user/infer": [(data, "shape"), (v2(schema, "user", user, ("v",)), "there is no output"), ({"inputs": []}, "missing")],
    }  # fmt: skip
    for path, cases in asked.items():
        for body, said in cases:
            answer = server.post(path, body)
            assert answer.status_code == 400, (path, said, answer.text)
            assert said in answer.json()["error"]
    assert server.post("/v1/models/nobody:predict", {"instances": [1]}).status_code == 404
    assert server.post("/v2/models/user/versions/9/infer", v2(schema, "user", user)).status_code == 404
    assert server.post("/v2/models/user/infer", {"input": []}).status_code == 422
    assert requests.post(f"{server.url}/v1/models/user:predict", data=b"no JSON", timeout=60).status_code == 400
    plain = requests.post(f"{server.url}/v1/models/user:predict", data=json.dumps({"inputs": user}), timeout=60)
    assert plain.ok, "as curl sends it, which says that it is a form"
    page = requests.post(
        f"{server.url}/v2/repository/models/user/unload", headers={"origin": "https://x.example"}, timeout=60
    )
    assert page.status_code == 403 and server.get("/v2/models/user/ready").ok
    parts = requests.post(f"{server.url}/v1/models/user:predict", data=iter([b"{}"]), timeout=60)
    assert parts.status_code == 411
    with socket.create_connection(("127.0.0.1", server.rest), timeout=60) as one:
        one.sendall(b"POST /v1/models/user:predict HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.1 413 ")


def test_it_listens_on_this_machine_alone(server: Running) -> None:
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.split(":")
            if state == "0A" and int(port, 16) in (server.rest, server.grpc):
                addresses.add(address)
    assert addresses and all(one.endswith("0100007F") for one in addresses)


def test_a_thousand_requests_of_eight_clients_none_lost(
    server: Running, example: Any, schema: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    body = v2(schema, "recommend", example["recommend"]["request"], ("videos", "odds"))
    wanted = example["recommend"]["answer"]

    def client(_: int) -> list[float]:
        spent = []
        with requests.Session() as session:
            for _ in range(REQUESTS // CLIENTS):
                begun = time.perf_counter()
                answer = session.post(f"{server.url}/v2/models/recommend/infer", json=body, timeout=300)
                spent.append((time.perf_counter() - begun) * 1_000)
                found = tensors(answer.json())
                same(found["videos"], wanted["videos"])
                same(found["odds"], wanted["odds"])
        return spent

    with ThreadPoolExecutor(CLIENTS) as pool:
        spent = [one for some in pool.map(client, range(CLIENTS)) for one in some]
    assert len(spent) == REQUESTS
    with capsys.disabled():
        print(
            f"\n{REQUESTS} requests of {CLIENTS} clients: p50 {np.percentile(spent, 50):.1f} ms, p99 {np.percentile(spent, 99):.1f} ms"
        )


def test_killed_and_started_again_it_answers_the_same(tmp_path: Path) -> None:
    write(files(), tmp_path / "bundle")
    asked = json.loads(files()["example.json"])["recommend"]["request"]
    with running("--bundle", str(tmp_path / "bundle")) as first:
        before = first.post("/v1/models/recommend:predict", {"inputs": asked}).json()["outputs"]
        first.process.kill()
        first.process.wait()
        with pytest.raises(requests.ConnectionError):
            first.get("/v2/health/ready")
        with running("--bundle", str(tmp_path / "bundle"), rest=first.rest, grpc=first.grpc) as second:
            after = second.post("/v1/models/recommend:predict", {"inputs": asked}).json()["outputs"]
    before.pop("milliseconds"), after.pop("milliseconds")
    assert before == after


def test_versions_reload_and_a_corrupt_bundle_while_clients_ask(tmp_path: Path) -> None:
    """Two versions side by side; a third comes while two clients ask, and none of their requests is lost; then one that is
    corrupt is refused, and what was served goes on; a version is taken away."""
    (tmp_path / "1.zip").write_bytes(zipped(files()))
    write(files(seed=1), tmp_path / "2")
    asked = {n: json.loads(files(seed=n)["example.json"])["user"] for n in (1, 2)}
    asked[0] = json.loads(files()["example.json"])["user"]
    with running("--bundle", str(tmp_path)) as server:

        def u(version: int | None, of: int) -> Any:
            path = f"/v1/models/user{'' if version is None else f'/versions/{version}'}:predict"
            return server.post(path, {"inputs": asked[of]["request"]}).json()["outputs"]["u"]

        same(u(1, 0), asked[0]["answer"]["u"])
        same(u(2, 1), asked[1]["answer"]["u"])
        same(u(None, 1), asked[1]["answer"]["u"])
        assert server.get("/v2/models/user").json()["versions"] == ["1", "2"]
        stop, lost, answered = threading.Event(), [], []

        def client() -> None:
            with requests.Session() as session:
                while not stop.is_set():
                    answer = session.post(
                        f"{server.url}/v1/models/user:predict", json={"inputs": asked[1]["request"]}, timeout=300
                    )
                    (answered if answer.ok else lost).append(answer.status_code)

        threads = [threading.Thread(target=client) for _ in range(2)]
        for one in threads:
            one.start()
        write(files(seed=2), tmp_path / "3")
        assert server.post("/v2/repository/models/user/load").json() == {"name": "user", "load": True}
        same(u(None, 2), asked[2]["answer"]["u"])
        same(u(2, 1), asked[1]["answer"]["u"])
        write(files(), tmp_path / "4")
        broken = tmp_path / "4" / "ranking.onnx"
        broken.write_bytes(broken.read_bytes()[:-1])
        refused = server.post("/v2/repository/models/user/load")
        assert refused.status_code == 400 and "ranking.onnx" in refused.json()["error"]
        same(u(None, 2), asked[2]["answer"]["u"])
        stop.set()
        for one in threads:
            one.join()
        assert not lost and answered
        shutil.rmtree(tmp_path / "4")
        assert server.post("/v2/repository/models/user@3/unload").ok
        assert server.post("/v1/models/user/versions/3:predict", {"inputs": asked[2]["request"]}).status_code == 404
        same(u(None, 1), asked[1]["answer"]["u"])
        assert (
            server.post("/v2/repository/models/user/unload").ok
            and "user" not in server.get("/v2/models").json()["models"]
        )
        assert server.post(
            "/v1/models/recall/versions/1:predict", {"inputs": json.loads(files()["example.json"])["recall"]["request"]}
        ).ok
        assert server.post("/v2/repository/models/user/load").ok
        same(u(3, 2), asked[2]["answer"]["u"])
        assert server.post("/v2/repository/models/nobody/unload").status_code == 404
        assert server.post("/v2/repository/models/nobody/load").status_code == 404


def test_a_corrupt_bundle_is_not_started_with(tmp_path: Path) -> None:
    write(files() | {"index.faiss": b"no index"}, tmp_path)
    one = Running("--bundle", str(tmp_path))
    said = one.process.communicate(timeout=300)[0]
    assert one.process.returncode == 2 and "refused" in said and "index.faiss" in said
