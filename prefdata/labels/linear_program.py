"""Orders that contradict the least weight, proven by linear programming.

x_ij = 1 says that i comes before j; orders are the 0/1 points without a cycle of three, 0 ≤ x_ij + x_jk − x_ik ≤ 1
(Grötschel, Jünger & Reinelt 1984, "A Cutting Plane Algorithm for the Linear Ordering Problem"). Of these
inequalities only the violated ones are added, and the points may be fractional: such an optimum is a bound, which
on rankings with noise mostly equals the weight of the best order found.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from prefdata.labels.insertion_search import CLOSE, by_search

WHOLE = 1e-6  # nearer to 0 or 1 than this is 0 or 1
AT_ONCE = 2000  # inequalities added in one go


class Proof(NamedTuple):
    """possible [n, n] and weight as in `linear_order`; exact: the weight is proven to be the least.

    possible is proven where the relaxation has whole points, else what the best orders found say.
    """

    possible: np.ndarray
    weight: float
    exact: bool


def by_program(weights: np.ndarray) -> Proof:
    """The lightest orders found for w [n, n], and whether they are proven to be the lightest."""
    possible, weight = by_search(weights)
    program = _Program(weights / weights.max(initial=1e-300))
    x = program.least(program.cost)
    if x is None:
        return Proof(possible, weight, False)
    close = CLOSE * (1 + weights.sum())
    bound = (program.constant + float(program.cost @ x)) * float(weights.max())
    if _is_whole(x) and bound < weight - close:
        possible = program.square(x > 0.5, x < 0.5)
        weight = float(weights[~possible].sum())
    if bound < weight - close:
        whole = bool(np.all(weights == np.round(weights)))  # then so is the optimum
        return Proof(possible, weight, whole and bool(np.ceil(bound - WHOLE) >= weight))
    return Proof(_all_possible(program, possible, program.cost @ x + WHOLE**2), weight, True)


def _all_possible(program: _Program, possible: np.ndarray, most: float) -> np.ndarray:
    """With every pair flipped by an order that costs no more than `most`.

    Orders are sought that flip as many as possible of the pairs on which those known agree, until none flips one.
    """
    before, after = possible[program.low, program.high], possible[program.high, program.low]
    while True:
        agreed = before ^ after
        cost = np.where(agreed, np.where(before, 1.0, -1.0), 0.0)
        x = program.least(cost, most)
        if x is None or not _is_whole(x) or np.sum(agreed & before) - cost @ x < 1 - WHOLE:
            return program.square(before, after)
        before, after = before | (x > 0.5), after | (x < 0.5)


def _is_whole(x: np.ndarray) -> bool:
    return bool(np.all(np.abs(x - np.round(x)) < WHOLE))


class _Program:
    """low, high [K]: the pairs, in the order of x; `cost` [K] of low before high, over `constant`."""

    def __init__(self, weights: np.ndarray) -> None:
        self.size = len(weights)
        self.low, self.high = np.triu_indices(self.size, 1)
        self.cost = weights[self.high, self.low] - weights[self.low, self.high]
        self.constant = float(weights[self.low, self.high].sum())
        place = np.zeros((self.size, self.size), np.int64)
        place[self.low, self.high] = np.arange(len(self.low))
        i, j, k = np.array(list(combinations(range(self.size), 3)), np.int64).reshape(-1, 3).T
        self.triangles = np.stack([place[i, j], place[j, k], place[i, k]], axis=1)
        self.bounding = np.zeros((2, len(self.triangles)), bool)  # which are already bounded from above, from below

    def square(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """[n, n] from what is said of low before high and of high before low."""
        possible = np.zeros((self.size, self.size), bool)
        possible[self.low, self.high], possible[self.high, self.low] = before, after
        return possible

    def least(self, cost: np.ndarray, most: float = np.inf) -> np.ndarray | None:
        """The point of least `cost` [K] of those whose self.cost is at most `most`; None if the solver gives up."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        light = [LinearConstraint(self.cost[None], -np.inf, most)]
        while True:
            found = milp(cost, bounds=Bounds(0, 1), constraints=[*self._rows(), *light])
            if found.x is None or not self._bound_more(found.x):
                return found.x

    def _bound_more(self, x: np.ndarray) -> bool:
        """Take up the inequalities that x violates most; True if there are any."""
        total = x[self.triangles] @ np.array([1.0, 1.0, -1.0])
        for known, excess in zip(self.bounding, (total - 1, -total), strict=True):
            violated = np.flatnonzero((excess > WHOLE) & ~known)
            known[violated[np.argsort(-excess[violated], kind="stable")[:AT_ONCE]]] = True
        return bool(np.any((total > 1 + WHOLE) | (total < -WHOLE)))

    def _rows(self) -> list:
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        rows = []
        for known, low, high in zip(self.bounding, (-np.inf, 0.0), (1.0, np.inf), strict=True):
            columns = self.triangles[known]
            place = np.repeat(np.arange(len(columns)), 3)
            entries = np.tile([1.0, 1.0, -1.0], len(columns))
            matrix = csr_array((entries, (place, columns.ravel())), shape=(len(columns), len(self.low)))
            rows.append(LinearConstraint(matrix, low, high))
        return rows
