"""Freed memory is reused: what `keep_freed_memory` promises, counted in page faults."""

import subprocess
import sys

import pytest

COUNT = """
import resource, sys, torch
from engine.multitask import MMoE
from engine.runs.workers.memory import keep_freed_memory
from engine.runs.stack import Stack

torch.set_num_threads(1)
agreed = keep_freed_memory() if sys.argv[1] == "keep" else None
stack, x = Stack([MMoE() for _ in range(64)]), torch.ones(64, 256, 100)

def step():
    stack(x).predictions.sum().backward()

for _ in range(5):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(agreed, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(mode: str) -> tuple[str, int]:
    done = subprocess.run([sys.executable, "-c", COUNT, mode], capture_output=True, text=True, check=True)
    agreed, count = done.stdout.split()
    return agreed, int(count)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mallopt is glibc's")
def test_a_stack_of_models_reuses_its_activations():
    agreed, kept = faults("keep")
    assert agreed == "True"
    assert kept < faults("plain")[1] / 2  # measured: 2,049 pages against 15,000 to 25,000
