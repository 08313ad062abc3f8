"""The files that say how to run it elsewhere: they are read here, and agree with what they start. No container runs in tests."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.big_log.folder import DATA
from engine.runs.service.policy import PREFIX, RunPolicy

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
KUBERNETES: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy" / "kuberay.yaml").read_text()))
NGINX = (ROOT / "deploy" / "nginx.conf.template").read_text()
RAY = re.search(r"^ray==(\S+)$", (ROOT / "requirements-ray.txt").read_text(), re.M).group(1)  # type: ignore[union-attr]


def pods() -> list[dict[str, Any]]:
    cluster, deployment, _ = KUBERNETES
    groups = [cluster["spec"]["headGroupSpec"], *cluster["spec"]["workerGroupSpecs"]]
    return [one["template"]["spec"] for one in groups] + [deployment["spec"]["template"]["spec"]]


def test_all_that_the_app_needs_is_copied_and_lets_itself_be_copied() -> None:
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.M) for name in line.split()}
    assert copied == {"app.py", "requirements.txt", "requirements-ray.txt", ".streamlit", "assets", "engine", "pages"}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed and all((ROOT / name).exists() for name in copied)


def test_nothing_runs_as_root_or_writes_into_the_image() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.M)
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in COMPOSE["services"].values())
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert {"/tmp", "/dev/shm"} == {mount["mountPath"] for mount in container["volumeMounts"]}


def test_every_variable_is_one_that_something_reads() -> None:
    known = {PREFIX + field.name.upper() for field in fields(RunPolicy)} | {DATA}
    said = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", "".join(map(str, [COMPOSE, KUBERNETES]))))
    assert said and said <= known


def test_ray_is_the_one_that_is_pinned_and_asks_for_a_token() -> None:
    assert KUBERNETES[0]["spec"]["rayVersion"] == RAY
    for name in ("app", "ray-head", "ray-worker"):
        assert COMPOSE["services"][name]["environment"]["RAY_AUTH_MODE"] == "token"
    for pod in pods():
        (container,) = pod["containers"]
        assert {"name": "RAY_AUTH_MODE", "value": "token"} in container["env"]


@pytest.mark.parametrize(
    "header", ["Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"]
)
def test_the_headers_are_those_of_the_readme(header: str) -> None:
    said = [re.search(rf"add_header {header} .*$", text, re.M) for text in (NGINX, (ROOT / "README.md").read_text())]
    assert said[0] and said[1] and said[0].group() == said[1].group()
