"""Notes: the formulas, where they come from, and the lines of the engine that compute what is shown."""

from __future__ import annotations

import inspect
from textwrap import dedent

import streamlit as st

from engine.matching import models
from pages.matching.where import PLACE
from pages.ui.language import t
from pages.ui.pieces.section import section


def draw() -> None:
    """Closed at first."""
    section(t("Notes: formulas, source, code"), PLACE.open_key("notes"), _opened, ":material/functions:")


def _opened() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**DSSM** (Huang 2013)")
        st.latex(r"h_1 = \tanh\big(W_1 \textstyle\sum_t x(t) + b_1\big)")
        st.latex(r"y = \tanh\big(W_3 \tanh(W_2 h_1 + b_2) + b_3\big)")
        st.markdown("**CLSM** (Shen 2014)")
        st.latex(r"h(t) = \tanh\big(W_c\,[x(t-1), x(t), x(t+1)]\big)")
        st.latex(r"v_k = \max_t h_k(t) \qquad y = \tanh(W_s v + b_s)")
    with right:
        st.markdown("**LSTM-DSSM** (Palangi 2016)")
        st.latex(r"h(t), C(t) = \mathrm{LSTM}\big(E x(t), h(t-1), C(t-1)\big) \qquad y = h(T)")
        st.markdown(t("**Score and loss**, the same for all"))
        st.latex(r"R(Q, D) = \frac{y_Q \cdot y_D}{|y_Q|\,|y_D|}")
        st.latex(r"P(D \mid Q) = \frac{e^{\gamma R(Q, D)}}{\sum_{D'} e^{\gamma R(Q, D')}} ")
        st.latex(r"L = -\log P(D^+ \mid Q)")
    st.markdown(
        t(
            "What differs from the papers: words go into fewer buckets; the LSTM reads a linear layer of the trigrams; towers are shared unless you separate them; the optimiser is Adam. Sums of embeddings replace the product with a vector of 30K columns, which changes no number: tests hold it against a dense convolution."
        )
    )
    st.markdown(t("**The code that runs**: `engine/matching/models.py`"))
    st.code(dedent(inspect.getsource(models.CLSM)), language="python")
