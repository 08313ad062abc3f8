"""The code that trains a model again: one Python file that needs nothing of this project, reads the same file where there is
one, and prints the same numbers."""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.playground import engines
from engine.taken.source import gathered
from engine.taken.weights import Origin, work_of

WIDE = 64
"""Numbers of a metric that are printed; one with more is a picture."""

TEMPLATE = '''"""{title}, trained again: the data, seeds, rates and numbers of run {recording} of “{playground}”.

    python THIS-FILE{file}

It needs numpy, pandas, scikit-learn and torch, and what else is imported below. The same versions on the same kind of machine
print the same numbers; elsewhere the last digits may differ.
"""

{imports}import torch


def main() -> None:
    torch.set_num_threads(1)  # as it was trained: sums in the same order
    last = {{}}
    for frame in {run}({config}(){data}):
        last.update(frame.metrics)
        print("step", frame.step)
    for name, numbers in last.items():
        if {kept}numbers.size <= {wide}:
            print(name, *(f"{{number:.4g}}" for number in numbers.ravel()))


if __name__ == "__main__":
    main()
'''


def code(origin: Origin, data: bytes | None = None) -> str:
    """A file that trains the rung of a run as the run did; what another rung needs is left out where the config can do
    without. `data` is the viewer's file, where it is there: a plain one is read in a few lines."""
    engine = engines()[origin.playground]
    if engine.leaving.code is not None:
        written = engine.leaving.code(origin.config, origin.rung, origin.recording, data)
        if written:
            return written
    config = alone(origin.config, origin.rung)
    work = engine.works[work_of(engine, config)]
    assert isinstance(work.run, FunctionType)
    main = TEMPLATE.format(
        title=engine.ladder[origin.rung].title,
        recording=origin.recording,
        playground=engine.name,
        file=" THE-DATA-FILE" * work.needs_table,
        imports="import sys\nfrom pathlib import Path\n\n" if work.needs_table else "",
        run=work.run.__name__,
        config=type(config).__name__,
        data=", Path(sys.argv[1]).read_bytes()" if work.needs_table else "",
        kept=""
        if work.needs_table
        else f'name.startswith("{origin.rung}") and ',  # with all that stands beside an own file's
        wide=WIDE,
    )
    roots = [f"{work.run.__module__}:{work.run.__name__}", f"{type(config).__module__}:{type(config).__name__}"]
    return gathered(roots, main, [config], config.rungs or tuple(engine.ladder))


def alone(config: Config, rung: str) -> Config:
    """A run's config with this rung alone, whose numbers do not depend on the others; as it is where a config has several."""
    try:
        return replace(config, **{config.ladder: (rung,)}) if config.ladder else config
    except UserError:
        return config
