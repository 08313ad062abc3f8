"""The code of a structure on a viewer's table: read, encoded, trained and judged in one file."""

from __future__ import annotations

from engine.multitask.ladder import TITLES
from engine.multitask.own_data.config import TableConfig
from engine.tables import guard
from engine.taken.reading import of_table, used
from engine.taken.source import gathered

TEMPLATE = '''"""{title} on a table, trained again: the rows, seeds, rates and numbers of run {recording}.

    python THIS-FILE {files}

It needs numpy, pandas, scikit-learn, scipy and torch, and what else is imported below. The same versions on the same kind of
machine print the same numbers; elsewhere the last digits may differ. error is 1 - AUC of a binary label, RMSE of another; one
row for each seed, one column for each label. linear and trees are the plain models that the structures are compared with.
"""

import sys
{imports}
import torch


{read}def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    config, progress = TableConfig(), Progress(None, 0)
{prepare}
    rate = _rate(config, data, "{rung}", progress)  # by the validation rows
    result = Result(config, data, {{"{rung}": rate}})
    for seeds in _blocks(config.seeds):
        model = ComparedModel(config, data, "{rung}", seeds, (rate,))
        for frame in _train(config, data, [model], seeds, progress):
            print("epoch ends at step", frame.step, frame.metrics["{rung}.validation_loss"].round(4).tolist())
        result.add(model, progress)  # the test rows are read, once
        if seeds == _blocks(config.seeds)[0]:
            result.add_plain(progress)  # a linear model and trees, on the same rows
        print("seeds so far, and what they say:", int(result.metrics()["seeds"]))
        for name, numbers in result.metrics().items():
            if name.startswith(("{rung}", *PLAIN)) and numbers.size <= 64:
                print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


if __name__ == "__main__":
    main()
'''
PLAIN = """    _refuse_another({given}, config.table)
    data = prepare(read(*sys.argv[1:]), config{first})"""
WHOLE = """    _refuse_another(given := {given}, config.table)
    table = read_both(given, told(config.told))
    data = prepare(table.frame, config, table.first)"""
ONE, TWO = "Path(sys.argv[1]).read_bytes()", "joined(*(Path(name).read_bytes() for name in sys.argv[1:3]))"
ROOM = "engine.multitask.own_data"
NEEDED = (
    f"{ROOM}.config:TableConfig", f"{ROOM}.features:prepare", f"{ROOM}.plain:PLAIN", f"{ROOM}.compared_model:ComparedModel",
    *(f"{ROOM}.comparison:{name}" for name in ("Progress", "Result", "_blocks", "_rate", "_refuse_another", "_train")),
)  # fmt: skip
READER = "engine.tables.beside:read_both", "engine.tables.told:told"


def code(config: TableConfig, structure: str, recording: str, data: bytes | None) -> str:
    """One file that trains a structure as a comparison did. Without `data`, or where the file is not plain, it brings the
    whole reader along."""
    second = config.split == "second file"
    columns = [*config.labels, *config.features, config.group, config.time, config.weight, *config.scores]
    asked: dict[str, object] = {"told": config.told, "columns": list(dict.fromkeys(one for one in columns if one))}
    read = guard.read(of_table, data, asked) if data is not None else ""
    main = TEMPLATE.format(
        title=TITLES[structure],
        recording=recording,
        rung=structure,
        files="THE-DATA-FILE" + " THE-TEST-FILE" * second,
        imports="from pathlib import Path\n" + "\nimport pandas as pd" * bool(read),
        read=f"{read}\n\n" if read else "",
        prepare=(PLAIN if read else WHOLE).format(
            given=TWO if second else ONE, first=", len(read(sys.argv[1]))" * second
        ),
    )
    roots = [*NEEDED, *(used(read) if read else READER), *(["engine.tables.beside:joined"] * second)]
    return gathered(roots, main, [config], [structure], {"structures": (structure,)})
