"""The multitask playground: my tasks agree this much, which structure should I pick?"""

from pages.ui.language import N_
from pages.ui.playground import Playground

PLAYGROUND = Playground(
    name="multitask",
    order=3,
    title=N_("Multi-task"),
    icon=":material/call_split:",
    question=N_("My tasks agree this much: which structure should I pick?"),
    rungs=(
        ("Single-Task", N_("A whole network for each task: nothing is shared, nothing can conflict.")),
        ("Shared-Bottom", N_("One bottom for all tasks: less to compute, and tasks that agree learn from each other.")),
        ("OMoE", N_("Several experts and one gate: parts can specialise, but every task gets the same mixture.")),
        ("MMoE", N_("A gate for each task: tasks that disagree can take different experts.")),
        ("PLE", N_("Experts of each task's own beside shared ones: what one task learns, no other can undo.")),
    ),
)
