"""Notes of this page: formulas, source, code."""

from __future__ import annotations

from engine.multitask import data, models
from engine.multitask.structures import ple
from pages.ui.language import N_
from pages.ui.pieces.notes import Formula, Notes

NOTES = Notes(
    columns=(
        (
            N_("**The structures** (Ma et al., KDD 2018, §4)"),
            Formula(r"y_k = h_k\big(f(x)\big) \qquad \text{Shared-Bottom}"),
            Formula(r"y_k = h_k\Big(\sum_{i=1}^{n} g(x)_i\, f_i(x)\Big) \qquad \text{OMoE}"),
            Formula(r"y_k = h_k\Big(\sum_{i=1}^{n} g^k(x)_i\, f_i(x)\Big) \qquad \text{MMoE}"),
            Formula(r"g^k(x) = \mathrm{softmax}(W_{gk}\,x)"),
            N_(
                "**PLE** (Tang et al., RecSys 2020, §4): task k sees its own experts and the shared ones; one level alone is CGC"
            ),
            Formula(
                r"m^k = \sum_{i \,\in\, \mathrm{own}(k)\, \cup\, \mathrm{shared}} g^k_i\, f_i \qquad y_k = h_k(m^k)"
            ),
            N_(
                "On two levels the experts of task k and its gate above see the m^k below, and the shared experts see a mixture of all "
                "experts below, made by a gate of their own. By default there are 3 shared experts and 2 of each task on both levels."
            ),
        ),
        (
            N_("**The tasks** (§3.2)"),
            Formula(r"w_1 = c\,u_1,\qquad w_2 = c\,\big(p\,u_1 + \sqrt{1-p^2}\;u_2\big)"),
            Formula(r"y_k = w_k^{\top}x + \sum_{j=1}^{m} \sin(\alpha_j\, w_k^{\top}x + \beta_j) + \varepsilon_k"),
            Formula(r"x \sim \mathcal N(0, I)"),
            N_(
                "p is the cosine of the weight vectors, not the correlation of the labels: that one is measured and stands beside "
                "the slider. The paper does not give c, m, alpha, beta, batch size or steps: those are this page's own. Which order "
                "they lead to is measured, in the study below the stage."
            ),
        ),
    ),
    code={
        "engine/multitask/models.py": (models.MMoE,),
        "engine/multitask/structures/ple.py": (ple.PLE,),
        "engine/multitask/data.py": (data.label,),
    },
)
