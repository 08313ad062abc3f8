"""A model server of its own environment, started and asked as a stranger would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv-serving"
PATIENCE = 300.0
"""Seconds for what must come, on however busy a machine."""
HOW = (
    "The model server has no environment of its own, or an old one: `make .venv-serving/.ready` installs it, as `make test` does. "
    "Where pip reaches no package index, it says how."
)
GRPC = Path(__file__).with_name("grpc_client.py")


def python() -> str:
    """The interpreter of the server's environment. AssertionError saying how to get it."""
    ready, wanted = HOME / ".ready", ROOT / "requirements-serving.txt"
    assert ready.exists() and ready.stat().st_mtime >= wanted.stat().st_mtime, HOW
    return str(HOME / "bin" / "python")


def free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Running:
    """A server's process, its ports, and how it is asked."""

    def __init__(self, *arguments: str, rest: int | None = None, grpc: int | None = None) -> None:
        self.rest, self.grpc = rest or free(), grpc or free()
        command = [python(), "-m", "serving", "--port", str(self.rest), "--grpc-port", str(self.grpc), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.url = f"http://127.0.0.1:{self.rest}"

    def wait(self) -> None:
        """Until it answers. AssertionError with what it said where it ends instead."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(self.process.communicate()[0])
            try:
                if requests.get(f"{self.url}/v2/health/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()

    def get(self, path: str) -> Any:
        return requests.get(self.url + path, timeout=PATIENCE)

    def post(self, path: str, body: Any = None) -> Any:
        return requests.post(self.url + path, json=body, timeout=PATIENCE)

    def over_grpc(self, *asked: tuple[str, Any]) -> list[Any]:
        """What calls of the inference service answer, each as JSON; gRPC's client lives in the server's environment."""
        done = subprocess.run(
            [python(), str(GRPC), str(self.grpc)], input=json.dumps(asked), capture_output=True, text=True,
            timeout=PATIENCE, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: list[Any] = json.loads(done.stdout)
        return found


@contextmanager
def running(*arguments: str, rest: int | None = None, grpc: int | None = None) -> Iterator[Running]:
    server = Running(*arguments, rest=rest, grpc=grpc)
    try:
        server.wait()
        yield server
    finally:
        server.end()
