"""The equation under each cell's drawing; a click on a term lights its part."""

from __future__ import annotations

from pages.ui.player.network import Term

RNN = (
    Term("h(t) = tanh( "),
    Term("W [h(t−1), x(t)]", lights=("join", "before_h", "x", "before_h>join", "x>join")),
    Term(" + b ) = tanh( "),
    Term("W", sub="x", lights=("x", "x>join")),
    Term(" x(t) + "),
    Term("R", lights=("before_h", "before_h>join")),
    Term(" h(t−1) + b )"),
)
GRU = (
    Term("h(t) = "),
    Term("z · h(t−1)", lights=("z", "before_h", "kept", "z>kept", "before_h>kept", "kept>sum")),
    Term(" + "),
    Term("(1−z) · g", lights=("fresh", "g", "written", "z>fresh", "fresh>written", "g>written", "written>sum")),
    Term("      g = tanh( W x(t) + "),
    Term("r · R h(t−1)", lights=("r", "m", "reset", "r>reset", "join>m", "m>reset", "reset>g")),
    Term(" )"),
)
LSTM = (
    Term("C(t) = "),
    Term("f", lights=("f", "f>kept")),
    Term(" · "),
    Term("C(t−1)", lights=("before_c", "kept", "before_c>kept", "kept>sum")),
    Term(" + "),
    Term("i · g", lights=("i", "g", "written", "i>written", "g>written", "written>sum")),
    Term("      h(t) = "),
    Term("o · tanh C(t)", lights=("o", "tanh", "said", "h", "o>said", "tanh>said", "said>h", "sum>tanh")),
)
PEEPHOLE = (
    Term("f, i = σ( … + "),
    Term("p", sub="f,i", lights=("peep_f", "peep_i", "before_c", "f", "i")),
    Term(" C(t−1) )"),
    Term("      o = σ( … + "),
    Term("p", sub="o", lights=("peep_o", "c", "o")),
    Term(" C(t) )"),
)
FORMULAS = {"rnn": RNN, "gru": GRU, "lstm": LSTM, "peephole": PEEPHOLE}
"""By the rung."""
