"""Records on a pipe: a JSON header and a body, each with its length in front. Both ways between server and worker."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<II")


def write(sink: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write one record, a header and a body, and flush it."""
    text = json.dumps(header, default=str).encode()
    sink.write(_LENGTHS.pack(len(text), len(body)) + text + body)
    sink.flush()


def read(source: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next record, or None at the end of the stream."""
    lengths = source.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    header_length, body_length = _LENGTHS.unpack(lengths)
    text, body = source.read(header_length), source.read(body_length)
    if len(text) < header_length or len(body) < body_length:
        return None
    return json.loads(text), body
