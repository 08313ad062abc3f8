"""Users' files on disk: whole or not at all, one a box, gone with their owner, and with a server that died."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.files import ROOT, write_whole
from engine.multitask import MultitaskConfig
from engine.runs.recording import Recording
from engine.runs.service.uploads import Uploads
from engine.runs.studies.stored import write_study
from engine.runs.table import Table, digest_of
from engine.scratch import LOCK, Scratch, sweep


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """A write beyond so many bytes of a file fails half way, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    yield Uploads(tmp_path)


def keep(uploads: Uploads, owner: str, box: str, data: bytes, in_use: tuple[str, ...] = ()) -> Table:
    return uploads.keep(owner, box, data, digest_of(data), in_use)


def files(folder: Path) -> int:
    return sum(path.is_file() and path.name != LOCK for path in folder.rglob("*"))


def test_what_is_kept_is_read_again(uploads: Uploads) -> None:
    table = keep(uploads, "ann", "table", b"a,b\n1,2\n")
    assert table.read() == uploads.read("ann", table.digest) == b"a,b\n1,2\n"


def test_a_full_disk_leaves_no_part_and_is_no_end(uploads: Uploads, tmp_path: Path) -> None:
    """The truncated file used to stand under the whole file's name, and every later try found it there."""
    data = bytes(range(256)) * 4_000
    with disk_full_after(100_000), pytest.raises(UserError, match="disk is full"):
        keep(uploads, "ann", "table", data)
    assert files(tmp_path) == 0
    with pytest.raises(UserError, match="Choose the file again"):
        uploads.read("ann", digest_of(data))
    assert keep(uploads, "ann", "table", data).read() == data  # there is room again


def test_a_full_disk_keeps_the_recording_and_the_study_that_were_there(tmp_path: Path) -> None:
    recording, study = tmp_path / "one.npz", tmp_path / "one.json"
    config = MultitaskConfig()
    Recording(config, ()).save(recording)
    write_study(study, {config: {}}, ())
    before = recording.read_bytes(), study.read_bytes()
    with disk_full_after(10), pytest.raises(OSError):
        Recording(config, ()).save(recording)
    with disk_full_after(10), pytest.raises(OSError):
        write_study(study, {config: {}}, ())
    assert (recording.read_bytes(), study.read_bytes()) == before and files(tmp_path) == 2


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path, seen, done = tmp_path / "file", set(), threading.Event()
    write_whole(path, b"a" * 1_000_000)

    def read() -> None:
        while not done.is_set():
            data = path.read_bytes()
            seen.add((data[:1], len(data), len(set(data))))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(30):
        write_whole(path, (b"b" if n % 2 else b"a") * 1_000_000)
    done.set()
    reader.join()
    assert seen <= {(b"a", 1_000_000, 1), (b"b", 1_000_000, 1)} and files(tmp_path) == 1


def test_a_box_holds_one_file_and_those_in_use(uploads: Uploads, tmp_path: Path) -> None:
    first = keep(uploads, "ann", "table", b"first")
    second = keep(uploads, "ann", "table", b"second", in_use=(first.digest,))
    assert first.read() == b"first" and files(tmp_path) == 2
    keep(uploads, "ann", "table", b"third")
    assert files(tmp_path) == 1
    for table in (first, second):
        with pytest.raises(UserError, match="Choose the file again"):
            table.read()


def test_a_file_that_another_box_holds_stays(uploads: Uploads) -> None:
    table = keep(uploads, "ann", "one", b"same")
    keep(uploads, "ann", "two", b"same")
    keep(uploads, "ann", "one", b"other")
    assert table.read() == b"same"


def test_owners_do_not_see_one_another_and_take_their_files_along(uploads: Uploads, tmp_path: Path) -> None:
    table = keep(uploads, "ann", "table", b"private")
    with pytest.raises(UserError):
        uploads.read("bob", table.digest)
    for hostile in ("../ann/" + table.digest, "", "..", ".lock", "/etc/passwd"):
        with pytest.raises(UserError):
            uploads.read("bob", hostile)
    uploads.release("ann")
    assert files(tmp_path) == 0


def test_a_server_holds_so_much_and_no_more(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, most_bytes=1_000)
    keep(uploads, "ann", "table", b"a" * 900)
    with pytest.raises(UserError, match="as many files as it may"):
        keep(uploads, "bob", "table", b"b" * 200)
    uploads.release("ann")
    assert keep(uploads, "bob", "table", b"b" * 200).read() == b"b" * 200


def test_a_change_of_bytes_on_disk_is_noticed(uploads: Uploads, tmp_path: Path) -> None:
    table = keep(uploads, "ann", "table", b"a,b\n1,2\n")
    next(path for path in tmp_path.rglob(table.digest)).write_bytes(b"a,b\n1,3\n")
    with pytest.raises(UserError, match="Choose the file again"):
        table.read()


def test_folders_of_servers_that_are_gone_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from engine.scratch import Scratch;"
        "(Scratch(Path(sys.argv[1])).folder / 'left').write_bytes(b'behind');"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert files(tmp_path) == 1
    living = Scratch(tmp_path)  # sweeps when it starts
    (living.folder / "here").write_bytes(b"alive")
    assert list(tmp_path.iterdir()) == [living.folder]
    sweep(tmp_path)
    assert (living.folder / "here").read_bytes() == b"alive"
    living.close()
    living.close()  # by hand, and once more at exit
    assert list(tmp_path.iterdir()) == []
