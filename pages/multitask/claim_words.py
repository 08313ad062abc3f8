"""What each claim of the multitask ladder says, as a sentence that its verdict follows."""

from __future__ import annotations

from engine.multitask.claims import DECLARED
from engine.multitask.ladder import TITLES
from pages.ui.language import N_, t

PAIRS = {
    "mmoe_below_shared_bottom": ("MMoE", "Shared-Bottom"),
    "omoe_below_shared_bottom": ("OMoE", "Shared-Bottom"),
    "mmoe_below_omoe": ("MMoE", "OMoE"),
    "ple_below_mmoe": ("PLE", "MMoE"),
    "cgc_below_mmoe": ("CGC", "MMoE"),
}
"""The claim that one structure's loss is below another's, and the two."""
PAYS = "_no_task_pays"
SLOW = N_("MMoE's loss is below Shared-Bottom's:")
SAYS = {
    "omoe_close_to_mmoe_at_1": N_("The gap at 1 is smaller than at 0:"),
    "advantage_grows_as_p_falls": N_("MMoE's advantage at 0 is larger than at 1:"),
    "gates_meet_as_p_rises": N_("The mean gates are closer at 1 than at 0:"),
    "sharing_overfits_less": N_("With {rows} training rows Shared-Bottom's held-out loss is below Single-Task's:"),
    "sharing_has_the_smaller_gap": N_("With {rows} training rows its gap is smaller:"),
}


def said(claim: str) -> str:
    """A claim by its id."""
    name, _, cut = claim.partition("@")
    if cut == "slow":
        return t(SLOW)
    if name in PAIRS:
        lower, upper = PAIRS[name]
        return t("At p = {p} the loss of {lower} is below that of {upper}:", p=at(cut), lower=lower, upper=upper)
    if name.endswith(PAYS):
        structure = TITLES[name.removesuffix(PAYS)]
        return t("At p = {p} neither task has a higher loss with {structure} than alone:", p=cut, structure=structure)
    if cut == "long":
        return t("Twice the steps: {claim}", claim=t(SAYS[name]))
    return t(SAYS[name], rows=f"{int(cut):,}") if cut else t(SAYS[name])


def at(cut: str) -> str:
    """The correlation that a claim's cut stands for."""
    return t("{p}, twice the steps", p=f"{DECLARED:g}") if cut == "long" else cut
