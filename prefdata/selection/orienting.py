"""Chosen and rejected in place of a and b: what is known of a comparison, told from the side that its label prefers."""

from __future__ import annotations

import numpy as np
import pandas as pd

KNOWN = (
    "prompt_id", "view", "a", "b", "label", "votes", "ties", "both_bad", "handling", "obstacle", "obstacle_detail",
    "contaminated", "twin_of", "cluster", "tags", "evidence",
)  # fmt: skip
COUNTED = ("wins", "weight", "theta")  # columns of both sides, from `labels.comparisons`
VETOES = ("failed", "below", "unrated")  # the same, of `selection.vetoes`; only those of the chosen side matter
TRAITS = ("quality", "logp", "chars", "source", "error")  # the same, from `selection.traits`


def oriented(comparisons: pd.DataFrame) -> pd.DataFrame:
    """The comparisons with `chosen_…` and `…_rejected` columns.

    probability: that of the chosen side. gap: theta of chosen less theta of rejected. implicit_margin: the policy's
    log-probability a token of chosen less that of rejected, in nats. margin: (weight for chosen - weight for rejected)
    / weight of all votes, at least 0. Ties and unresolved pairs, which have no chosen side, show `a` in its place.
    """
    is_a = comparisons["label"].ne("b").to_numpy(bool)
    found = {name: comparisons[name] for name in KNOWN} | {"chosen_is_a": pd.Series(is_a, comparisons.index)}
    found["chosen_id"], found["rejected_id"] = _sides(comparisons["a"], comparisons["b"], is_a)
    for name in (*COUNTED, *TRAITS):
        a, b = comparisons[f"{name}_a"], comparisons[f"{name}_b"]
        found[f"{name}_chosen"], found[f"{name}_rejected"] = _sides(a, b, is_a)
    for name in VETOES:
        found[name] = comparisons[f"{name}_a"].where(is_a, comparisons[f"{name}_b"])
    found["probability"] = comparisons["probability"].where(is_a, 1 - comparisons["probability"])
    found["strength"] = 2 * found["probability"] - 1
    found["gap"] = found["theta_chosen"] - found["theta_rejected"]
    found["implicit_margin"] = found["logp_chosen"] - found["logp_rejected"]
    total = found["weight_chosen"] + found["weight_rejected"] + comparisons["weight_tie"]
    won = found.pop("weight_chosen") - found.pop("weight_rejected")
    found["margin"] = (won / total.where(total > 0, 1.0)).clip(0, 1)
    return pd.DataFrame(found)


def _sides(a: pd.Series, b: pd.Series, is_a: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """(of chosen, of rejected)."""
    return a.where(is_a, b), b.where(is_a, a)
