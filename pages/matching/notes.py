"""Notes of this page: formulas, source, code."""

from __future__ import annotations

from engine.matching import models
from pages.ui.language import N_
from pages.ui.pieces.notes import Formula, Name, Notes

NOTES = Notes(
    columns=(
        (
            Name("**DSSM** (Huang 2013)"),
            Formula(r"h_1 = \tanh\big(W_1 \textstyle\sum_t x(t) + b_1\big)"),
            Formula(r"y = \tanh\big(W_3 \tanh(W_2 h_1 + b_2) + b_3\big)"),
            Name("**CLSM** (Shen 2014)"),
            Formula(r"h(t) = \tanh\big(W_c\,[x(t-1), x(t), x(t+1)]\big)"),
            Formula(r"v_k = \max_t h_k(t) \qquad y = \tanh(W_s v + b_s)"),
        ),
        (
            Name("**LSTM-DSSM** (Palangi 2016)"),
            Formula(r"h(t), C(t) = \mathrm{LSTM}\big(E x(t), h(t-1), C(t-1)\big) \qquad y = h(T)"),
            N_("**Score and loss**, the same for all"),
            Formula(r"R(Q, D) = \frac{y_Q \cdot y_D}{|y_Q|\,|y_D|}"),
            Formula(r"P(D \mid Q) = \frac{e^{\gamma R(Q, D)}}{\sum_{D'} e^{\gamma R(Q, D')}} "),
            Formula(r"L = -\log P(D^+ \mid Q)"),
        ),
    ),
    below=(
        N_(
            "What differs from the papers: words go into fewer buckets; the LSTM reads a linear layer of the trigrams; towers are shared unless you separate them; the optimiser is Adam. Sums of embeddings replace the product with a vector of 30K columns, which changes no number: tests hold it against a dense convolution."
        ),
    ),
    code={"engine/matching/models.py": (models.CLSM,)},
)
