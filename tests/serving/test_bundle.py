"""A bundle answers as the page's own server does; what is not whole is refused; what ships is of the recording that ships."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.recommender.serving.request import request
from engine.recommender.serving.server import Server
from engine.recommender.shipped import recorded
from engine.recommender.taken.bundle import SHIPPED, bundle_of, write, zipped
from serving.bundle import Refused, read
from serving.funnel import Funnel
from serving.tensors import Spec, Wrong, checked, of_columns, of_rows
from tests.serving.small import files, funnel, trained


def tensors(there: Funnel, model: str, columns: dict[str, object]) -> dict[str, np.ndarray]:
    specs = [Spec.of(one) for one in there.bundle.schema["models"][model]["inputs"]]
    return checked(specs, of_columns(specs, columns))


@pytest.fixture(scope="module", params=["exact", "ivf", "hnsw"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, Funnel]:
    return trained(index=request.param)[0], funnel(tmp_path_factory.mktemp("bundle"), index=request.param)


@pytest.mark.parametrize("day", [20.0, 9.0])
def test_the_funnel_is_the_one_on_stage(both: tuple[Server, Funnel], day: float) -> None:
    """For users of every kind of index: the same candidates, scores, odds, order, and the same way in which a video was
    lost."""
    server, there = both
    site, stages = server.site, set()
    users = [u for u in range(0, 300, 17) if len(request(site, u, day)["watched"][0])]
    for user in users:
        given, told = server.recommend(user, day), request(site, user, day)
        for video in (*given.shown[:1], *given.candidates[-1:], *site.known[::173], *range(0, 2_000, 397)):
            columns = {name: one.tolist() for name, one in told.items()} | {"why_not": [int(video)]}
            answer = there.recommend(tensors(there, "recommend", columns))
            lost = server.lost(given, int(video))
            assert (answer["stage"][0], answer["place"][0]) == (lost.stage, lost.place)
            assert answer["gap"][0] == pytest.approx(lost.gap, rel=1e-4, abs=1e-5)
            stages.add(lost.stage)
        assert answer["candidates"][0].tolist() == given.candidates.tolist()
        assert answer["videos"][0].tolist() == given.shown.tolist()
        np.testing.assert_allclose(answer["scores"][0], given.scores, rtol=1e-5)
        np.testing.assert_allclose(answer["candidate_odds"][0], np.exp(given.z), rtol=1e-5)
    assert len(users) > 10 and stages >= {"watched", "cold", "shown", "recall", "ranking"} - (
        {"watched"} if day < 20 else set()
    )
    assert day == 20.0 or "future" in stages


def test_several_users_at_once_are_each_alone(both: tuple[Server, Funnel]) -> None:
    server, there = both
    users = [u for u in range(40) if len(request(server.site, u, 20.0)["watched"][0])][:5]
    rows = [{name: one[0].tolist() for name, one in request(server.site, u, 20.0).items()} for u in users]
    specs = [Spec.of(one) for one in there.bundle.schema["models"]["recommend"]["inputs"]]
    together = there.recommend(checked(specs, of_rows(specs, rows)))
    for n, row in enumerate(rows):
        alone = there.recommend(checked(specs, of_rows(specs, [row])))
        np.testing.assert_array_equal(together["videos"][n], alone["videos"][0])
        np.testing.assert_allclose(together["odds"][n], alone["odds"][0], rtol=1e-5)


def test_what_was_watched_now_changes_u_and_does_not_come_back(both: tuple[Server, Funnel]) -> None:
    """Fresh: without any training, at the next request."""
    server, there = both
    user = int(np.argmax(np.diff(server.site.history.watches.start)))
    columns = {name: one.tolist() for name, one in request(server.site, user, 20.0).items()}
    first = there.recommend(tensors(there, "recommend", columns))
    chosen, now = int(first["videos"][0, 0]), columns["now"][0]
    columns["watched"][0].insert(0, chosen), columns["watched_at"][0].insert(0, now)
    columns["now"] = [now + 1]
    then = there.recommend(tensors(there, "recommend", columns))
    assert not np.array_equal(first["u"], then["u"]) and chosen not in then["candidates"]
    assert then["videos"].tolist() != first["videos"].tolist()


WRONG = {
    "no such input": {"colour": [1]},
    "missing": {"region": None},
    "shape": {"region": [[1]]},
    "rows": {"age": [1.0, 2.0]},
    "a word": {"region": ["north"]},
    "a fraction": {"region": [1.5]},
    "not finite": {"age": [float("nan")]},
    "unknown video": {"watched": [[2_000]]},
    "unknown token": {"searched": [[9_999]]},
    "unknown region": {"region": [-1]},
    "unknown language": {"language": [99]},
    "nothing watched": {"watched": [[]], "watched_at": [[]]},
    "only taken away": {"watched": [[-1]], "watched_at": [[5]]},
    "watched later": {"watched_at": [[1_728_000]]},
    "times of other shape": {"shown": [[1]], "shown_times": [[1, 2]]},
    "times missing": {"shown": [[1]]},
    "unknown shown": {"shown": [[5_000]], "shown_times": [[1]]},
    "why not what there is not": {"why_not": [2_000]},
    "too long": {"watched": [[1] * 10_001], "watched_at": [[1] * 10_001]},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_answered_says_what_to_change(case: str, both: tuple[Server, Funnel]) -> None:
    there = both[1]
    columns = {
        "watched": [[3]], "watched_at": [[7]], "searched": [[1]], "region": [1], "language": [1], "age": [30.0],
        "gender": [1.0], "now": [1_728_000],
    }  # fmt: skip
    there.recommend(tensors(there, "recommend", columns))
    wrong = {name: value for name, value in (columns | WRONG[case]).items() if value is not None}
    with pytest.raises(Wrong) as error:
        there.recommend(tensors(there, "recommend", wrong))
    assert len(str(error.value)) > 20


def test_a_bundle_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    """Each file missing, each file changed by one byte, another format, and no bundle at all."""
    whole = files()
    write(whole, tmp_path / "whole")
    assert read(tmp_path / "whole").recording == trained()[1].digest
    cases: list[dict[str, bytes]] = []
    for name, data in whole.items():
        cases += [
            {n: d for n, d in whole.items() if n != name},
            whole | {name: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]},
        ]
    said = json.loads(whole["manifest.json"])
    cases.append(whole | {"manifest.json": json.dumps(said | {"format": "gatescope bundle 0"}).encode()})
    lying = {name: hash_ for name, hash_ in said["files"].items() if name != "user.onnx"}
    cases.append(whole | {"manifest.json": json.dumps(said | {"files": lying}).encode(), "user.onnx": b"anything"})
    for n, case in enumerate(cases):
        write({"manifest.json": b""} | case, tmp_path / str(n))
        if "manifest.json" not in case:
            (tmp_path / str(n) / "manifest.json").unlink()
        with pytest.raises(Refused):
            read(tmp_path / str(n))
    (tmp_path / "no.zip").write_bytes(b"PK no zip")
    for path in (tmp_path / "no.zip", tmp_path / "nowhere"):
        with pytest.raises(Refused):
            read(path)


def test_a_zip_is_the_folder(tmp_path: Path) -> None:
    (tmp_path / "1.zip").write_bytes(zipped(files()))
    write(files(), tmp_path / "folder")
    one, other = read(tmp_path / "1.zip"), read(tmp_path / "folder")
    assert one.user == other.user and one.index == other.index and np.array_equal(one.channel, other.channel)
    assert zipped(files()) == zipped(files())


@pytest.mark.slow
def test_what_ships_is_of_the_recording_that_ships() -> None:
    """`make bundle` writes it. Graphs and answers may differ in their last digit on another processor, nothing else may."""
    assert SHIPPED.stat().st_size < 6_000_000
    with zipfile.ZipFile(io.BytesIO(SHIPPED.read_bytes())) as archive:
        stored = {name: archive.read(name) for name in archive.namelist()}
    fresh, said = bundle_of(recorded()), json.loads(stored["manifest.json"])
    assert said["recording"] == recorded().digest
    assert set(stored) == set(fresh)
    for name in ("index.faiss", "catalogue.npz", "quantiles.npz", "schema.json"):
        assert stored[name] == fresh[name], f"{name} is old: make bundle"
    for name, of in json.loads(fresh["example.json"]).items():
        old = json.loads(stored["example.json"])[name]
        assert old["request"].keys() == of["request"].keys()
        for part, value in of["answer"].items():
            if np.asarray(value).dtype.kind == "f":
                np.testing.assert_allclose(old["answer"][part], value, rtol=1e-4, atol=1e-6)
            else:
                assert old["answer"][part] == value
