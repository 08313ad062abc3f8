"""Notes: the formulas, where they come from, and the lines of the engine that compute what is shown."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import dedent

import streamlit as st

from engine.multitask import data, models
from pages.multitask.where import PLACE
from pages.ui.language import t
from pages.ui.pieces.section import section


def draw() -> None:
    """Closed at first."""
    section(t("Notes: formulas, source, code"), PLACE.open_key("notes"), _opened, ":material/functions:")


def _opened() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(t("**The structures** (Ma et al., KDD 2018, §4)"))
        st.latex(r"y_k = h_k\big(f(x)\big) \qquad \text{Shared-Bottom}")
        st.latex(r"y_k = h_k\Big(\sum_{i=1}^{n} g(x)_i\, f_i(x)\Big) \qquad \text{OMoE}")
        st.latex(r"y_k = h_k\Big(\sum_{i=1}^{n} g^k(x)_i\, f_i(x)\Big) \qquad \text{MMoE}")
        st.latex(r"g^k(x) = \mathrm{softmax}(W_{gk}\,x)")
    with right:
        st.markdown(t("**The tasks** (§3.2)"))
        st.latex(r"w_1 = c\,u_1,\qquad w_2 = c\,\big(p\,u_1 + \sqrt{1-p^2}\;u_2\big)")
        st.latex(r"y_k = w_k^{\top}x + \sum_{j=1}^{m} \sin(\alpha_j\, w_k^{\top}x + \beta_j) + \varepsilon_k")
        st.latex(r"x \sim \mathcal N(0, I)")
        st.markdown(
            t(
                "p is the cosine of the weight vectors, not the correlation of the labels: that one is measured and stands beside "
                "the slider. The paper does not give c, m, alpha, beta, batch size or steps; the defaults here are the ones under "
                "which its ordering came out."
            )
        )
    st.markdown(t("**The code that runs**: `engine/multitask/models.py`"))
    _code(models.MMoE.forward)
    st.markdown("`engine/multitask/data.py`")
    _code(data.label)


def _code(function: Callable[..., object]) -> None:
    st.code(dedent(inspect.getsource(function)), language="python")
