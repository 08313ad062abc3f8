"""What a recording's archive would take when unpacked, told by its directory and its arrays' headers alone."""

from __future__ import annotations

import io
import math
import zipfile

from numpy.lib import format as npy

MOST_BYTES = 1 << 30
"""Of all arrays, unpacked. A live run over a million videos keeps some hundred million; what ships is 3 million."""
MOST_MEMBERS = 50_000
"""Arrays. The longest run keeps 120 frames of some hundred parameters."""
MOST_VIEWS = 1_000_000
"""Arrays times frames: each metric is handed out frame by frame, and an empty array costs as much to hand out as a full one."""
MOST_HEADER = 1 << 20
"""Bytes of the JSON header: settings and step numbers."""

_END, _LARGE_END = b"PK\x05\x06", b"PK\x06\x07"
_DIRECTORY = 150 * MOST_MEMBERS
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def check(data: bytes) -> None:
    """Raises ValueError, or what zipfile and numpy raise, where the archive holds more than a recording would or an array
    says another size than its member has. Nothing but headers is unpacked."""
    _check_directory(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_BYTES:
            raise ValueError("the archive holds too much")
        for member in members:
            _check_member(archive, member)


def check_frames(steps: int, arrays: int) -> None:
    """Raises ValueError where handing out the arrays frame by frame would take too much."""
    if steps * arrays > MOST_VIEWS:
        raise ValueError("the recording has too many frames")


def _check_directory(data: bytes) -> None:
    """Before zipfile makes an object of every entry: the archive ends as numpy ends it, its directory is short."""
    end = data[-22:]
    if end[:4] != _END or end[-2:] != b"\0\0" or data[-42:-38] == _LARGE_END:
        raise ValueError("the archive has no plain end")
    if int.from_bytes(end[12:16], "little") > _DIRECTORY:
        raise ValueError("the archive has too many members")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a bound
        raise ValueError(f"{member.filename} is packed in another way")
    if member.filename == "header.npy" and member.file_size > MOST_HEADER:
        raise ValueError("the header is too long")
    with archive.open(member) as source:
        shape, _, dtype = _READERS[npy.read_magic(source)](source)
        if min(shape, default=0) < 0 or source.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
            raise ValueError(f"{member.filename} is not as large as it says")
