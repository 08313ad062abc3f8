"""The claims of this ladder: each a question with its study, spread and verdict, closed at first."""

from __future__ import annotations

from engine.recurrent.claims import (
    FAR,
    SEEDS,
    SINGLE,
    TUNING,
)
from engine.recurrent.shipped import SHIPPED
from pages.recurrent import claim_views
from pages.ui.language import N_, t
from pages.ui.pieces.experiment import experiment


def about() -> str:
    """What the stored studies are."""
    return t(
        "Stored studies of {seeds} seeds, the same sentences for every cell. Every cell has in each setting the learning rate that was best on {tuning} other seeds; it falls to 0 over the run.",
        seeds=len(SEEDS),
        tuning=len(TUNING),
    )


BELOW = {
    "lstm": N_("At distance {distance} the RNN is below the LSTM:"),
    "gru": N_("At distance {distance} the RNN is below the GRU:"),
}
EXPERIMENTS = (
    experiment(
        SHIPPED,
        "mixed",
        N_("Who remembers at 40, and who still at 160?"),
        {
            "lstm_remembers@40": N_("The LSTM is right in more than .95 at distance 40:"),
            "rnn_below_lstm@40": N_("The RNN is below it:"),
            "rnn_below_lstm@long": N_("The same after twice the steps:"),
            f"rnn_below_lstm@{FAR}": N_("The RNN is below it at distance {distance}:"),
            "gru_remembers@40": N_("The GRU is right in more than .95 at distance 40:"),
            "rnn_below_gru@40": N_("The RNN is below the GRU at 40:"),
            f"gru_below_lstm@{FAR}": N_("The GRU is below the LSTM at distance {distance}:"),
            f"rnn_forgets@{FAR}": N_("The RNN is right less often at {distance} than at 1, it forgets:"),
            f"lstm_forgets@{FAR}": N_("The LSTM is right less often at {distance} than at 1, it forgets:"),
        },
        claim_views.growing,
    ),
    experiment(
        SHIPPED,
        "single",
        N_("Trained at one distance alone: which cell fails first?"),
        {
            f"rnn_below_{cell}_single@{d}": sentence
            for cell, sentence in BELOW.items()
            for d, base in SINGLE.items()
            if cell in base.cells
        },
        claim_views.single,
    ),
    experiment(
        SHIPPED,
        "from_near",
        N_("Does it help to begin with short distances?"),
        {
            "from_near_helps_rnn@mixed": N_(
                "At 40 the RNN is better for it than with mixed distances from the beginning:"
            ),
            "from_near_helps_lstm@mixed": N_("The LSTM is better for it than with mixed distances from the beginning:"),
            "from_near_helps_rnn@single": N_("The RNN is better for it than trained at 40 alone:"),
            "from_near_helps_lstm@single": N_("The LSTM is better for it than trained at 40 alone:"),
        },
        claim_views.from_near,
    ),
    experiment(
        SHIPPED,
        "bias",
        N_("Does forget bias 1 beat a belt that leaks (−1)?"),
        {"bias_1_beats_minus_1": N_("Forget bias 1 is better at distance 40:")},
        claim_views.bias,
    ),
    experiment(
        SHIPPED,
        "counting",
        N_("aⁿbⁿ: do peepholes count further?"),
        {
            "peephole_counts_further": N_("With peepholes more lengths are right:"),
            "gru_counts_less_far": N_("The GRU gets fewer lengths right than the LSTM:"),
        },
        claim_views.counting,
    ),
    experiment(
        SHIPPED,
        "delays",
        N_("Spike delays: do peepholes time better?"),
        {"peephole_times_better": N_("With peepholes the error is lower:")},
        claim_views.delays,
    ),
)
