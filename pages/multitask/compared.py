"""The right side of the stage: what the tasks' gates share, each structure's loss against Shared-Bottom's, and all over steps.

`S` recorded correlations · `F` frames · `R` structures · `N` runs · `T` tasks · `E` experts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.multitask import MultitaskConfig
from engine.multitask.choice import Against, against, choices, parameters
from engine.multitask.claims import CORRELATIONS, PAPER
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.shipped import SHIPPED
from engine.runs.frame import Array
from engine.runs.recording import Recording
from pages.ui.language import bare, listed, t
from pages.ui.player.stage import Compared, CompareRow, Lines, Ref, Series, Shared, SharedView

REFERENCE = "shared_bottom"
ARRAYS = ("median", "low", "high", "ahead", "runs", "count", "taken")
Losses = Mapping[str, Array]


def studied(p: float) -> float | None:
    """The correlation of the study that is nearest to this one; None below 0, where there is none."""
    return min(CORRELATIONS, key=lambda one: abs(one - p)) if p >= 0 else None


def losses_of(recording: Recording[MultitaskConfig], frame: int = -1) -> Losses:
    """The held-out loss of every structure at one frame of a recording (N,), mean of the tasks."""
    metrics = recording.frames[frame].metrics
    return {s: metrics[f"{s}.test_loss"].mean(-1) for s in recording.config.structures}


def losses_at(recording: Recording[MultitaskConfig]) -> Losses:
    """The losses that stand for a recorded correlation: those of the nearest study, else the recording's own."""
    at = studied(recording.config.correlation)
    if at is None:
        return losses_of(recording)
    return {s: SHIPPED.results.loss(PAPER, s, at) for s in recording.config.structures}


def of_sweep(sweep: Sequence[Recording[MultitaskConfig]]) -> dict[str, Array]:
    """What the panel draws of the shipped sweep, (S, 1, …)."""
    structures = sweep[0].config.structures
    found = [[losses_at(recording)] for recording in sweep]
    taken = []
    for recording in sweep:
        at = studied(recording.config.correlation)
        taken.append(-1 if at is None else structures.index(choices(SHIPPED.results)[at].taken))
    return _arrays(structures, found, taken)


def of_run(recording: Recording[MultitaskConfig]) -> dict[str, Array]:
    """The comparison of one run's structures, at each of its frames (1, F, …); nothing where Shared-Bottom is not among its structures."""
    if not compares(recording.config):
        return {}
    several = [losses_of(recording, frame) for frame in range(len(recording.frames))]
    return _arrays(recording.config.structures, [several], [-1])


def compares(config: MultitaskConfig) -> bool:
    """Whether there is something to compare with Shared-Bottom."""
    return REFERENCE in config.structures and len(config.structures) > 1


def _arrays(structures: Sequence[str], found: Sequence[Sequence[Losses]], taken: Sequence[int]) -> dict[str, Array]:
    rows = [[[against(one[s], one[REFERENCE]) for s in structures] for one in several] for several in found]
    most = max(len(row.percent) for several in rows for of_frame in several for row in of_frame)

    def padded(row: Against) -> Array:
        return np.pad(row.percent, (0, most - len(row.percent)), constant_values=np.nan)

    numbers = {
        name: [[[getattr(row, name) for row in of_frame] for of_frame in several] for several in rows]
        for name in ("median", "low", "high", "ahead")
    }
    numbers["runs"] = [[np.concatenate([padded(row) for row in of_frame]) for of_frame in several] for several in rows]  # type: ignore[misc]
    made = {f"against.{name}": np.asarray(values, np.float32) for name, values in numbers.items()}
    counts = [[[len(several[0][0].percent)]] for several in rows]
    return made | {
        "against.count": np.asarray(counts, np.float32),
        "against.taken": np.asarray(taken, np.float32)[:, None, None],
    }


def rows(config: MultitaskConfig, reach: float, notes: Sequence[str]) -> Compared:
    """The panel of the differences, in per cent up to `reach` on both sides."""
    names = dict(zip(ARRAYS, (Ref(f"against.{name}") for name in ARRAYS), strict=True))
    return Compared(
        "against",
        bare("Loss against Shared-Bottom, run by run"),
        tuple(CompareRow(TITLES[s], s, LADDER[s].hue, f"{parameters(config, s):,}") for s in config.structures),
        **names,
        reference=config.structures.index(REFERENCE),
        reach=reach,
        notes=tuple(notes),
        reference_label=t("reference"),
        better_label=t("less loss"),
        ahead_title=t("ahead in"),
        cost_title=t("parameters"),
        ahead_label=bare("{ahead} of {count}"),
        taken_label=t("the choice"),
        beyond_label=t("beyond the axis"),
    )


def reach(percent: Array) -> float:
    """How far the axis shows, in tens: nine of ten runs lie on it, at every correlation."""
    sizes = np.abs(percent[np.isfinite(percent) & (percent != 0)])
    return float(np.ceil(np.quantile(sizes, 0.9) / 10) * 10) if len(sizes) else 10.0


def note(count: int, p: float | None, source: str) -> str:
    """What the rows were measured on: a study at a correlation, or so many runs of a recording or of one's own."""
    measured = bare("median of {count} runs, 95% interval", count=count)
    if p is not None:
        return listed((measured, bare("study at p = {p}", p=f"{p:g}")))
    return listed((measured, bare("recorded, no study here") if source == "recorded" else t("your run")))


def shared(config: MultitaskConfig, names: Sequence[str], mark: bool) -> Shared:
    """The panel of the gates; `mark` where it is known what identical tasks share."""
    return Shared(
        "shared",
        t("What the tasks' gates share"),
        {s: _view(config, s, names) for s in config.structures},
        tuple(names),
        tuple(range(config.num_tasks)),
        bare("shared {share}"),
        t("shared"),
        Ref("identical") if mark else None,
        bare("identical tasks {share}"),
    )


def _view(config: MultitaskConfig, structure: str, names: Sequence[str]) -> SharedView:
    kind = LADDER[structure].model
    parts = Ref(f"{structure}.overlap"), Ref(f"{structure}.shared")
    if kind.gated:
        count = len(kind.owners(config))
        labels = tuple(bare("Expert {i}", i=i + 1) for i in range(count))
        return SharedView(*parts, labels, tuple(f"expert:{i}" for i in range(count)), Ref(f"{structure}.order"))
    if kind.shares:
        return SharedView(*parts, (t("Shared bottom"),), ("bottom",))
    labels = tuple(bare("Bottom of {task}", task=name) for name in names)
    return SharedView(*parts, labels, tuple(f"bottom:{k}" for k in range(len(names))))


def lines(config: MultitaskConfig) -> Lines:
    """The panel of the losses over training."""
    lines: list[Series] = []
    for structure in config.structures:
        look = (LADDER[structure].hue, structure, LADDER[structure].dash)
        lines += [Series("", Ref(f"{structure}.run{r}"), look[0], "run", look[1]) for r in range(config.runs)]
        lines.append(Series(TITLES[structure], Ref(f"{structure}.mean"), look[0], "mean", look[1], look[2]))
    lines.append(Series(t("guessing"), Ref("guessing"), "muted", "mean", None, "1 4"))
    binary = "binary" in config.tasks
    return Lines(
        "loss",
        bare("Held-out loss, {count} seeds each", count=config.runs),
        t("training step"),
        t("loss, mean of the tasks") if binary else t("mean squared error"),
        tuple(lines),
        log=True,
        x_max=config.steps,
    )
