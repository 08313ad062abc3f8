"""One file, no pickle, a content hash."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from engine.multitask import MultitaskConfig, TableConfig
from engine.runs import archive
from engine.runs.frame import Frame
from engine.runs.recording import Recording

CONFIG = MultitaskConfig(seed=4)


def recording(frames: int = 3) -> Recording[MultitaskConfig]:
    return Recording(CONFIG, tuple(
        Frame(10 * i, {"loss": np.arange(4.0) + i}, {"w": np.full((2, 3), i, np.float32)} if i != 1 else {}) for i in range(frames)
    ))  # fmt: skip


def test_it_survives_a_file(tmp_path: Path) -> None:
    whole = recording()
    whole.save(tmp_path / "run.npz")
    again = Recording.load(tmp_path / "run.npz", MultitaskConfig)
    assert again.digest == whole.digest and again.config == CONFIG and again.steps == (0, 10, 20)
    assert again.frames[1].parameters == {} and again.frames[2].parameters["w"].dtype == np.float32


def test_a_metric_that_only_some_frames_have_survives_too() -> None:
    """A comparison's last frame holds the result, the ones before it the losses."""
    frames = (
        Frame(0, {"loss": np.zeros(2), "seed": np.array(3)}),
        Frame(5, {"error": np.ones(3), "seed": np.array(3)}),
    )
    again = Recording.from_bytes(Recording(CONFIG, frames).to_bytes(), MultitaskConfig)
    assert [sorted(frame.metrics) for frame in again.frames] == [["loss", "seed"], ["error", "seed"]]
    assert again.digest == Recording(CONFIG, frames).digest


