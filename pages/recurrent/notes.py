"""Notes: the formulas, where they come from, and the lines of the engine that compute what is shown."""

from __future__ import annotations

import inspect
from textwrap import dedent

import streamlit as st

from engine.cells import steps
from pages.recurrent.where import PLACE
from pages.ui.language import t
from pages.ui.pieces.section import section


def draw() -> None:
    """Closed at first."""
    section(t("Notes: formulas, source, code"), PLACE.open_key("notes"), _opened, ":material/functions:")


def _opened() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**RNN** (Elman 1990)")
        st.latex(r"h(t) = \tanh\big(W x(t) + R\, h(t-1) + b\big) = \tanh\big(W'\,[h(t-1), x(t)] + b\big)")
        st.latex(r"\frac{\partial h(T)}{\partial h(t)} = \prod_{s=t+1}^{T} \mathrm{diag}\big(1-h(s)^2\big)\,R")
        st.markdown(t("**Along the belt of an LSTM** the same product is"))
        st.latex(r"\prod_{s=t+1}^{T} f(s)")
    with right:
        st.markdown(t("**LSTM** (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000; peepholes: 2002)"))
        st.latex(r"i = \sigma\big(W_i x + R_i h(t-1) + p_i \odot C(t-1) + b_i\big)")
        st.latex(r"f = \sigma\big(W_f x + R_f h(t-1) + p_f \odot C(t-1) + b_f\big)")
        st.latex(r"g = \tanh\big(W_g x + R_g h(t-1) + b_g\big)")
        st.latex(r"C(t) = f \odot C(t-1) + i \odot g")
        st.latex(r"o = \sigma\big(W_o x + R_o h(t-1) + p_o \odot C(t) + b_o\big)")
        st.latex(r"h(t) = o \odot \tanh C(t)")
    st.markdown(
        t(
            "Peepholes are diagonal: each unit sees its own cell only, the output gate the new one. Without them (p = 0) this is the plain LSTM of torch; tests hold the cells against torch and ONNX Runtime."
        )
    )
    st.markdown(t("**The code that runs**: `engine/cells/steps.py`"))
    st.code(dedent(inspect.getsource(steps.lstm_steps)), language="python")
