"""The recommender playground: how do a million videos become twenty, and where was this one lost?"""

from pages.ui.language import N_
from pages.ui.playground import Playground

PLAYGROUND = Playground(
    name="recommender",
    order=4,
    title=N_("Recommender"),
    icon=":material/filter_alt:",
    question=N_("How do a million videos become twenty, and where was this one lost?"),
    rungs=(
        (
            N_("Catalogue"),
            N_(
                "Every video has its place in the field, which glows by how near its vector is to the user's: u · v, for all at once."
            ),
        ),
        (
            N_("Recall"),
            N_(
                "Candidate generation: the hundreds with the largest u · v, found by an index. It asks which, not whether."
            ),
        ),
        (
            N_("Ranking"),
            N_("Reads more of each candidate, and orders them by expected watch time. Twenty are shown."),
        ),
    ),
)