def test_the_hash_is_of_what_the_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that was added, or renamed, after it was written leaves it the recording that it was; so does writing it again."""
    added = {"decay": "none", **MultitaskConfig.older}
    monkeypatch.setattr(MultitaskConfig, "renamed", {"sprout": "seed"})
    told = {name: value for name, value in CONFIG.to_dict().items() if name not in added and name != "seed"}
    old = Recording.from_bytes(_with_config(recording().to_bytes(), told | {"sprout": 4}), MultitaskConfig)
    assert old.config == MultitaskConfig(seed=4, **MultitaskConfig.older) and old.digest != recording().digest
    assert Recording.from_bytes(old.to_bytes(), MultitaskConfig).digest == old.digest
    monkeypatch.setattr(MultitaskConfig, "older", MultitaskConfig.older | {"rows": 1_000})
    again = Recording.from_bytes(old.to_bytes(), MultitaskConfig)
    assert again.digest == old.digest


def _with_config(data: bytes, config: Mapping[str, object]) -> bytes:
    """The file with another config in its header."""
    with np.load(io.BytesIO(data)) as archive:
        arrays = dict(archive)
    header = json.loads(arrays["header"].tobytes()) | {"config": dict(config)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays | {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)})
    return buffer.getvalue()


def test_the_hash_sees_every_array() -> None:
    whole = recording()
    whole.frames[2].parameters["w"][1, 2] += 1e-3
    assert whole.digest != recording().digest != recording(2).digest


@pytest.mark.parametrize(
    "other",
    [np.zeros((3, 2), np.float32), np.zeros(6, np.float32), np.zeros((2, 3), np.int32)],
    ids=["turned", "flat", "integers"],
)
def test_the_hash_sees_what_the_bytes_mean(other: np.ndarray) -> None:
    """The same bytes in another shape, or as another kind of number, are another content."""
    array = np.zeros((2, 3), np.float32)
    assert other.tobytes() == array.tobytes()
    for one, two in ((Frame(0, {"loss": a}) for a in (array, other)), (Frame(0, {}, {"w": a}) for a in (array, other))):
        assert Recording(CONFIG, (one,)).digest != Recording(CONFIG, (two,)).digest


def test_a_stopped_run_is_a_prefix() -> None:
    whole, part = recording(3), recording(2)
    assert Recording(CONFIG, whole.frames[:2]).digest == part.digest


def test_pickles_are_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, header=np.array([{"format": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UserError):
        Recording.from_bytes(buffer.getvalue(), MultitaskConfig)


@pytest.mark.parametrize(
    "damage", [lambda d: d[: len(d) // 2], lambda d: b"", lambda d: b"PK\x03\x04" + d[4:40], lambda d: d[::-1]]
)
def test_damaged_files_are_told(damage) -> None:
    with pytest.raises(UserError):
        Recording.from_bytes(damage(recording().to_bytes()), MultitaskConfig)


def packed(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The members beside those of an ordinary recording."""
    buffer = io.BytesIO(recording().to_bytes())
    with zipfile.ZipFile(buffer, "a", how) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def npy(shape: tuple[int, ...], content: bytes = b"", descr: str = "<f8") -> bytes:
    """An array that says it is of this shape, whatever its content."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    return buffer.getvalue() + content


def refused(data: bytes) -> None:
    """Told in a sentence, with hardly more memory than the file."""
    tracemalloc.start()
    with pytest.raises(UserError, match="not a Gatescope recording"):
        Recording.from_bytes(data, MultitaskConfig)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e6 + 2 * len(data)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 32_000_000)
    bomb = packed({f"metrics/bomb{n}.npy": npy((2_000_000,), bytes(16_000_000)) for n in range(2)})
    assert len(bomb) < 100_000
    refused(bomb)


@pytest.mark.parametrize("array", [
    npy((10**10,)), npy((2**40, 2**40), bytes(8)), npy((-1,), bytes(8)), npy((1,), bytes(16)), npy((), b"", "|V2000000000"),
    npy((3,), bytes(24))[:40], b"no array",
], ids=["huge", "overflowing", "negative", "longer", "one large item", "cut", "none"])  # fmt: skip
def test_an_array_that_lies_about_its_size_is_not_made(array: bytes) -> None:
    refused(packed({"metrics/lie.npy": array}))


def test_no_archive_has_more_members_than_a_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed({f"parameters/0/{n}.npy": npy((0,)) for n in range(40)})
    assert len(Recording.from_bytes(many, MultitaskConfig).frames[0].parameters) == 41
    monkeypatch.setattr(archive, "MOST_MEMBERS", 30)
    refused(many)
    monkeypatch.undo()
    end = many[-22:]
    refused(many[:-22] + end[:12] + (2**31).to_bytes(4, "little") + end[16:])  # a directory of two gigabytes
    refused(many[:-22] + b"PK\x06\x07" + bytes(16) + end)  # another directory, of any length
    refused(many + b"a comment")


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_a_bound_is_refused(how: int) -> None:
    refused(packed({"metrics/x.npy": npy((3,), bytes(24))}, how))


def test_a_header_of_countless_frames_is_refused() -> None:
    buffer = io.BytesIO()
    steps = {"format": 1, "playground": "multitask", "config": {}, "steps": [0] * 300_000}
    header = np.frombuffer(json.dumps(steps).encode(), np.uint8)
    np.savez_compressed(buffer, header=header, **{f"metrics/{n}": np.zeros((300_000, 0)) for n in range(4)})
    with pytest.raises(UserError, match="not a Gatescope recording"):
        Recording.from_bytes(buffer.getvalue(), MultitaskConfig)


def test_what_ships_is_far_below_every_bound() -> None:
    paths = sorted((Path(__file__).resolve().parents[2] / "assets" / "recordings").rglob("*.npz"))
    assert len(paths) > 10
    for path in paths:
        archive.check(path.read_bytes())
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
        assert 100 * len(members) < archive.MOST_MEMBERS
        assert 100 * sum(member.file_size for member in members) < archive.MOST_BYTES


def test_another_kind_of_config_is_refused() -> None:
    with pytest.raises(UserError):  # of the same playground, with other settings
        Recording.from_bytes(recording().to_bytes(), TableConfig)


def test_frames_cross_a_pipe() -> None:
    frame = recording().frames[0]
    again = Frame.from_bytes(frame.to_bytes())
    assert (
        again.step == frame.step
        and np.array_equal(again.metrics["loss"], frame.metrics["loss"])
        and again.nbytes() == frame.nbytes()
    )


def test_thinning_keeps_the_named_frames() -> None:
    thin = recording().thinned((-1,), lambda name, array: array * 2)
    assert [bool(f.parameters) for f in thin.frames] == [False, False, True] and thin.frames[0].metrics["loss"][
        3
    ] == 6.0


def crafted(steps: list[int], arrays: dict[str, np.ndarray], **changed: object) -> bytes:
    """A file with a header in order and arrays that do not fit it."""
    header = {"format": 1, "playground": CONFIG.playground, "config": CONFIG.to_dict(), "steps": steps} | changed
    buffer = io.BytesIO()
    np.savez(buffer, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
    return buffer.getvalue()


def test_a_crafted_file_in_order_loads() -> None:
    again = Recording.from_bytes(crafted([0, 5], {"metrics/loss": np.zeros(2)}), MultitaskConfig)
    assert again.steps == (0, 5)


@pytest.mark.parametrize(
    "arrays",
    [{"metrics/loss": np.zeros(1)}, {"parameters/9/w": np.zeros(1)}, {"parameters/x/w": np.zeros(1)}],
    ids=["too few frames", "a frame too many", "no frame number"],
)
def test_arrays_that_do_not_fit_the_header_are_told(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(UserError, match="not a Gatescope recording"):
        Recording.from_bytes(crafted([0, 5], arrays), MultitaskConfig)


@pytest.mark.parametrize("changed", [{"playground": "towers"}, {"format": 2}])
def test_another_playground_or_version_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(UserError, match="another playground or version"):
        Recording.from_bytes(crafted([0, 5], {"metrics/loss": np.zeros(2)}, **changed), MultitaskConfig)
