"""What shares the data set is to have, as a table: cells of pairs that are alike in every margin.

A margin gives each of its values a share; all values that no share was named for are one value more. A bound says how
often the longer response may win in a part of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

OTHERS = "all others"
ALL = "all"  # the margin of all pairs together
SLIGHT = 1e-6  # a share, or a part of a pair, that is none


class Margin(NamedTuple):
    """share [V] of each of V values, sums to 1; code: which value each row has [M]; reason: of what it leaves out."""

    name: str
    values: tuple[str, ...]
    share: np.ndarray
    code: np.ndarray
    reason: str = "over_quota"

    def sums(self, amounts: np.ndarray) -> np.ndarray:
        """The sum of amounts [M] by value [V]."""
        return np.bincount(self.code, amounts, len(self.values))


class Bound(NamedTuple):
    """longer, shorter: where the longer, or the shorter response wins [C]; of both together, `rate` may be longer."""

    group: str
    longer: np.ndarray
    shorter: np.ndarray
    rate: float

    def allowed(self, amounts: np.ndarray) -> float:
        """How many longer ones there may be beside so many shorter ones."""
        return float(self.rate / (1 - self.rate) * amounts[self.shorter].sum())


class Sides(NamedTuple):
    """How pairs are matched in length: how often the longer one may win in each group, the group of each pair [M], and
    the sign of its chosen less its rejected length [M]."""

    rate: Mapping[str, float]
    group: pd.Categorical[Any]
    sign: np.ndarray


@dataclass(frozen=True)
class Table:
    """C cells: how many pairs each has [C], and the margins and bounds over the cells."""

    available: np.ndarray
    margins: tuple[Margin, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def asking(self, margins: tuple[Margin, ...]) -> Table:
        return replace(self, margins=margins)


def margin(name: str, shares: Mapping[str, float], values: pd.Series, reason: str = "over_quota") -> Margin:
    """The margin of rows with these values."""
    code = pd.Index(list(shares), dtype=object).get_indexer(pd.Index(values.astype(object)))
    rest = 1 - sum(shares.values())
    others = bool((code < 0).any()) or rest > SLIGHT
    share = np.array([*shares.values(), *([max(0.0, rest)] if others else [])], float)
    names = (*shares, *([OTHERS] if others else []))
    return Margin(name, names, share / share.sum(), np.where(code < 0, len(shares), code), reason)


def table(rows: int, margins: tuple[Margin, ...], sides: Sides | None = None) -> tuple[Table, np.ndarray]:
    """The cells of M pairs with these margins [M each] and that of all pairs, and the cell of each pair [M]."""
    margins = (Margin(ALL, (ALL,), np.ones(1), np.zeros(rows, np.int64)), *margins)
    columns = [found.code for found in margins]
    if sides is not None:
        columns.append(sides.group.codes * 3 + sides.sign + 1)
    code = np.zeros(rows, np.int64)
    for column in columns:  # numbered anew each time, so that no product of sizes grows too large
        code = np.unique(code * (int(column.max(initial=0)) + 1) + column, return_inverse=True)[1]
    _, first, cell, count = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    of_cells = tuple(found._replace(code=found.code[first]) for found in margins)
    return Table(count.astype(float), of_cells, _bounds(sides, first) if sides else ()), cell


def _bounds(sides: Sides, first: np.ndarray) -> tuple[Bound, ...]:
    """A bound for each group that may not always be longer; `first` is a row of each cell."""
    group, sign = sides.group[first], sides.sign[first]
    named = {name: group == name for name in sides.group.categories if sides.rate[name] < 1}
    return tuple(Bound(name, own & (sign > 0), own & (sign < 0), sides.rate[name]) for name, own in named.items())
