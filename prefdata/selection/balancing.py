"""Which pairs are left out so that the data set has the shares that are asked for.

Quotas, the mix of difficulties and the control of length are met together, as one table (`selection.margins`), so that
one does not undo the other. Without a target the set is the largest in which every share is met within one point; with
one it is that many pairs, or as many as there are, with the shares as near as can be: a value that has too few gives
all of its own, and the others fill up by their shares. Which cells give how many is found by raking; of a cell the
strongest pairs stay, of equals those that a lot drawn from the prompt's id prefers.

A pair that is left out has one reason: over_target, if it would have stayed in a set without a target; else the first
of length_excess, over_difficulty and over_quota that alone would have left it out, the weakest of its cell first, or
the one that takes most of its cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from prefdata.keys import fraction
from prefdata.selection.feasible import attainable, largest, most_allowed, nearest, settled
from prefdata.selection.margins import SLIGHT, Margin, Sides, Table, table
from prefdata.selection.raking import raked, whole


class Balance(NamedTuple):
    """reason: why each pair is left out [M], None if it stays; amount: of how many pairs the shares were taken."""

    reason: np.ndarray
    amount: int


def balance(
    pairs: pd.DataFrame, margins: tuple[Margin, ...], sides: Sides | None = None, target: int | None = None
) -> Balance:
    """Say of every pair whether it stays. pairs: prompt_id, strength and margin, in an order that decides between
    equals of one prompt; margins and sides: of these pairs."""
    asked, cell = table(len(pairs), margins, sides)
    full = asked.asking(attainable(asked))
    most, within = largest(full)
    without = amounts = _amounts(full, most, within)
    if target is not None:
        amounts = _amounts(full, target, within) if target <= most else _as_near(asked, target)
    place = _places(pairs, cell)
    reason = _reasons(asked, cell, place)
    if target is not None and target < most:
        reason[place < without[cell]] = "over_target"
    reason[place < amounts[cell]] = None
    return Balance(reason, target or most)


def _as_near(asked: Table, target: int) -> np.ndarray:
    """How many pairs each cell gives [C] to so many where their shares cannot all be had."""
    amount = min(target, int(most_allowed(asked) + SLIGHT))
    return _amounts(asked.asking(attainable(asked, amount)), amount)


def _amounts(cells: Table, amount: int, within: float = 1.0) -> np.ndarray:
    """How many pairs each cell gives [C] to so many with the shares nearest to those asked for, spread over the cells
    as the pairs are."""
    amounts = nearest(cells, amount, within)
    return whole(
        cells, settled(cells, raked(cells, [margin.sums(amounts) for margin in cells.margins]), amounts), amount
    )


def _places(pairs: pd.DataFrame, cell: np.ndarray) -> np.ndarray:
    """The place of each pair among those of its cell, 0 for the strongest [M]."""
    prompt, names = pd.factorize(pairs["prompt_id"])
    lot = np.array([fraction(name, 0) for name in names.tolist()])
    order = pairs[["strength", "margin"]].assign(cell=cell, lot=lot[prompt])
    order = order.sort_values(
        ["cell", "strength", "margin", "lot"], ascending=[True, False, False, True], na_position="last", kind="stable"
    )
    return order.groupby("cell", sort=False).cumcount().reindex(pairs.index).to_numpy()


def _reasons(asked: Table, cell: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Why each pair would be left out [M]: each rule in turn takes the weakest of a cell, as many as it alone would."""
    found = np.full(len(cell), "over_target" if len(asked.margins) == 1 and not asked.bounds else None, object)
    left, tightest = asked.available, np.full(len(asked.available), "", object)
    least = np.full(len(left), np.inf)
    for reason, kept in _alone(asked):
        left, tightest, least = left * kept, np.where(kept < least, reason, tightest), np.minimum(least, kept)
        found[(found == np.array(None)) & (place >= left[cell])] = reason
    return np.where(found == np.array(None), tightest[cell], found)


def _alone(asked: Table) -> list[tuple[str, np.ndarray]]:
    """What part of each cell every rule would keep by itself [C]."""
    kept = []
    for bound in asked.bounds:
        longer = asked.available[bound.longer].sum()
        part = min(1.0, bound.allowed(asked.available) / max(1.0, longer))
        kept.append(("length_excess", np.where(bound.longer, part, 1.0)))
    for margin in reversed(asked.margins[1:]):
        part = margin.share / np.maximum(margin.sums(asked.available), SLIGHT)
        kept.append((margin.reason, (part / max(part.max(), SLIGHT))[margin.code]))
    return kept
