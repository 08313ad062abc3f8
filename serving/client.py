"""A client of the model server, with nothing but the standard library: requests as they are sent, and how long they took."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from engine.features import Array
from serving.tensors import TYPES

PATIENCE = 10.0
"""Seconds for an answer."""


class Unanswered(Exception):
    """The server did not answer, or answered that it cannot; the sentence is its own where it has one."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """One request and its answer, as sent: path, body, answer, and milliseconds from the first to the last byte."""

    path: str
    body: Mapping[str, Any]
    answer: Mapping[str, Any]
    milliseconds: float

    @property
    def tensors(self) -> dict[str, Array]:
        """What came back, by name."""
        return {
            one["name"]: np.array(one["data"], TYPES[one["datatype"]]).reshape(one["shape"])
            for one in self.answer["outputs"]
        }

    def curl(self, url: str) -> str:
        """A request as one command for a shell."""
        body = json.dumps(self.body, separators=(",", ":"))
        return f"curl -s {url.rstrip('/')}{self.path} -H 'content-type: application/json' -d '{body}'"


class Client:
    """One connection to a server, kept open; for one thread. Every method raises Unanswered."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unanswered(f"“{url}” is no address of a server, as http://127.0.0.1:8080")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection, self._under = kind(parts.hostname, parts.port, timeout=PATIENCE), parts.path.rstrip("/")

    def metadata(self, model: str) -> dict[str, Any]:
        """What a model takes and gives."""
        return self._ask("GET", f"/v2/models/{model}", None)

    def infer(self, model: str, given: Mapping[str, Array], outputs: Sequence[str] = ()) -> Exchange:
        """By the Open Inference Protocol, in JSON."""
        body = request_of(given, outputs)
        path, begun = f"/v2/models/{model}/infer", time.perf_counter()
        answer = self._ask("POST", path, body)
        return Exchange(path, body, answer, (time.perf_counter() - begun) * 1_000)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: Any) -> dict[str, Any]:
        sent = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, self._under + path, sent, {"content-type": "application/json"})
            response = self._connection.getresponse()
            read = response.read()
            answer = json.loads(read)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            raise Unanswered(f"{type(error).__name__}: {error}") from error
        if response.status != 200 or not isinstance(answer, dict):
            raise Unanswered(str(answer.get("error", answer) if isinstance(answer, dict) else answer))
        return answer


def request_of(given: Mapping[str, Array], outputs: Sequence[str] = ()) -> dict[str, Any]:
    """A request of the Open Inference Protocol, in JSON; only some outputs if they are named."""
    kinds = {np.dtype(kind): name for name, kind in TYPES.items()}
    tensors = [
        {"name": name, "shape": list(one.shape), "datatype": kinds[one.dtype], "data": one.ravel().tolist()}
        for name, one in given.items()
    ]
    return {"inputs": tensors, **({"outputs": [{"name": name} for name in outputs]} if outputs else {})}


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """What a load came to: milliseconds (N,) of each answer, requests that were not answered, and seconds it took."""

    milliseconds: Array
    lost: int
    seconds: float


def load(
    url: str, model: str, given: Mapping[str, Array], outputs: Sequence[str], clients: int, seconds: float
) -> Load:
    """Some clients, each asking again as soon as it is answered, for so many seconds and not one more request."""
    spent: list[float] = []
    lost: list[str] = []
    begun = time.perf_counter()

    def ask() -> None:
        client = Client(url)
        while time.perf_counter() - begun < seconds:
            try:
                spent.append(client.infer(model, given, outputs).milliseconds)
            except Unanswered as error:
                lost.append(str(error))
                if len(lost) > 100:  # it is gone
                    break
        client.close()

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return Load(np.array(spent), len(lost), time.perf_counter() - begun)


def watched_now(given: Mapping[str, Array], video: int) -> dict[str, Array]:
    """A request as it is a second after its user has watched one more video."""
    now = given["now"]
    return {
        **given,
        "watched": np.concatenate((np.full((len(now), 1), video), given["watched"]), 1),
        "watched_at": np.concatenate((now[:, None], given["watched_at"]), 1),
        "now": now + 1,
    }
