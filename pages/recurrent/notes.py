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
            N_("**and along the state of a GRU**, its gates and candidate held,"),
            Formula(r"\prod_{s=t+1}^{T} z(s)"),
        ),
        (
            N_("**GRU** (Cho et al. 2014)"),
            Formula(r"r = \sigma\big(W_r x + R_r h(t-1) + b_r\big)"),
            Formula(r"z = \sigma\big(W_z x + R_z h(t-1) + b_z\big)"),
            Formula(r"m = R_g h(t-1) + b_m"),
            Formula(r"g = \tanh\big(W_g x + r \odot m + b_g\big)"),
            Formula(r"h(t) = z \odot h(t-1) + (1 - z) \odot g"),
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
            "This is the GRU of torch and cuDNN, whose reset gate acts on R h(t−1) + b; in the paper it acts on h(t−1) itself."
        ),
        N_(
            "Peepholes are diagonal: each unit sees its own cell only, the output gate the new one. Without them (p = 0) this is the plain LSTM of torch; tests hold the cells against torch and ONNX Runtime."
        ),
    ),
    code={"engine/cells/steps.py": (steps.gru_steps, steps.lstm_steps)},
)
