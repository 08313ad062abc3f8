"""Machine: what a worker's digits rest on besides the config: code, libraries, processor."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from engine.files import ROOT

CPU_INFO = Path("/proc/cpuinfo")
CAPABILITY = ("ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA")
"""Variables that bind arithmetic to fewer instructions than a processor has, so that unlike ones can give the same digits."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where two agree in all of it, the same config gives the same digits.

    code       sha256 over the modules of the engine, 16 hex digits
    libraries  versions of Python, torch and numpy
    processor  its maker, and the instructions that torch uses of it
    """

    code: str
    libraries: str
    processor: str

    @classmethod
    def here(cls) -> Self:
        """That of this process. It imports torch."""
        import torch

        versions = " ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "numpy"))
        capability = torch.backends.cpu.get_cpu_capability()
        return cls(engine_code(), f"Python {platform.python_version()} {versions}", f"{_maker()} {capability}")

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Self:
        """The machine that a worker's first record tells of."""
        return cls(str(said["code"]), str(said["libraries"]), str(said["processor"]))

    def to_dict(self) -> dict[str, str]:
        """For a record."""
        return asdict(self)

    def differs(self, other: Machine, processor: bool) -> str:
        """What of another is unlike, in words for the log; "" where nothing is. Of the processor only where that is asked."""
        pairs = [("code", self.code, other.code), ("libraries", self.libraries, other.libraries)]
        pairs += [("processor", self.processor, other.processor)] if processor else []
        return ", ".join(f"{name} {theirs} instead of {mine}" for name, mine, theirs in pairs if mine != theirs)


def engine_code(root: Path = ROOT) -> str:
    """A hash of every module of the engine: which it is, and what it says."""
    found = hashlib.sha256()
    for path in sorted((root / "engine").rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _maker() -> str:
    """Who made the processor, where the system says so; else its kind."""
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(errors="replace").splitlines():
            if line.startswith(("vendor_id", "CPU implementer")):
                return f"{platform.machine()} {line.partition(':')[2].strip()}"
    return platform.machine()
