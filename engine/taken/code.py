"""The code that trains a model again: one Python file, which reads the same file where there is one, and prints the same
numbers."""

from __future__ import annotations

import pprint
from dataclasses import replace

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.playground import engines
from engine.taken.weights import Origin, work_of

WIDE = 64
"""Numbers of a metric that are printed; one with more is a picture."""

ONE, BOTH = "Path(sys.argv[1]).read_bytes()", "joined(*(Path(name).read_bytes() for name in sys.argv[1:3]))"
"""How a file is read, and two of them."""
SECOND = "second file"
"""The split whose test rows are another file's."""

TEMPLATE = '''"""{title}, trained again: the data, seeds, rates and numbers of run {recording} of “{playground}”.

    {command}

It needs Gatescope's folder `engine` beside it, or installed (pip install PATH-OF-GATESCOPE). On another kind of machine the
last digits may differ.
"""

{imports}import torch

from engine.runs.playground import engines
{joined}
RUNG = "{rung}"
SETTINGS = {settings}


def main() -> None:
    torch.set_num_threads(1)  # as a worker trains: sums in the same order
    work = engines()["{playground}"].works["{work}"]
    config = work.config.from_dict(SETTINGS)
    last = {{}}
    for frame in work.run(config, {table}None):
        last.update(frame.metrics)
        print("step", frame.step)
    for name, numbers in last.items():
        if name.startswith(RUNG) and numbers.size <= {wide}:
            print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


main()
'''


def code(origin: Origin) -> str:
    """A file that trains the rung of a run as the run did; what another rung needs is left out where the config can do
    without."""
    engine = engines()[origin.playground]
    if engine.leaving.code is not None and (
        written := engine.leaving.code(origin.config, origin.rung, origin.recording)
    ):
        return written
    work = work_of(engine, origin.config)
    table = engine.works[work].needs_table
    second = getattr(origin.config, "split", "") == SECOND
    return TEMPLATE.format(
        title=engine.ladder[origin.rung].title,
        recording=origin.recording,
        playground=engine.name,
        command=f"python THIS-FILE{' THE-DATA-FILE' * table}{' THE-TEST-FILE' * second}",
        imports="import sys\nfrom pathlib import Path\n\n" if table else "",
        joined="from engine.tables.beside import joined\n" if second else "",
        rung=origin.rung,
        settings=settings(alone(origin.config, origin.rung)),
        work=work,
        table=f"{BOTH if second else ONE}, " if table else "",
        wide=WIDE,
    )


def alone(config: Config, rung: str) -> Config:
    """The same run with this rung alone, whose numbers do not depend on the others; as it is where a config has several."""
    try:
        return replace(config, **{config.ladder: (rung,)}) if config.ladder else config
    except UserError:
        return config


def settings(config: Config) -> str:
    """A config as Python writes it."""
    return pprint.pformat(config.to_dict(), width=100, sort_dicts=False, compact=True)
