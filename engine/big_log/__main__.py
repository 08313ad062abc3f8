"""A log of any size to a log of whole users that the page takes.

    GATESCOPE_DATA=/data python -m engine.big_log                     what lies there
    GATESCOPE_DATA=/data python -m engine.big_log NAME --out FILE     a sample of it

NAME is a file or a folder that is listed, or a pattern such as week_*.parquet. Prints JSON; a log that is refused gives
{"refused": …} and exit status 2. What was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.big_log.bucket import found_at, offered
from engine.big_log.database import opened
from engine.big_log.folder import DATA, work_folder
from engine.big_log.sample import MOST_ROWS, draw
from engine.big_log.shards import prepare, recognised
from engine.errors import UserError


def parser() -> argparse.ArgumentParser:
    """The parser of the command's options."""
    found = argparse.ArgumentParser("python -m engine.big_log", description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    found.add_argument("name", nargs="?", default="")
    found.add_argument("--out", type=Path, default=Path("sample.parquet"))
    found.add_argument(
        "--work", type=Path, help="shards are kept here, else in GATESCOPE_SHARDS or the temporary folder"
    )
    found.add_argument("--rows", type=int, default=MOST_ROWS, help="of the sample: as many as the page takes")
    found.add_argument("--per-user", type=int, default=0, help="events of each user besides the last; 0 for all")
    found.add_argument("--seed", type=int, default=0)
    for role in ("user", "item", "time"):
        found.add_argument(f"--{role}", default="", metavar="COLUMN")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """List, or draw a sample; 2 where a log is refused."""
    asked = parser().parse_args(arguments)
    if not os.environ.get(DATA):
        sys.stderr.write(f"Set {DATA} to the folder of the server's data, or to a bucket's URL.\n")
        return 2
    found: Any
    status = 0
    try:
        if not asked.name:
            found = [asdict(one) for one in offered() or ()]
        else:
            found = sampled(asked)
    except UserError as error:
        found, status = {"refused": str(error)}, 2
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return status


def sampled(asked: argparse.Namespace) -> dict[str, Any]:
    """Prepare and draw, with progress on the error output."""
    work = (asked.work or work_folder()).resolve()
    work.mkdir(parents=True, exist_ok=True)
    folder, one = found_at(asked.name, work, lambda done, whole: None)
    with opened(folder, work) as connection:
        told = {role: getattr(asked, role) for role in ("user", "item", "time") if getattr(asked, role)}
        roles = recognised(connection, one, told)
        shards = prepare(connection, one, work, _said, roles)
    drawn = draw(shards, asked.out, asked.rows, asked.per_user, asked.seed)
    return {"read": one.name, "roles": roles, "shards": str(shards.folder), "sample": str(asked.out)} | drawn.to_dict()


def _said(done: int, steps: int) -> None:
    sys.stderr.write(f"\r{done} of {steps}" + ("\n" if done == steps else ""))
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
