"""`streamlit run app.py` as a process of its own: where it listens, whom it lets in, and that it never asks the outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.pages.visits import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
GUARD = '''
import os, sys

HOME = {"127.0.0.1", "127.0.0.2", "::1", "localhost", "0.0.0.0", "", None, b"localhost"}
NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}

def guard(event, args):
    """Whatever would leave this machine is written down, and does not leave it."""
    if event in NAMES:
        target = args[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        if not isinstance(args[1], tuple):
            return  # a unix socket
        target = args[1][0]
    else:
        return
    if target not in HOME:
        with open(os.environ["GUARD"], "a") as log:
            log.write(f"{event} {target}\\n")
        raise OSError(f"{event} {target}: kept in by the test")

sys.addaudithook(guard)
'''
"""A sitecustomize.py: Python runs it before anything else, in workers too."""


@dataclass(frozen=True)
class Server:
    port: int
    log: Path

    def asked_outside(self) -> str:
        return self.log.read_text()

    def knock(self, origin: str | None) -> int:
        """The status that a websocket from this Origin is answered with: 101 lets it in."""
        try:
            with connect(
                f"ws://127.0.0.1:{self.port}/_stcore/stream",
                origin=None if origin is None else Origin(origin),
                subprotocols=[Subprotocol("streamlit")],
                open_timeout=PATIENCE,
            ):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code


def guarded(folder: Path) -> dict[str, str]:
    (folder / "sitecustomize.py").write_text(GUARD)
    (folder / "log").touch()
    return os.environ | {"PYTHONPATH": str(folder), "GUARD": str(folder / "log"), "GATESCOPE_WORKERS": "1"}


@contextmanager
def started(folder: Path, *options: str) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=guarded(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10) as answer:
                    assert answer.read() == b"ok"
                    break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
        yield Server(port, folder / "log")
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("plain")) as server:
        yield server


def test_the_guard_sees_what_streamlit_asks(tmp_path: Path) -> None:
    """Or an empty log would say nothing."""
    asks = "from streamlit import net_util; net_util.get_internal_ip(); net_util.get_external_ip()"
    subprocess.run(
        [sys.executable, "-c", asks], env=guarded(tmp_path), check=True, capture_output=True, timeout=PATIENCE
    )
    log = (tmp_path / "log").read_text()
    assert "socket.connect 8.8.8.8" in log and "socket.getaddrinfo checkip.amazonaws.com" in log


def test_a_foreign_page_is_refused_and_nobody_is_asked(plain: Server) -> None:
    """Also as the very first visitor, before any session has run app.py."""
    assert plain.asked_outside() == ""
    for origin in (
        "http://evil.example",
        "https://192.0.2.7:8501",
        "null",
        "http://[",
        "http://localhost.evil.example",
    ):
        assert plain.knock(origin) == 403, origin
    assert plain.asked_outside() == ""


def test_our_own_pages_come_in(plain: Server) -> None:
    for origin in (f"http://127.0.0.1:{plain.port}", "http://localhost:3000", None):
        assert plain.knock(origin) == 101, origin
    assert plain.asked_outside() == ""


def test_it_listens_on_this_machine_only(plain: Server) -> None:
    """127.0.0.2 is this machine too, but not the address that is listened on."""
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", plain.port), timeout=5):
        pass


def test_open_to_a_room_it_asks_nobody_either(tmp_path: Path) -> None:
    named = ("--server.address", "0.0.0.0", "--browser.serverAddress", "room.example")
    with started(tmp_path, *named, "--server.corsAllowedOrigins", "https://front.example") as server:
        assert server.knock("https://evil.example") == 403
        assert server.knock("https://front.example") == server.knock("http://room.example") == 101
        assert server.asked_outside() == ""
