"""The code of a model on a viewer's pairs: read, learnt from, stopped and judged in one file."""

from __future__ import annotations

from engine.matching.config import MatchingConfig, PairsConfig
from engine.matching.ladder import TITLES
from engine.matching.own_pairs.files import apart
from engine.matching.taken.plain import of_pairs
from engine.tables import guard
from engine.taken.reading import used
from engine.taken.source import gathered

TEMPLATE = '''"""{title} on pairs of query and document, trained again: the data, seeds, rates and numbers of run {recording}.

    python THIS-FILE THE-DATA-FILE{second}

It needs numpy, pandas, scikit-learn and torch, and what else is imported below. The same versions on the same kind of machine
print the same numbers; elsewhere the last digits may differ. What follows a measure's name is mean, low and high; the measures
of `own` are MAP, MRR and NDCG@10, of `pairs` AUC and accuracy, of `search` MRR and NDCG@10. bm25 and trigrams need no training.
"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import torch


{read}def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    config, last = PairsConfig(), {{}}
    files = [Path(name).read_bytes() for name in sys.argv[1:]]
    given = together(*files) if len(files) == 2 else files[0]
    if config.table and hashlib.sha256(given).hexdigest() != config.table:
        raise SystemExit("The file is not the one that these settings were made for.")
{parts}
    for frame in compare(replace(config, language=parts.language), parts):
        last.update(frame.metrics)
        print("step", frame.step)
    for name, numbers in last.items():
        if name.startswith(("{rung}", *WITHOUT)) and numbers.size <= 64:
            print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


if __name__ == "__main__":
    main()
'''
ROOM = "engine.matching.own_pairs"
NEEDED = (
    "engine.matching.config:PairsConfig", f"{ROOM}.comparison:compare", f"{ROOM}.comparison:WITHOUT", f"{ROOM}.parts:parts_of", f"{ROOM}.files:together",
)  # fmt: skip
PLAIN = "    parts = parts_of(*(read(name) for name in sys.argv[1:]))"
WHOLE = "    parts = parts_in(given, config.told)"


def code(config: MatchingConfig, rung: str, recording: str, data: bytes | None = None) -> str:
    """A file that trains one model of a run on own pairs again; "" of any other run. Without `data`, or where a file is not
    plain, it brings the whole reader along."""
    if not isinstance(config, PairsConfig):
        return ""
    read = ""
    if data is not None:
        first, second = apart(data)
        read = guard.read(of_pairs, first, {"told": config.told})
        if second and read and not _alike(read, guard.read(of_pairs, second, {"told": ""})):
            read = ""
    main = TEMPLATE.format(
        title=TITLES[rung], recording=recording, rung=rung, second=" [THE-TEST-FILE]", read=f"{read}\n\n" if read else "",
        parts=PLAIN if read else WHOLE,
    )  # fmt: skip
    reader = (
        [*used(read), "engine.matching.taken.plain:pairs_of", f"{ROOM}.files:Pair"]
        if read
        else [f"{ROOM}.pairs:parts_in"]
    )
    return gathered([*NEEDED, *reader], main, [config], [rung], {"models": (rung,)})


def _alike(one: str, other: str) -> bool:
    """Whether two files are read alike: what is said of how many pairs apart."""
    return one.splitlines()[2:] == other.splitlines()[2:]
