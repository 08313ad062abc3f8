"""What a run on the viewer's own text says: bits per character of every cell, beside counting and guessing."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from engine.recurrent import TextConfig
from engine.recurrent.ladder import TITLES
from engine.recurrent.own_text.ngrams import NAMED
from engine.runs.frame import Frame
from pages.ui.language import bare, listed, sentences, t

BITS = 1.0 / math.log(2.0)


def result(config: TextConfig, last: Frame, ended: bool) -> None:
    """The answer, and all bits per character in a table."""
    found = bits(config, last)
    cell = min(config.cells, key=lambda one: found[one])
    count = min(NAMED, key=lambda n: found[f"counting.{n}"])
    values = {"cell": t(TITLES[cell]), "bits": f"{found[cell]:.2f}", "n": count, "counted": f"{found[f'counting.{count}']:.2f}"}  # fmt: skip
    better = found[cell] < found[f"counting.{count}"]
    said = (
        t("{cell} tells the next character best: {bits} bits per character; counting {n} at a time needs {counted}.", **values)
        if better
        else t("Counting {n} characters at a time tells the next one best: {counted} bits per character; {cell} needs {bits}.", **values)
    )  # fmt: skip
    st.markdown(said if ended else sentences((said, t("So far, at step {step}.", step=f"{last.step:,}"))))
    st.dataframe(table(config, last), hide_index=True, height="content", alt=t("Bits per character"))
    st.caption(rests_on(config, last))


def rests_on(config: TextConfig, last: Frame) -> str:
    """Which part of the text the numbers are of, and what chose what."""
    if all(f"{cell}.stopped" in last.metrics for cell in config.cells):
        steps = listed(
            t("{cell} at step {step}", cell=t(TITLES[cell]), step=f"{int(last.metrics[f'{cell}.stopped']):,}")
            for cell in config.cells
        )
        of = t("Of windows of {length} characters of the last tenth, which was read once, at the end. The tenth before it chose when each cell is best: {steps}.", length=config.distance, steps=steps)  # fmt: skip
    else:
        of = t("Of windows of {length} characters of the tenth before the last, which says when to stop. The last tenth is the test: it is read once, at the end.", length=config.distance)  # fmt: skip
    counted = t("n characters at a time: the next one by what followed the n − 1 before it in the part that was learnt from, with the weight of shorter contexts tuned on that tenth before the last.")  # fmt: skip
    return sentences([of, counted])


def bits(config: TextConfig, last: Frame) -> dict[str, float]:
    """Bits per character, mean of the seeds, by cell and by "counting.{n}"; "even" is an even guess."""
    at = config.test_distances.index(config.distance)
    found = {cell: float(last.metrics[f"{cell}.test_loss"][:, at].mean()) for cell in config.cells}
    found |= {f"counting.{n}": float(last.metrics[f"counting.{n}"][:, at].mean()) for n in NAMED}
    return {name: BITS * nats for name, nats in (found | {"even": math.log(len(config.alphabet))}).items()}


def table(config: TextConfig, last: Frame) -> pd.DataFrame:
    """One row for each cell, each count and the even guess."""
    found = bits(config, last)
    names = {cell: t(TITLES[cell]) for cell in config.cells}
    names |= {f"counting.{n}": t("counting {n} at a time", n=n) for n in NAMED} | {"even": t("guessing evenly")}
    return pd.DataFrame({
        t("model"): list(names.values()),
        bare("bits per character"): [f"{found[name]:.3f}" for name in names],
    })  # fmt: skip
