"""A file that came packed: gzip, or a zip archive with one table inside, within the limits."""

from __future__ import annotations

import io
import zipfile
import zlib

from engine.errors import UserError

MOST_BYTES = 64_000_000
GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK", b"PAR1"
TABLES = (
    ".csv",
    ".tsv",
    ".tab",
    ".txt",
    ".dat",
    ".data",
    ".inter",
    ".test",
    ".json",
    ".jsonl",
    ".parquet",
    ".gz",
    ".md",
)
ABOUT = ("readme", "license", "licence", "__macosx", ".ds_store")
"""What stands beside a table and is none."""
PIECE = 1 << 20


def is_packed(data: bytes) -> bool:
    """Whether a file may be much larger than it looks."""
    return data[:2] in (GZIP, ZIP) or data[:4] == PARQUET


def unpacked(data: bytes) -> bytes:
    """The one table in an archive, or the file itself. Raises UserError where there are several, and beyond the limit."""
    most = MOST_BYTES
    if len(data) > most:
        raise UserError("The file is larger than {limit} MB.", limit=most // 1_000_000)
    for _ in range(2):  # a zip may hold a .gz
        if data[:2] == GZIP:
            data = _gunzipped(data, most)
        elif data[:2] == ZIP:
            data = _unzipped(data, most)
    return data


def _gunzipped(data: bytes, most: int) -> bytes:
    parts, size, rest = [], 0, data
    try:
        while rest[:2] == GZIP:  # several members may stand one behind the other
            stream = zlib.decompressobj(31)
            while not stream.eof:
                part = stream.decompress(rest, PIECE)
                rest = stream.unconsumed_tail
                size += len(part)
                if size > most:
                    raise _too_large(most)
                if not part and not rest and not stream.eof:
                    raise zlib.error("cut")
                parts.append(part)
            rest = stream.unused_data
    except zlib.error:
        raise UserError("The packed file is damaged. Pack it again, or upload the table inside.") from None
    return b"".join(parts)


def _unzipped(data: bytes, most: int) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = [one for one in archive.infolist() if not one.is_dir()]
        if any(one.filename == "[Content_Types].xml" for one in files):
            raise UserError("This is an Excel workbook. Save the sheet as CSV, and upload that.")
        files = [one for one in files if not one.filename.rpartition("/")[2].lower().startswith(ABOUT)]
        files = [one for one in files if not one.filename.lower().startswith(ABOUT)]
        if len(files) > 1:
            files = [one for one in files if one.filename.lower().endswith(TABLES)]
        if len(files) != 1:
            raise UserError(
                "The archive holds {count} tables. Upload one of them: {names}.",
                count=len(files), names=", ".join(one.filename for one in files)[:120] or "–",
            )  # fmt: skip
        with archive.open(files[0]) as stream:
            held = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        raise UserError("The packed file is damaged. Pack it again, or upload the table inside.") from None
    if len(held) > most:
        raise _too_large(most)
    return held


def _too_large(most: int) -> UserError:
    return UserError("The file holds more than {limit} MB once unpacked.", limit=most // 1_000_000)
