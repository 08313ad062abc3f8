"""Files: where the project lies, and writing what is there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from engine.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
"""The folder of the project."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old content or the new one, never a part, whatever fails in between.

    Raises OSError, for instance of a full disk; nothing is left behind then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def not_kept(error: OSError) -> UserError:
    """What a user is told of a file that could not be written."""
    if error.errno in FULL:
        return UserError(
            "The server's disk is full, so the file cannot be kept. Try again later, or with a smaller file."
        )
    return UserError("The server cannot keep the file at the moment. Try again later.")
