"""A request is read as the same moment was in training, to the bit, by code that brings no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.features import counted, hours_since
from engine.recommender.ranking.features import impressions
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import viewers
from engine.recommender.serving.request import request
from engine.recommender.serving.server import Server
from engine.recommender.site.history import SECONDS
from serving.funnel import Funnel
from serving.tensors import Spec, checked, of_columns
from tests.serving.small import funnel, trained

ROOT = Path(__file__).resolve().parents[2]
OFF = {"bends": "off", "powers": "off", "example_age": "off"}
NO_TORCH = """
import sys
sys.modules["torch"] = sys.modules["streamlit"] = None  # importing either fails
from pathlib import Path
import engine.features, serving.files
from serving.bundle import read
from serving.funnel import Funnel
from serving.tensors import Spec, checked, of_columns
funnel = Funnel(read(Path(sys.argv[1])))
for name, example in funnel.bundle.example.items():
    specs = [Spec.of(one) for one in funnel.bundle.schema["models"][name]["inputs"]]
    assert funnel.answers[name](checked(specs, of_columns(specs, example["request"])))
print(sorted(name for name, module in sys.modules.items() if module and name.split(".")[0] in ("torch", "streamlit", "pages")))
"""


@pytest.fixture(scope="module", params=["on", "off"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, Funnel]:
    changes = OFF if request.param == "off" else {}
    return trained(**changes)[0], funnel(tmp_path_factory.mktemp("bundle"), **changes)


def test_the_room_brings_no_torch(tmp_path: Path) -> None:
    """In a process where importing torch or Streamlit fails, all but what speaks KServe answers."""
    funnel(tmp_path)
    done = subprocess.run([sys.executable, "-c", NO_TORCH, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def asked(there: Funnel, server: Server, user: int, day: float, without: tuple[int, ...] = ()) -> dict[str, np.ndarray]:
    """As it comes through JSON."""
    specs = [Spec.of(one) for one in there.bundle.schema["models"]["recommend"]["inputs"]]
    columns = {name: one.tolist() for name, one in request(server.site, user, day, without).items()}
    return checked(specs, of_columns(specs, columns))


@pytest.mark.parametrize("day", [20.0, 11.0])
def test_a_request_has_the_features_of_training_to_the_bit(both: tuple[Server, Funnel], day: float) -> None:
    server, there = both
    site, videos, second, looked = server.site, server.site.known[::7], int(day * SECONDS), 0
    for user in range(0, 300, 13):
        behind = site.history.watches.before(np.array([user]), np.array([second]))
        if behind[0] == site.history.watches.start[user]:
            continue
        looked += 1
        given, nothing = asked(there, server, user, day), np.array([-1])
        some = Examples(np.array([user]), nothing, nothing, np.zeros(1), behind, np.array([second]))
        for a, b in zip(there.user_features(given), viewers(site, some, serving=True), strict=True):
            assert a.dtype == b.numpy().dtype and a.tobytes() == b.numpy().tobytes()
        log = site.world.log
        before = (log.user == user) & (log.time < day)
        seen = np.array([(before & (log.video == video)).sum() for video in videos])
        of = impressions(site, np.full(len(videos), user), videos, np.full(len(videos), day), seen)
        for a, b in zip(there.impression_features(given, 0, videos), server.ranker.seen(of), strict=True):
            assert a.dtype == b.numpy().dtype and a.tobytes() == b.numpy().tobytes()
    assert looked > 10


def test_watches_taken_away_are_gone_from_the_features_too(both: tuple[Server, Funnel]) -> None:
    server, there = both
    user = int(np.argmax(np.diff(server.site.history.watches.start)))
    last = int(request(server.site, user, 20.0)["watched"][0, 0])
    given, videos = asked(there, server, user, 20.0, (last,)), server.site.known[:200]
    wanted = server.seen(np.array([user]), 20.0, (last,))
    assert all(a.tobytes() == b.numpy().tobytes() for a, b in zip(there.user_features(given), wanted, strict=True))
    ranked = server.ranker.seen(server.features(user, videos, 20.0, (last,)))
    found = there.impression_features(given, 0, videos)
    assert all(a.tobytes() == b.numpy().tobytes() for a, b in zip(found, ranked, strict=True))
    plain = there.impression_features(asked(there, server, user, 20.0), 0, videos)
    assert not np.array_equal(plain.recent, found.recent)


def test_hours_and_counts_by_hand() -> None:
    hours = hours_since(np.array([3, 5, 3]), np.array([0, 3_600, 7_200]), np.array([3, 5, 9, 0]), 10_800)
    assert hours.tolist() == [1.0, 2.0, np.inf, np.inf]
    assert counted(np.array([2, 7]), np.array([4, 1]), np.array([7, 3, 2, 9])).tolist() == [1, 0, 4, 0]
    assert counted(np.zeros(0, int), np.zeros(0, int), np.array([7])).tolist() == [0]
