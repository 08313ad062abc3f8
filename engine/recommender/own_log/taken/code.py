"""The code of a stage on a viewer's own log: read, learnt from and judged in one file."""

from __future__ import annotations

from engine.recommender.config import RecommenderConfig
from engine.recommender.ladder import LADDER
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.taken.plain import of_log
from engine.tables import guard
from engine.tables.beside import apart
from engine.taken.reading import used
from engine.taken.source import gathered

TEMPLATE = '''"""{title} on a log of watches, trained again: the rows, seed, rates and numbers of run {recording}.

    python THIS-FILE THE-LOG{lists}

It needs numpy, pandas, scipy, scikit-learn and torch, and what else is imported below. The same versions on the same kind of
machine print the same numbers; elsewhere the last digits may differ. hits are at {cuts} of what may be served.
"""

import hashlib
import sys
from pathlib import Path

import torch
{pandas}

{read}def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    config, last = OwnLogConfig(), {{}}
    given = {given}
    if config.table and hashlib.sha256(given).hexdigest() != config.table:
        raise SystemExit("The file is not the one that these settings were made for.")
    log = {log}
    data = prepared(config, site_of_log(config, log))
    for frame in {train}(data, None, {beside}):
        last.update(frame.metrics)
        print("step", frame.step)
{further}    for name, numbers in last.items():
        if name.startswith({part}) and numbers.size <= 64:
            print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


if __name__ == "__main__":
    main()
'''
FURTHER = """    net, test = CandidateNet(len(data.site.known), config.dimensions, config.tower), tested(data, len(data.test))
    trained = {name: torch.from_numpy(one) for name, one in frame.parameters.items() if name.startswith("recall.")}
    net.load_state_dict({name.removeprefix("recall."): one for name, one in trained.items()})
    beside, most = OnALog(data), min(CUTS_OF_LISTS, len(data.site.known))  # popularity, kNN, EASE and ALS, tuned on this log
    found = {"recall": lists_of(net, data.site, test, most)} | beside.lists(test, most)
    last |= measured(found, test.label, len(data.site.known)) | beside.facts()  # at 20, 50, 100 and 300
"""
ROOM = "engine.recommender"
NEEDED = (
    f"{ROOM}.own_log.config:OwnLogConfig", f"{ROOM}.own_log.site:prepared", f"{ROOM}.own_log.site:site_of_log",
)  # fmt: skip
OF_RECALL = (
    f"{ROOM}.recall.model:CandidateNet", f"{ROOM}.held_out.evaluation:tested", f"{ROOM}.own_log.further:lists_of",
    f"{ROOM}.own_log.further:measured", f"{ROOM}.opponents.on_a_log:OnALog",
)  # fmt: skip
OF_RANKING = (f"{ROOM}.opponents.of_clicks:OfClicks",)
LONGEST = 300
"""The longest list that is judged."""


def code(config: RecommenderConfig, rung: str, recording: str, data: bytes | None = None) -> str:
    """A file that trains one stage of a run on a viewer's log again; "" of any other run. Without `data`, or where the file is
    not plain, it brings the whole reader along."""
    if type(config) is not OwnLogConfig:  # one that learns from shards is trained otherwise
        return ""
    read = guard.read(of_log, data, {"rated": config.rated, "told": config.told}) if data is not None else ""
    lists, recall = data is not None and bool(apart(data)[1]), rung == "recall"
    loop = _loop(config, recall)
    main = TEMPLATE.format(
        title=LADDER[rung].title, recording=recording, lists=" THE-LISTS" * lists, cuts="20, 100 and 300",
        pandas="\nimport pandas as pd\n" * bool(read), read=f"{read}\n\n" if read else "",
        given="joined(*(Path(name).read_bytes() for name in sys.argv[1:3]))" if lists else "Path(sys.argv[1]).read_bytes()",
        log="log_of(read(sys.argv[1]), config.rated)" if read else "read_log(given, config.rated, config.told)",
        train=loop.partition(":")[2], beside="None" if recall else "OfClicks()", part='("chosen", "ceiling", *found)' if recall else '("ranking", "popular", "knn")',
        further=FURTHER.replace("CUTS_OF_LISTS", str(LONGEST)) if recall else "",
    )  # fmt: skip
    roots = [*NEEDED, loop, *(OF_RECALL if recall else OF_RANKING), *(["engine.tables.beside:joined"] * lists)]
    return gathered([*roots, *_reader(read)], main, [config], list(LADDER))


def _loop(config: OwnLogConfig, recall: bool) -> str:
    """What trains the stage."""
    if not recall:
        return f"{ROOM}.training:train_ranking"
    return f"{ROOM}.training:train_recall" if config.stop == "steps" else f"{ROOM}.own_log.stopping:train_recall_until"


def _reader(read: str) -> list[str]:
    if not read:
        return [f"{ROOM}.own_log.log:read_log"]
    return [
        *used(read),
        f"{ROOM}.own_log.taken.plain:events_of",
        f"{ROOM}.own_log.formats:Events",
        f"{ROOM}.own_log.log:log_of",
    ]
