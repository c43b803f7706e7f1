"""Length control: the longer response is chosen no more often than people choose it.

People prefer longer answers in some tasks and shorter ones in others, so that half and half would be wrong too. Only
the excess over the rate of gold labels is left out, or weighs less: nothing is done where longer ones win less often
than that. The rate counts pairs of different length, in each value of the tag `by` that has at least FEW of them; the
other values are taken together, by the rate over all. What is left out are the weakest labels: a judge that likes
length gives itself away where little else speaks for the winner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from prefdata.selection.settings import Length

FEW = 30  # pairs, below which a rate of their own says little
REST = "all others"


class Observed(NamedTuple):
    """Of a group: its pairs of different length, how often the longer one wins there, may win, and wins in the set."""

    group: str
    pairs: int
    before: float | None
    gold: float
    after: float | None


def sides(pairs: pd.DataFrame) -> np.ndarray:
    """1 where the chosen response is longer, -1 where it is shorter, 0 for equal or unknown lengths [M]."""
    gap = pairs["chars_chosen"].to_numpy(float) - pairs["chars_rejected"].to_numpy(float)
    return np.nan_to_num(np.sign(gap)).astype(int)


def groups(values: pd.Series | None, sign: np.ndarray) -> pd.Categorical[Any]:
    """By which value each pair is matched [M]. values: those of the tag; None without one."""
    if values is None:
        return pd.Categorical([REST] * len(sign))
    counts = values[sign != 0].value_counts()
    return pd.Categorical(values.astype(object).where(values.isin(counts.index[counts >= FEW]), REST))


def rate_of(length: Length, group: str) -> float:
    """How often the longer one may be chosen among pairs of a group."""
    return length.by_value.get(group, length.rate)


def observed(
    rates: Mapping[str, float], group: pd.Categorical[Any], sign: np.ndarray, stays: np.ndarray
) -> list[Observed]:
    """How often the longer one wins in each group, among all pairs and among those that stay."""
    return [
        Observed(name, int((own & (sign != 0)).sum()), _rate(sign[own]), rates[name], _rate(sign[own & stays]))
        for name in group.categories
        for own in [np.asarray(group == name)]
    ]


def _rate(sign: np.ndarray) -> float | None:
    unequal = sign[sign != 0]
    return float((unequal > 0).mean()) if len(unequal) else None


def weights(rates: Mapping[str, float], group: pd.Categorical[Any], sign: np.ndarray) -> np.ndarray:
    """What each pair weighs so that the weighted rate is the gold one, where the longer won too often [M]."""
    longer, shorter = (np.bincount(group.codes[sign == side], minlength=len(group.categories)) for side in (1, -1))
    rate = np.array([rates[name] for name in group.categories])
    weight = np.ones(len(rate))
    excess = longer * (1 - rate) > shorter * rate
    weight[excess] = (rate * shorter)[excess] / ((1 - rate) * longer)[excess]
    return np.where(sign == 1, weight[group.codes], 1.0)
