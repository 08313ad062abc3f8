"""The code of a run on a viewer's pairs: as of any run, and it takes a second file as the test where the run had one."""

from __future__ import annotations

import pprint
from dataclasses import replace

from engine.matching.config import MatchingConfig, PairsConfig
from engine.matching.ladder import TITLES

TEMPLATE = '''"""{title} on pairs of query and document, trained again: the data, seeds, rates and numbers of run {recording}.

    python THIS-FILE THE-DATA-FILE [THE-TEST-FILE]

It needs Gatescope's folder `engine` beside it, or installed (pip install PATH-OF-GATESCOPE). On another kind of machine the
last digits may differ. What follows a measure's name is mean, low and high; the measures of `own` are MAP, MRR and NDCG@10, of
`pairs` AUC and accuracy, of `search` MRR and NDCG@10.
"""

import sys
from pathlib import Path

import torch

from engine.matching.config import PairsConfig
from engine.matching.own_pairs.files import together
from engine.matching.own_pairs.pairs import train_pairs

RUNG = "{rung}"
SETTINGS = {settings}


def main() -> None:
    torch.set_num_threads(1)  # as a worker trains: sums in the same order
    first, *second = (Path(name).read_bytes() for name in sys.argv[1:])
    data = together(first, second[0]) if second else first
    last = {{}}
    for frame in train_pairs(PairsConfig.from_dict(SETTINGS), data):
        last.update(frame.metrics)
        print("step", frame.step)
    for name, numbers in last.items():
        if name.startswith(RUNG) and numbers.size <= 64:
            print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


main()
'''


def code(config: MatchingConfig, rung: str, recording: str) -> str:
    """A file that trains one model of a run on own pairs again; "" of any other run."""
    if not isinstance(config, PairsConfig):
        return ""
    alone = replace(config, models=(rung,)).to_dict()
    return TEMPLATE.format(
        title=TITLES[rung],
        recording=recording,
        rung=rung,
        settings=pprint.pformat(alone, width=100, sort_dicts=False, compact=True),
    )
