"""Many prompts of one size side by side: a row for every pair of candidates, a column for every prompt.

So every operation runs over many prompts that lie side by side in memory, and no prompt touches
another: what is computed for a prompt does not depend on its company, not even in the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

CELLS = 32_768  # numbers a grid may have: what stays in the processor's cache


class Grid(NamedTuple):
    """m prompts with n candidates and their K = n(n-1)/2 pairs, in the order of numpy's triu_indices.

    prompts [m]; pairs: positions of k given pairs; row, column [k]: where they stand.
    """

    size: int
    prompts: np.ndarray
    pairs: np.ndarray
    row: np.ndarray
    column: np.ndarray

    def spread(self, values: np.ndarray) -> np.ndarray:
        """The values of the given pairs laid out [K, m], 0 elsewhere."""
        laid = np.zeros((self.size * (self.size - 1) // 2, len(self.prompts)))
        laid[self.row, self.column] = values[self.pairs]
        return laid


def grids(prompt: np.ndarray, low: np.ndarray, high: np.ndarray, sizes: np.ndarray) -> Iterator[Grid]:
    """The prompts that have pairs, by size. prompt, low < high: int [M]; sizes: candidates per prompt [P]."""
    size_of = sizes[prompt]
    for size in np.unique(size_of).tolist():
        chosen = np.flatnonzero(size_of == size)
        prompts, column = np.unique(prompt[chosen], return_inverse=True)
        below = low[chosen].astype(np.int64)
        row = below * size - below * (below + 3) // 2 - 1 + high[chosen]
        step = max(1, 2 * CELLS // (size * size))
        for start in range(0, len(prompts), step):
            at = np.flatnonzero((column >= start) & (column < start + step))
            yield Grid(size, prompts[start : start + step], chosen[at], row[at], column[at] - start)


def gaps(potential: np.ndarray) -> np.ndarray:
    """The lower candidate's value less the higher's, of every pair [K, m], for values [n, m]."""
    low, high = np.triu_indices(len(potential), 1)
    return potential[low] - potential[high]


def inflow(flow: np.ndarray, size: int) -> np.ndarray:
    """Per candidate [n, m] what flows [K, m] to it as the lower, less what it loses as the higher.

    Added up row by row in the order of the pairs: sums do not depend on how many prompts there are.
    """
    net = np.zeros((size, flow.shape[1]))
    begin = 0
    for low in range(size - 1):
        rows = flow[begin : begin + size - 1 - low]
        net[low] += rows.sum(axis=0)
        net[low + 1 :] -= rows
        begin += len(rows)
    return net


def balanced(weights: np.ndarray, net: np.ndarray, ridge: float | np.ndarray) -> np.ndarray:
    """x [n, m] that solves (Laplacian of `weights` [K, m] + ridge·1) x = net [n, m]; ridge: one, or one a prompt."""
    size = len(net)
    low, high = np.triu_indices(size, 1)
    matrix = np.zeros((net.shape[1], size, size))
    matrix[:, low, high] = matrix[:, high, low] = -weights.T
    diagonal = np.arange(size)
    matrix[:, diagonal, diagonal] = np.broadcast_to(ridge, net.shape[1])[:, None] - matrix.sum(axis=2)
    return np.linalg.solve(matrix, net.T[..., None])[..., 0].T
