"""Notes of this page: formulas, source, code."""

from __future__ import annotations

from engine.cells import steps
from pages.ui.language import N_
from pages.ui.pieces.notes import Formula, Name, Notes

NOTES = Notes(
    columns=(
        (
            Name("**RNN** (Elman 1990)"),
            Formula(r"h(t) = \tanh\big(W x(t) + R\, h(t-1) + b\big) = \tanh\big(W'\,[h(t-1), x(t)] + b\big)"),
            Formula(r"\frac{\partial h(T)}{\partial h(t)} = \prod_{s=t+1}^{T} \mathrm{diag}\big(1-h(s)^2\big)\,R"),
            N_("**Along the belt of an LSTM** the same product is"),
            Formula(r"\prod_{s=t+1}^{T} f(s)"),
        ),
        (
            N_("**LSTM** (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000; peepholes: 2002)"),
            Formula(r"i = \sigma\big(W_i x + R_i h(t-1) + p_i \odot C(t-1) + b_i\big)"),
            Formula(r"f = \sigma\big(W_f x + R_f h(t-1) + p_f \odot C(t-1) + b_f\big)"),
            Formula(r"g = \tanh\big(W_g x + R_g h(t-1) + b_g\big)"),
            Formula(r"C(t) = f \odot C(t-1) + i \odot g"),
            Formula(r"o = \sigma\big(W_o x + R_o h(t-1) + p_o \odot C(t) + b_o\big)"),
            Formula(r"h(t) = o \odot \tanh C(t)"),
        ),
    ),
    below=(
        N_(
            "Peepholes are diagonal: each unit sees its own cell only, the output gate the new one. Without them (p = 0) this is the plain LSTM of torch; tests hold the cells against torch and ONNX Runtime."
        ),
    ),
    code={"engine/cells/steps.py": (steps.lstm_steps,)},
)
