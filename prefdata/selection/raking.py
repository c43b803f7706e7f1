"""Raking: a table of pairs brought to given margins with as little change within it as can be.

Iterative proportional fitting (Deming & Stephan 1940): each value of each margin has a factor, and the factors are
corrected in turn until all sums are right. What comes out is nearest to the table in the sense of Kullback and Leibler.
No cell can have more than is there: it fills up, as water does, and the other cells of its value rise on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prefdata.selection.margins import Bound, Margin, Table

SWEEPS = 200  # where cells must be all but empty or full, more of them bring little (`feasible.settled` does the rest)
NEAR = 1e-4  # of all pairs: sums that differ by less are right


def raked(table: Table, sums: Sequence[np.ndarray]) -> np.ndarray:
    """Amounts of the cells [C] whose sums [V] in each margin are nearly these.

    x_c = available_c · min(1, Π f), with a factor f for each of the cell's values. Where the longer responses of a
    bound are too many, a factor of at most 1 thins these as well.
    """
    factors = [np.ones(len(margin.values)) for margin in table.margins]
    thinned = np.ones(len(table.bounds))
    near = max(0.5, NEAR * max((float(each.sum()) for each in sums), default=0.0))
    for _ in range(SWEEPS):
        for at, margin in enumerate(table.margins):
            now = margin.sums(_amounts(table, factors, thinned))
            factors[at] = np.clip(factors[at] * _ratio(sums[at], now), 0, 1e12)
        for at, bound in enumerate(table.bounds):
            now = _amounts(table, factors, thinned)
            thinned[at] = min(1.0, thinned[at] * _ratio(bound.allowed(now), now[bound.longer].sum()))
        if _is_right(table.margins, table.bounds, _amounts(table, factors, thinned), sums, near):
            break
    return _amounts(table, factors, thinned)


def _amounts(table: Table, factors: Sequence[np.ndarray], thinned: np.ndarray) -> np.ndarray:
    product = np.ones(len(table.available))
    for margin, factor in zip(table.margins, factors, strict=True):
        product = product * factor[margin.code]
    for bound, factor in zip(table.bounds, thinned, strict=True):
        product = np.where(bound.longer, np.minimum(product, 1) * factor, product)
    return table.available * np.minimum(1, product)


def _ratio(right: np.ndarray | float, now: np.ndarray | float) -> np.ndarray:
    """By what to multiply; 1 where nothing is there to be multiplied."""
    return np.divide(right, now, out=np.ones(np.shape(now)), where=np.asarray(now) > 0)


def _is_right(
    margins: Sequence[Margin], bounds: Sequence[Bound], amounts: np.ndarray, sums: Sequence[np.ndarray], near: float
) -> bool:
    off = [np.abs(margin.sums(amounts) - right).max() for margin, right in zip(margins, sums, strict=True)]
    over = [amounts[bound.longer].sum() - bound.allowed(amounts) for bound in bounds]
    return max([*off, *over], default=0.0) <= near


def whole(table: Table, amounts: np.ndarray, amount: int) -> np.ndarray:
    """Whole amounts [C] that sum to `amount`: rounded down, the rest by the largest remainders.

    A cell's remainder counts with those of its margins' values, so that sums over many cells are right as well. Where a
    bound has no room for one more longer response, such cells are rounded up only if no other can be.
    """
    found, open_to_more = np.floor(amounts + 1e-6), amounts > 1e-6
    missing = [margin.sums(amounts) - margin.sums(found) for margin in table.margins]
    last = -1e3 * len(missing)  # less than any need
    for _ in range(round(amount - found.sum())):
        need = amounts - found + sum(short[margin.code] for short, margin in zip(missing, table.margins, strict=True))
        need = np.where(_at_its_bound(table, found), need + last, need)
        cell = int(np.argmax(np.where(open_to_more & (found < table.available), need, -np.inf)))
        found[cell] += 1
        for short, margin in zip(missing, table.margins, strict=True):
            short[margin.code[cell]] -= 1
    return found.astype(np.int64)


def _at_its_bound(table: Table, found: np.ndarray) -> np.ndarray:
    """True for the cells in which one more would be one longer response too many [C]."""
    full = np.zeros(len(found), bool)
    for bound in table.bounds:
        if found[bound.longer].sum() + 1 > bound.allowed(found):
            full |= bound.longer
    return full
