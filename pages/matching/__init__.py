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
        (
            "DSSM",
            N_(
                "Two bags of letter trigrams become two vectors and one cosine: meaning is compared, word order is lost."
            ),
        ),
        (
            "CNN-DSSM",
            N_(
                "A window slides over the words and keeps their order nearby; max pooling keeps each filter's strongest window, wherever it stands."
            ),
        ),
        ("LSTM-DSSM", N_("Read word by word into one state: order beyond the window counts too.")),
    ),
)
