"""The recurrent playground: who remembers what, for how long, and through which gate?"""

from pages.ui.language import N_
from pages.ui.playground import Playground

PLAYGROUND = Playground(
    name="recurrent",
    order=1,
    title=N_("Recurrent"),
    icon=":material/repeat:",
    question=N_("Who remembers what, for how long, and through which gate?"),
    rungs=(
        ("RNN", N_("One network copied along the sequence, each copy handing a message to the next.")),
        ("GRU", N_("One state and two gates: what the update gate keeps of it goes on untouched, the rest is new.")),
        (
            "LSTM",
            N_("A conveyor belt beside the message: gates decide what stays, what is written and what is output."),
        ),
        (N_("LSTM with peepholes"), N_("The gates also see the belt: they can act on what is stored, or count it.")),
    ),
)
