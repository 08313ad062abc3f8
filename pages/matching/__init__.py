"""The matching playground: why did this document match this query, and what does each model lose?"""

from pages.ui.language import N_
from pages.ui.playground import Playground

PLAYGROUND = Playground(
    name="matching",
    order=2,
    title=N_("Matching"),
    icon=":material/join_inner:",
    question=N_("Why did this document match this query, and what does each model lose?"),
    rungs=(
        ("DSSM", N_("Query and document as bags of letter trigrams, two vectors, one cosine.")),
        (
            "CNN-DSSM",
            N_("A window over the words keeps their order nearby; max pooling keeps the best of each filter."),
        ),
        ("LSTM-DSSM", N_("Word by word with a memory: order counts at any distance.")),
    ),
)
