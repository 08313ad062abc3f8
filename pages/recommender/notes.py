"""Notes of this page: formulas, source, code."""

from __future__ import annotations

from engine.recommender.ranking.model import RankNet
from engine.recommender.recall.model import CandidateNet
from pages.ui.language import N_
from pages.ui.pieces.notes import Formula, Notes

NOTES = Notes(
    columns=(
        (
            N_("**Candidate generation** (Covington 2016, §3)"),
            Formula(r"P(w_t = i \mid U, C) = \frac{e^{v_i \cdot u}}{\sum_{j \in V} e^{v_j \cdot u}}"),
            Formula(r"h_l = \mathrm{ReLU}(W_l\, h_{l-1} + b_l) \qquad h_0 = x,\; u = h_L"),
            Formula(r"s_j = v_j \cdot u - \log(n\, q_j)"),
        ),
        (
            N_("**Ranking** (§4)"),
            Formula(r"L = -\sum_{\text{clicked}} T_i \log \sigma(z_i) - \sum_{\text{others}} \log(1 - \sigma(z_i))"),
            Formula(r"e^{z} = \frac{\sum_i T_i}{N - k} = \frac{E[T]}{1 - P}"),
            Formula(r"\tilde x = \mathrm{CDF}(x) \in [0, 1] \qquad (\tilde x,\; \tilde x^2,\; \sqrt{\tilde x})"),
        ),
    ),
    below=(
        N_(
            "What differs from the paper: the site is simulated and small; the vocabulary is what was watched often enough, not the top million; negatives are shared by a batch; widths and dimensions are a tenth; the optimiser is Adam. The ranking model reads six continuous numbers where the paper has hundreds of features."
        ),
        N_(
            "What a log cannot say (exposure bias): it holds only what the site once showed. A video that was never offered to a user is neither liked nor disliked; hits count what the old site led to, and favour what resembles it. On this site about a third of what is shown is clicked, on real ones a few in a hundred: the preset “Few clicks, as on real sites” asks what that changes."
        ),
    ),
    code={
        "engine/recommender/recall/model.py": (CandidateNet,),
        "engine/recommender/ranking/model.py": (RankNet,),
    },
)
