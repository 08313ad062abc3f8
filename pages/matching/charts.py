"""One moment of training → what the player draws; every number comes from a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.data.texts import Lexicon
from engine.matching.ladder import TITLES
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import OpenedModel, Row
from engine.matching.opened.view import views, width
from pages.matching import diagram, panels
from pages.ui.language import N_, bare, language, t
from pages.ui.latest import Latest
from pages.ui.player.network import Diagram
from pages.ui.player.stage import Match, Rung, Scores, Stage
from pages.ui.player.words import player_words

SENTENCES = {
    "dssm": N_("A bag: the trigrams of all words are added up, so their order is gone before the first layer."),
    "clsm": N_("A window of words slides over the text; of every filter only its maximum goes on."),
    "lstm": N_("One word after another changes a state; what it is after the last word is the vector."),
}


def words() -> dict[str, str]:
    """What the player says."""
    return player_words(
        previous=t("Previous word"),
        next=t("Next word"),
        time=t("Word"),
        step_of="{step}",
        rungs=t("Model"),
        value=t("value"),
        band=t("range"),
        summary=bare("{rung}, read up to “{step}”, query “{hero}”"),
    )


def part_words(config: MatchingConfig, clicked: bool) -> dict[str, str]:
    """Names of the network's parts: what stands in it, and what is spoken."""
    unit = t("character") if config.language == "zh" else t("word hash")
    return {
        "q": t("Query Q"),
        "d1": t("Clicked document D₁") if clicked else t("Best on average, D₁"),
        "d2": t("Unclicked document D₂") if clicked else t("Second on average, D₂"),
        "other": bare("Unclicked document D{n}") if clicked else bare("Document D{n}"),
        "dssm.input": f"Σ {unit}",
        "dssm.input.long": t("the features of all its words, added up"),
        "dssm.inner": f"tanh · {config.hidden}",
        "dssm.inner.long": t("first hidden layer"),
        "dssm.pool": f"tanh · {config.hidden}",
        "dssm.pool.long": t("second hidden layer"),
        "dssm.vector": bare("vector · {units}", units=config.semantic),
        "dssm.vector.long": t("semantic vector"),
        "clsm.input": f"{config.window} × {unit}",
        "clsm.input.long": t("the words of a window, their features side by side"),
        "clsm.inner": bare("window · {filters}", filters=config.filters),
        "clsm.inner.long": t("feature maps at this window"),
        "clsm.pool": t("max so far"),
        "clsm.pool.long": t("max-over-time pooling, as far as read"),
        "clsm.vector": bare("vector · {units}", units=config.semantic),
        "clsm.vector.long": t("semantic vector"),
        "lstm.input": unit,
        "lstm.input.long": t("the features of one word"),
        "lstm.inner": "C(t)",
        "lstm.inner.long": t("cell state of the LSTM"),
        "lstm.vector": bare("h(t) · {units}", units=config.units),
        "lstm.vector.long": t("output of the LSTM, after the last word the semantic vector"),
        "softmax": bare("softmax(γ · cos), γ = {gamma}", gamma=f"{config.gamma:g}"),
        "softmax.long": t("Softmax over the documents that compete"),
        "cos": bare("Cosine of the query with D{n}"),
        "p": bare("P(D{n} | Q)"),
    }


def steps(scenes: Sequence[Scene]) -> tuple[int, ...]:
    """Words before the end: …, -1, 0."""
    return tuple(range(1 - width(scenes), 1))


@st.cache_resource(max_entries=40, show_spinner=False)  # read only: a copy at every rerun would cost more than the rest
def _views(
    digest: str,
    step: int,
    read: tuple[tuple[Row, ...], ...],
    _opened: Mapping[str, OpenedModel],
    _scenes: Sequence[Scene],
) -> dict[str, np.ndarray]:
    return dict(views(_opened, _scenes))


def stage(
    config: MatchingConfig,
    step: int,
    opened: Mapping[str, OpenedModel],
    scenes: Sequence[Scene],
    texts: Sequence[tuple[Row, Row]],
    gone: Sequence[tuple[int, ...]],
    hero: float,
    origin: str,
    warning: str = "",
) -> Stage:
    """Every query with its documents, read by the models as they were at `step`. `texts` have the deleted words too; `warning`
    says that what was typed cannot be shown."""
    if origin == "live" or isinstance(config, PairsConfig):  # a user's texts go with the browser session
        return _stage(config, step, opened, scenes, texts, gone, hero, origin, warning)
    told = tuple((scene.text, scene.clicked, *scene.documents, scene.query, *scene.rows) for scene in scenes)
    key = (config.digest, step, told, tuple(texts), tuple(gone), hero, origin, warning, language())
    return _latest.get(key, lambda: _stage(config, step, opened, scenes, texts, gone, hero, origin, warning))


_latest: Latest[Stage] = Latest(16)


def _stage(
    config: MatchingConfig,
    step: int,
    opened: Mapping[str, OpenedModel],
    scenes: Sequence[Scene],
    texts: Sequence[tuple[Row, Row]],
    gone: Sequence[tuple[int, ...]],
    hero: float,
    origin: str,
    warning: str,
) -> Stage:
    frames = width(scenes)
    found = _views(config.digest, step, tuple((scene.query, *scene.rows) for scene in scenes), opened, scenes)
    return Stage(
        title=t("Matching networks"),
        steps=steps(scenes),
        time_label=t("word"),
        rungs=tuple(Rung(model, TITLES[model], t(SENTENCES[model])) for model in TITLES if model in config.models),
        panels=_panels(config, scenes, texts, gone, next(iter(opened.values())).lexicon),
        arrays={name: array.astype(np.float32) for name, array in found.items()},
        sweep=panels.sweep(config, scenes, warning),
        hero=hero,
        origin="live" if origin == "live" else "recorded",
        origin_text={"recorded": t("recorded"), "live": t("live run"), "run": t("your run")}[origin],
        words=words(),
        live=False,  # time is the text here: a new frame must not move the cursor
        names=tuple(("",) * (frames - max(len(scene.rows[0]), 1)) + (scene.rows[0] or ("–",)) for scene in scenes),
        turns={"match": t("Words"), "maps": t("Cosines")},
        spoken="maps",
    )


def _panels(
    config: MatchingConfig,
    scenes: Sequence[Scene],
    texts: Sequence[tuple[Row, Row]],
    gone: Sequence[tuple[int, ...]],
    lexicon: Lexicon,
) -> tuple[Diagram | Match | Scores, ...]:
    names = part_words(config, all(scene.clicked for scene in scenes))
    models = config.models
    formulas = diagram.formulas()
    documents = max(len(scene.documents) for scene in scenes)
    network = Diagram(
        "network",
        t("The whole network: towers, cosines, softmax"),
        {model: diagram.layout(model, names, documents) for model in models},
        {model: formulas[model] for model in models},
    )
    return (network, panels.match(models, scenes, texts, gone, lexicon), panels.scores(models, names))
