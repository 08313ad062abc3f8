"""Take it away: the recording, the numbers as a table, a report to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from engine.multitask import MultitaskConfig
from engine.multitask.training import MIXTURES
from engine.runs.recording import Recording
from pages.multitask import PLAYGROUND, live, settings
from pages.multitask.charts import COLOURS, DASHES
from pages.multitask.settings import TITLES
from pages.ui import report, share
from pages.ui.downloads import downloads
from pages.ui.language import bare, language, t
from pages.ui.marked import unmarked
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw() -> None:
    """What can be taken away of the run on stage."""
    recording = live.shown().recording
    names, address = settings.task_names(recording.config.num_tasks), share.url()
    words, chosen = _words(recording), language()
    downloads(
        f"gatescope-multitask-{recording.config.digest[:8]}",
        recording=recording.to_bytes,
        table=lambda: table(recording, names),
        about_table=t("Loss of every structure, seed and task at every frame."),
        report=lambda: build(recording, names, address, words, chosen),
    )


def table(recording: Recording[MultitaskConfig], names: tuple[str, ...]) -> pd.DataFrame:
    """One row for each frame, structure, seed and task."""
    return pd.DataFrame([
        {"step": frame.step, "structure": TITLES[s], "seed": recording.config.seeds[i], "task": name,
         "held_out_loss": float(frame.metrics[f"{s}.test_loss"][i, k]), "training_loss": float(frame.metrics[f"{s}.train_loss"][i, k])}
        for frame in recording.frames for s in recording.config.structures
        for i in range(recording.config.runs) for k, name in enumerate(names)
    ])  # fmt: skip


def _words(recording: Recording[MultitaskConfig]) -> dict[str, str]:
    """The report's sentences, translated now: a download runs in another thread, without a session."""
    return {
        "title": t(PLAYGROUND.question),
        "answer": unmarked(live.answer(recording)),
        "settings": t("Settings"),
        "setting": t("setting"),
        "value": t("value"),
        "loss": t("Held-out loss, mean over seeds"),
        "step": t("training step"),
        "gates": t("Gate weights at the end, seed followed"),
        "expert": t("Expert"),
        "weight": t("weight"),
        "final": t("Final losses"),
        "structure": t("Structure"),
        "mean": t("mean"),
        "sd": t("standard deviation"),
        "link": t("Link to this view"),
        "recording": bare("Recording {digest}", digest=recording.digest),
    } | {
        f"{kind}.{name}": text
        for name, value in recording.config.to_dict().items()
        for kind, text in (("field", settings.label(name)), ("value", settings.written(value)))
    }


def build(
    recording: Recording[MultitaskConfig], names: tuple[str, ...], address: str, words: dict[str, str], chosen: str
) -> str:
    """The report of one recording, in the language that `words` are in."""
    config, last = recording.config, recording.frames[-1].metrics
    chosen_settings = pd.DataFrame(
        [(words[f"field.{name}"], words[f"value.{name}"]) for name in config.to_dict()],
        columns=[words["setting"], words["value"]],
    )
    finals = pd.DataFrame(
        [
            {
                words["structure"]: TITLES[s],
                words["mean"]: float(last[f"{s}.test_loss"].mean()),
                words["sd"]: float(last[f"{s}.test_loss"].mean(-1).std()),
            }
            for s in config.structures
        ]
    )
    gates = [_gate_figure(recording, s, names, words) for s in config.structures if s in MIXTURES]
    return report.html(words["title"], chosen, [
        (words["final"], [words["answer"], finals, words["recording"], report.Link(words["link"], address)]),
        (words["loss"], [_loss_figure(recording, words)]),
        (words["gates"], gates),
        (words["settings"], [chosen_settings]),
    ])  # fmt: skip


def _loss_figure(recording: Recording[MultitaskConfig], words: dict[str, str]) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for s in recording.config.structures:
        loss = recording.series(f"{s}.test_loss").mean((1, 2))
        line = {"color": HUES[COLOURS[s]], "dash": _dash(DASHES[s])}
        figure.add_scatter(x=recording.steps, y=loss, name=TITLES[s], line=line)
    figure.update_layout(template="simple_white", height=380, margin={"t": 20})
    figure.update_xaxes(title=words["step"])
    ticks = [digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5)]
    figure.update_yaxes(type="log", title=words["loss"], tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    return figure


def _dash(lengths: str | None) -> str:
    """The player's dashes in Plotly's way of writing them."""
    return "solid" if lengths is None else ",".join(f"{length}px" for length in lengths.split())


def _gate_figure(
    recording: Recording[MultitaskConfig], structure: str, names: tuple[str, ...], words: dict[str, str]
) -> go.Figure:
    gates = recording.frames[-1].metrics[f"{structure}.gates"][0]  # (T, E)
    import plotly.graph_objects as go

    figure = go.Figure()
    for k, name in enumerate(names):
        figure.add_bar(x=list(range(1, gates.shape[1] + 1)), y=gates[k], name=name, marker_color=HUES[k])
    figure.update_layout(template="simple_white", height=280, title=TITLES[structure], margin={"t": 40})
    figure.update_xaxes(title=words["expert"], dtick=1)
    figure.update_yaxes(title=words["weight"], range=[0, 1])
    return figure
