"""How many pairs can have the shares that are asked for, and which shares can be had at all: linear programmes.

The unknowns are the amounts of the cells, x [C] with 0 ≤ x ≤ available; the solver is HiGHS (scipy), which gives the
same answer every time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from prefdata.selection.margins import SLIGHT, Margin, Table

TOLERANCE = 0.01  # of all pairs: so near a share must be
WITHIN = 0.005  # aimed at, for whole numbers take the rest; where that is less than ROUNDED pairs, it is none
ROUNDED = 2


def attainable(table: Table, amount: float | None = None) -> tuple[Margin, ...]:
    """The margins with the shares nearest to theirs that can be had, in a set of so many pairs or, without an amount,
    of however few.

    What a value cannot have goes to the other values by their shares, as water finds its level; where margins still
    contradict each other, the sum of all deviations is the least.
    """
    if not table.available.any():
        return table.margins
    there = table.available if amount else np.where(table.available > 0, 1.0, 0.0)
    room = there / (amount or 1.0)
    margins = tuple(_with_share(margin, _level(margin.share, margin.sums(room))) for margin in table.margins)
    amounts = nearest(Table(there, margins, table.bounds), amount or 1.0)
    return tuple(_with_share(margin, margin.sums(amounts)) for margin in margins)


def _level(share: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The share of each value [V], no more than its room: min(room, level · share) that sum to 1 if there is room."""
    wanted = room[share > 0].sum()
    if wanted <= 1:  # what nobody asked for fills the rest
        return np.where(share > 0, room, room * (1 - wanted) / max(room[share <= 0].sum(), SLIGHT))
    level = np.sort(np.divide(room, share, out=np.zeros(len(share)), where=share > 0))
    total = [np.minimum(room, each * share).sum() for each in level]
    at = int(np.searchsorted(total, 1.0))
    full = np.divide(room, share, out=np.full(len(share), np.inf), where=share > 0) < level[at]
    rising = (1 - room[full].sum()) / share[~full].sum()
    return np.where(full, room, rising * share)


def _with_share(margin: Margin, share: np.ndarray) -> Margin:
    share = np.where(share < SLIGHT, 0.0, share)
    return margin._replace(share=share / share.sum()) if share.any() else margin


def largest(table: Table) -> tuple[int, float]:
    """The largest number of pairs with every share met within the tolerance, and every bound; and within what."""
    found = _largest(table, WITHIN)
    within = WITHIN if found * (TOLERANCE - WITHIN) >= ROUNDED else 0.0
    return int((found if within else _largest(table, within)) + SLIGHT), within


def _largest(table: Table, within: float) -> float:
    cells = len(table.available)
    sums, share = _sums(table.margins, cells), _shares(table.margins)
    least, most = (np.where(share > 0, share + sign * within, 0.0) for sign in (-1, 1))
    rows = [
        sparse.hstack([sums, -_column(most)]),
        sparse.hstack([-sums, _column(least)]),
        sparse.hstack([_excess(table), _column(np.zeros(len(table.bounds)))]),
    ]
    total = sparse.csr_array(np.append(np.ones(cells), -1.0)[None])
    cost = np.append(np.zeros(cells), -1.0)
    limits = np.append(table.available, table.available.sum())
    held = sparse.vstack(rows)
    return float(_solve(cost, held, np.zeros(held.shape[0]), limits, total, np.zeros(1))[-1])


def nearest(table: Table, amount: float, within: float = 1.0) -> np.ndarray:
    """Amounts of the cells [C] that sum to `amount` and deviate least from its shares, summed over all values, and
    `within` of it in each."""
    cells, share = len(table.available), _shares(table.margins) * amount
    sums, away = _sums(table.margins, cells), -sparse.eye_array(len(share))
    unbound = sparse.csr_array((len(table.bounds), len(share)))
    rows = [sparse.hstack([sums, away]), sparse.hstack([-sums, away]), sparse.hstack([_excess(table), unbound])]
    total = sparse.csr_array(np.append(np.ones(cells), np.zeros(len(share)))[None])
    cost = np.append(np.zeros(cells), np.ones(len(share)))
    most = np.append(table.available, np.full(len(share), within * amount + SLIGHT))
    right = np.concatenate([share, -share, np.zeros(len(table.bounds))])
    return _solve(cost, sparse.vstack(rows), right, most, total, np.array([amount]))[:cells]


def settled(table: Table, amounts: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The amounts [C] with the sums that others have in every margin, each moved as little as can be."""
    cells = len(amounts)
    one, bound = sparse.eye_array(cells), _excess(table)
    away = sparse.csr_array((len(table.bounds), cells))
    rows = [sparse.hstack([one, -one]), sparse.hstack([-one, -one]), sparse.hstack([bound, away])]
    sums = sparse.hstack([_sums(table.margins, cells), sparse.csr_array((len(_shares(table.margins)), cells))])
    cost = np.append(np.zeros(cells), np.ones(cells))
    limits = np.append(table.available, np.full(cells, amounts.sum() + right.sum() + 1))
    wanted = np.concatenate([margin.sums(right) for margin in table.margins])
    most = np.concatenate([amounts, -amounts, np.zeros(len(table.bounds))])
    found = _solve(cost, sparse.vstack(rows), most, limits, sums, wanted)[:cells]
    return found if found.any() else right


def most_allowed(table: Table) -> float:
    """How many pairs there can be if only the bounds count."""
    over = (table.available[bound.longer].sum() - bound.allowed(table.available) for bound in table.bounds)
    return float(table.available.sum() - sum(max(0.0, each) for each in over))


def _solve(
    cost: np.ndarray, rows: sparse.sparray, right: np.ndarray, most: np.ndarray, equal: sparse.sparray, to: np.ndarray
) -> np.ndarray:
    """argmin cost·x with rows·x ≤ right, equal·x = to and 0 ≤ x ≤ most; zeros if there is none."""
    limits = np.column_stack([np.zeros(len(most)), most])
    found = linprog(cost, A_ub=rows, b_ub=right, A_eq=equal, b_eq=to, bounds=limits, method="highs")
    return np.clip(found.x, 0, most) if found.x is not None else np.zeros(len(cost))


def _sums(margins: Sequence[Margin], cells: int) -> sparse.csr_array:
    """A row a value [ΣV, C]: which cells have it."""
    at = np.cumsum([0, *(len(margin.values) for margin in margins)])
    value = np.concatenate([np.empty(0, np.int64), *(margin.code + at[n] for n, margin in enumerate(margins))])
    cell = np.tile(np.arange(cells), len(margins))
    return sparse.csr_array((np.ones(len(cell)), (value, cell)), (int(at[-1]), cells))


def _shares(margins: Sequence[Margin]) -> np.ndarray:
    return np.concatenate([np.empty(0), *(margin.share for margin in margins)])


def _excess(table: Table) -> sparse.csr_array:
    """A row a bound [B, C]: x is within it where the row's sum is not above 0."""
    rows = [bound.longer * (1 - bound.rate) - bound.shorter * bound.rate for bound in table.bounds]
    return sparse.csr_array(np.array(rows).reshape(len(rows), len(table.available)))


def _column(values: np.ndarray) -> sparse.csr_array:
    return sparse.csr_array(values[:, None])
