"""Opponents: the stored study of what recall finds beside what needs no training, every seed a dot."""

from __future__ import annotations

import numpy as np
import streamlit as st

from engine.recommender.claims import RECALL, SEEDS, STRONG, Seeds, cells
from engine.recommender.held_out.served import CUTS
from engine.recommender.opponents.beside import ASKED, OPPONENTS
from engine.recommender.shipped import SHIPPED
from engine.runs.frame import Array
from pages.recommender.looks.studies import one_series, study, verdicts
from pages.recommender.opponents import cannot, named
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.marked import Marked

CLAIMS = {
    "model_beats_kinds": N_("Recall finds more among 300 than popularity in own categories:"),
    "model_beats_kinds@100": N_("The same among 100:"),
    "model_beats_kinds@20": N_("The same among 20:"),
    "model_beats_kinds@long": N_("The same among 300, after twice the steps:"),
    "model_beats_kinds@all": N_("The same among 300, from every watch and with 1,000 negatives:"),
    "model_beats_knn": N_("Recall finds more among 300 than item-kNN:"),
    "model_beats_knn@100": N_("The same among 100:"),
    "model_beats_knn@20": N_("The same among 20:"),
    "model_beats_knn@long": N_("The same among 300, after twice the steps:"),
    "model_beats_knn@all": N_("The same among 300, from every watch and with 1,000 negatives:"),
    "model_beats_ease": N_("Recall finds more among 300 than EASE:"),
    "model_beats_ease@100": N_("The same among 100:"),
    "model_beats_ease@20": N_("The same among 20:"),
    "model_beats_ease@long": N_("The same among 300, after twice the steps:"),
    "model_beats_ease@all": N_("The same among 300, from every watch and with 1,000 negatives:"),
    "model_beats_als@300": N_("Recall finds more among 300 than ALS:"),
    "model_beats_als@100": N_("The same among 100:"),
    "model_beats_als@20": N_("The same among 20:"),
    "model_beats_als@long": N_("The same among 300, after twice the steps:"),
    "model_beats_als@all": N_("The same among 300, from every watch and with 1,000 negatives:"),
}


def draw(now: Shown) -> None:
    """What each is, the dots at one length of the list, the claims."""
    with st.container(key="against", gap="medium"):
        st.markdown(_about())
        study(_study)


def _about() -> str:
    """What each opponent is, and what it cannot do."""
    lines = (
        t("**Popularity**: what was watched most of all time, or in the days before the moment; the days are tuned."),
        t("**In own categories**: the share of a user's last watches in a category, times what was watched most in it in the last days. Here a category is a topic in a language; of a log its channel."),
        t("**Item-kNN**: the sum of shrunk cosines between a video and the user's last watches."),
        t("**EASE**: one linear model from everything that a user watched to every video, in closed form."),
        t("**ALS**: factors of users and of videos whose product tells a watch from none, watches weighted more, solved for in turn. It came after the claims of this page were declared: its numbers stand beside them, without a verdict."),
        t("Each is tuned on this very site, on the watch before the held-out one of up to {asked} users; lists hold what may be served to a user at that moment: uploaded, and not watched before. A grid whose best value stands at its end grows until it does not.", asked=f"{ASKED:,}"),
    )  # fmt: skip
    limits = [cannot(name) for name in ("kinds", "knn", "ease", "als")]
    return Marked("\n").join(Marked("- {line}").format(line=line) for line in (*lines, *limits))


def _study(seeds: Seeds) -> None:
    cut = one_of(t("Length of the list"), CUTS, CUTS[-1], key="recommender_against_cut", name_of=str)
    at = CUTS.index(cut)
    rows: dict[str, Array] = {
        named("recall"): seeds.hits(RECALL, cut=at),
        bare("the same, every watch, 1,000 negatives"): seeds.hits(STRONG, cut=at),
    }
    rows |= {named(name): seeds.hits(RECALL.world, name, at) for name in OPPONENTS}
    one_series(rows, bare("held-out watches among the first {cut}", cut=cut), "against_study")
    ceiling = seeds.metric(RECALL.world, "ceiling").mean()
    st.caption(
        t(
            "{seeds} sites. No list can hold more than {ceiling} of the held-out watches: the others were watched before, or have no vector.",
            seeds=len(SEEDS),
            ceiling=f"{ceiling:.1%}",
        )
    )
    if took := _took():
        st.caption(took)
    verdicts(CLAIMS)


def _took() -> str:
    """How long a training and the opponents of a site took, where that is stored."""
    spent = [
        [SHIPPED.seconds[cell] for cell in cells(base) if cell in SHIPPED.seconds] for base in (RECALL, RECALL.world)
    ]
    if not all(spent):
        return ""
    training, others = (f"{np.median(some):.0f}" for some in spent)
    return t(
        "On one core of the machine of the study a training of {steps} steps took {training} s, all opponents of a site {others} s, their tuning included.",
        steps=f"{RECALL.steps:,}",
        training=training,
        others=others,
    )
