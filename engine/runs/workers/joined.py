"""Joined: this machine as a node of a cluster, without CPUs for it, for as long as the server lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STORE_BYTES = 80 * 2**20
SCRIPT = '"$@" >/dev/null 2>&1 & node=$!; read _; kill "$node"; wait "$node"'
"""The node ends when the server closes the pipe or dies."""


class Joined:
    """A node that was started here for the cluster at `address`; whoever connects to that address next finds it."""

    def __init__(self, address: str) -> None:
        ray = str(Path(sys.executable).with_name("ray"))
        command = [ray, "start", f"--address={address}", "--num-cpus=0", f"--object-store-memory={STORE_BYTES}"]
        self._shell = subprocess.Popen(
            ["sh", "-c", SCRIPT, "sh", *command, "--disable-usage-stats", "--block"], stdin=subprocess.PIPE
        )

    @property
    def over(self) -> bool:
        """Whether the node has ended."""
        return self._shell.poll() is not None

    def leave(self) -> None:
        """End the node."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait()
