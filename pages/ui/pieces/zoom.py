"""The sum behind one number, written out."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from engine.runs.explanation import Explanation
from pages.ui.language import bare, t

_ACTIVATIONS = {
    "relu": r"\max(0,\; {total})",
    "leaky_relu": r"\max\big({slope:g}\,({total}),\; {total}\big)",
    "identity": "{total}",
    "sigmoid": r"\sigma\big({total}\big)",
    "tanh": r"\tanh\big({total}\big)",
    "softmax": r"\frac{{e^{{{total}}}}}{{\sum_j e^{{z_j}}}}",
}


def zoom(explanation: Explanation) -> None:
    """Formula, the largest terms, the rest, and the result."""
    total = f"{explanation.total:.5f}"
    weight, value = explanation.factors
    inside = rf"\sum_j {weight}_j {value}_j" + (" + b" if explanation.bias is not None else "")
    formula = _ACTIVATIONS[explanation.activation]
    entered = formula.format(total=total, slope=explanation.slope)
    st.latex(f"{explanation.symbol} = {formula.format(total=inside, slope=explanation.slope)}")
    st.latex(f"= {total}" if formula == "{total}" else f"= {entered} = {explanation.result:.5f}")
    _terms(explanation)
    if explanation.others:
        st.caption(
            t(
                "Softmax over the sums of all that compete: {sums}",
                sums=", ".join(f"{z:.3f}" for z in explanation.others),
            )
        )
    _agreement(explanation)


def _terms(explanation: Explanation) -> None:
    """The table: the largest terms, what the others sum to, the bias, and the sum."""
    weight, value = explanation.factors
    rows: list[tuple[str, float | None, float | None, float]] = [
        (symbol(term.symbol), term.weight, term.value, term.product) for term in explanation.largest()
    ]
    count, rest = explanation.rest()
    if count:
        rows.append((bare("the other {count} terms", count=count), None, None, rest))
    if explanation.bias is not None:
        rows.append((t("bias b"), None, None, explanation.bias))
    rows.append((t("sum"), None, None, explanation.total))
    named = [t("weight w"), t("value x")] if explanation.factors == ("w", "x") else [weight, value]
    columns = [t("term"), *named, f"{weight} · {value}"]
    number = st.column_config.NumberColumn(format="%.5f")
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content",
        column_config={columns[0]: st.column_config.TextColumn(width="medium"), **dict.fromkeys(columns[1:], number)},
        placeholder="",
        alt=t("The terms of the sum, largest first"),
    )


def _agreement(explanation: Explanation) -> None:
    st.caption(
        t(
            "Recomputed in double precision; the forward pass on stage gave {traced}, the same within float32.",
            traced=f"{explanation.traced:.6f}",
        )
        if explanation.agrees
        else t(
            "Recomputed in double precision: this differs from the forward pass, {traced}.",
            traced=f"{explanation.traced:.6f}",
        )
    )


def symbol(written: str) -> str:
    """g^{1}(x)_{12} → g¹(x)₁₂, where no formula is set."""
    plain = written.replace("\\cdot", "·").replace("\\tanh", "tanh")
    below, above = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,"), str.maketrans("0123456789()s", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾ˢ")
    plain = re.sub(r"\^\{(.*?)\}", lambda found: found[1].translate(above), plain)
    return re.sub(r"_\{(.*?)\}", lambda found: found[1].translate(below), plain)
