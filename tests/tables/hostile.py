"""Readers and files that ask for more than they may have. Imported by the reading process, so without pytest."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import UserError


def length(data: bytes, times: int = 1) -> int:
    return len(data) * times


def hungry(data: bytes) -> int:
    return len(bytearray(4_000_000_000))


def endless(data: bytes) -> int:
    while True:
        pass


def dying(data: bytes) -> int:
    import os

    os.abort()


def broken(data: bytes) -> int:
    raise KeyError("a defect")


def refusing(data: bytes) -> int:
    raise UserError("There is no column {column} in the table.", column="“ü”")


def long_words(groups: int = 12, rows: int = 250, characters: int = 200_000) -> bytes:
    """A few KB of file that hold so many groups of `rows` different words of so many characters."""
    buffer = io.BytesIO()
    with pq.ParquetWriter(
        buffer, _group(0, 1, 1).schema, compression="zstd", use_dictionary=False, data_page_size=1 << 30,
        write_statistics=False, store_schema=False,
    ) as writer:  # fmt: skip
        for group in range(groups):
            writer.write_table(_group(group, rows, characters))
    return buffer.getvalue()


def _group(group: int, rows: int, characters: int) -> pa.Table:
    words = pa.array([f"{group:03}{n:03}" + "x" * characters for n in range(rows)], pa.large_string())
    return pa.table({"a": pa.array([n % 2 for n in range(rows)]), "t": words})


def lying(data: bytes, claimed: int = 1_000) -> bytes:
    """The same file, whose footer says that each column is small."""
    sizes = {pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(n).total_uncompressed_size for n in range(2)}
    begin = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = data[begin:]
    for size in sizes:
        footer = footer.replace(_varint(size), _varint(claimed, len(_varint(size))))
    return data[:begin] + footer


def _varint(number: int, length: int = 0) -> bytes:
    """Thrift's zigzag, which may be padded."""
    number, digits = number << 1, []
    while number or len(digits) < max(length, 1):
        digits.append(number & 127)
        number >>= 7
    return bytes([*(digit | 128 for digit in digits[:-1]), digits[-1]])
