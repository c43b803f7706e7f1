"""At most N pairs a prompt: the strongest, but for values that quotas would be short of.

Where a stratum of pairs (not of prompts: those are alike in all pairs of one) has fewer pairs than its share, pairs of
it that are not among the strongest N of their prompt take the places of the prompt's weakest pairs of values with more
than their share: the strongest first, and no more than are missing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from prefdata.selection.margins import Margin


def over(pairs: pd.DataFrame, most: int, margins: Iterable[Margin]) -> np.ndarray:
    """True for the pairs that are left out [M]. margins: quotas that are measured on pairs, over these pairs."""
    by = ["group", "strength", "margin", "chosen_id", "rejected_id"]
    order = pairs[by].reset_index(drop=True)
    order = order.sort_values(by, ascending=[True, False, False, True, True], na_position="last")
    inside = np.zeros(len(pairs), bool)
    inside[order.index[order.groupby("group", sort=False).cumcount() < most]] = True
    for margin in margins:
        for value in np.argsort(_missing(margin, inside))[::-1].tolist():
            _swap(order, inside, margin, value)
    return ~inside


def _missing(margin: Margin, inside: np.ndarray) -> np.ndarray:
    """How many pairs each value is short of [V]; negative where it has too many."""
    return margin.share * inside.sum() - margin.sums(inside)


def _swap(order: pd.DataFrame, inside: np.ndarray, margin: Margin, value: int) -> None:
    """Let in pairs of a value that is short, each in place of a pair of the same prompt that is not."""
    missing = _missing(margin, inside)
    if missing[value] < 1:
        return
    place = order.index.to_numpy()
    wanted = order[~inside[place] & (margin.code[place] == value)]
    spare = order[inside[place] & (missing[margin.code[place]] < 0)][::-1]
    turn = [rows.groupby("group", sort=False).cumcount().to_numpy() for rows in (wanted, spare)]
    both = wanted.assign(turn=turn[0], at=wanted.index)[["group", "turn", "at", "strength"]].merge(
        spare.assign(turn=turn[1], instead_of=spare.index)[["group", "turn", "instead_of"]], on=["group", "turn"]
    )
    best = both.sort_values(["strength", "at"], ascending=[False, True]).head(int(missing[value]))
    inside[best["at"]], inside[best["instead_of"]] = True, False
