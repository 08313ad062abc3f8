"""Notes: the formulas, where they come from, and the lines of the engine that compute what is shown."""

from __future__ import annotations

import inspect
from textwrap import dedent

import streamlit as st

from engine.recommender.ranking.model import RankNet
from engine.recommender.recall.model import CandidateNet
from pages.recommender.where import PLACE
from pages.ui.language import t
from pages.ui.pieces.section import section


def draw() -> None:
    """Closed at first."""
    section(t("Notes: formulas, source, code"), PLACE.open_key("notes"), _opened, ":material/functions:")


def _opened() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(t("**Candidate generation** (Covington 2016, §3)"))
        st.latex(r"P(w_t = i \mid U, C) = \frac{e^{v_i \cdot u}}{\sum_{j \in V} e^{v_j \cdot u}}")
        st.latex(r"h_l = \mathrm{ReLU}(W_l\, h_{l-1} + b_l) \qquad h_0 = x,\; u = h_L")
        st.latex(r"s_j = v_j \cdot u - \log(n\, q_j)")
    with right:
        st.markdown(t("**Ranking** (§4)"))
        st.latex(r"L = -\sum_{\text{clicked}} T_i \log \sigma(z_i) - \sum_{\text{others}} \log(1 - \sigma(z_i))")
        st.latex(r"e^{z} = \frac{\sum_i T_i}{N - k} = \frac{E[T]}{1 - P}")
        st.latex(r"\tilde x = \mathrm{CDF}(x) \in [0, 1] \qquad (\tilde x,\; \tilde x^2,\; \sqrt{\tilde x})")
    st.markdown(
        t(
            "What differs from the paper: the site is simulated and small; the vocabulary is what was watched often enough, not the top million; negatives are shared by a batch; widths and dimensions are a tenth; the optimiser is Adam. The ranking model reads six continuous numbers where the paper has hundreds of features."
        )
    )
    st.markdown(
        t("**The code that runs**: `engine/recommender/recall/model.py`, `engine/recommender/ranking/model.py`")
    )
    st.code(dedent(inspect.getsource(CandidateNet)), language="python")
    st.code(dedent(inspect.getsource(RankNet)), language="python")
