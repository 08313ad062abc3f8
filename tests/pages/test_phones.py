"""The address for the phones in a room: what it leaves out, whom it reaches, and its code."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import segno

from pages.ui.phones import address, code, stays_here


def test_a_phone_gets_the_state_without_the_room() -> None:
    url = "http://hall.example:8501/multitask?presenter=true&multitask_rung=ple&multitask_point=6&multitask_hands=1.2.3.4&multitask_revealed=true&lang=zh"
    assert address(url) == "http://hall.example:8501/multitask?multitask_rung=ple&multitask_point=6&lang=zh"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "127.9.9.9", "[::1]:8501", "app.localhost", "localhost."]
)
def test_who_says_here_leads_no_phone_here(host: str) -> None:
    assert stays_here(f"http://{host}/multitask")


@pytest.mark.parametrize(
    "host", ["192.168.1.20:8501", "hall.example", "[fe80::1]:8501", "10.0.0.3", "localhost.example"]
)
def test_another_name_is_the_rooms(host: str) -> None:
    assert not stays_here(f"http://{host}/multitask")


def test_the_code_is_that_of_the_address_and_scales() -> None:
    url = "http://hall.example:8501/multitask?lang=zh"
    kind, _, data = code(url).partition(",")
    assert kind.startswith("data:image/svg+xml")
    text = base64.b64decode(data).decode() if "base64" in kind else unquote(data)
    drawing = ElementTree.fromstring(text)
    matrix = segno.make(url, error="m", micro=False).matrix
    assert drawing.attrib["viewBox"] == f"0 0 {len(matrix) + 8} {len(matrix) + 8}", "four light modules around it"
    assert "width" not in drawing.attrib
    (path,) = (one for one in drawing.iter() if one.attrib.get("stroke") in ("#000", "#000000", "black"))
    dark = sum(int(run) for run in re.findall(r"h(\d+)", path.attrib["d"]))
    assert dark == sum(sum(1 for module in row if module) for row in matrix)


def test_what_no_code_can_hold_has_none() -> None:
    assert code("http://hall.example/?q=" + "x" * 4000) == ""


def test_a_phone_gets_what_was_decided_about_a_file() -> None:
    """The room's reveal had the same name once, and one took the other away."""
    url = "http://hall.example:8501/recommender?recommender_told=%7B%22separator%22%3A%22%3B%22%7D"
    assert address(url) == url
