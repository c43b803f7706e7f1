"""Pareto dominance: at least as good in every dimension, and better in one.

What is not known is not compared: a dimension that only one of two is scored in leaves them apart, and one that
neither is scored in is not asked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

EQUAL = 1e-9  # scores that lie closer are the same
AT_ONCE = 1 << 22  # numbers compared together


class Compared(NamedTuple):
    """Whether one of two is better in some dimension, and worse in some [...]; neither where they lie apart."""

    better: np.ndarray
    worse: np.ndarray

    @property
    def dominates(self) -> np.ndarray:
        return self.better & ~self.worse

    @property
    def dominated(self) -> np.ndarray:
        return self.worse & ~self.better

    @property
    def trades_off(self) -> np.ndarray:
        return self.better & self.worse


def compared(one: np.ndarray, other: np.ndarray) -> Compared:
    """From scores [..., D] that are higher where better, NaN where unknown."""
    gap = one - other
    known = (~np.isnan(gap) | (np.isnan(one) & np.isnan(other))).all(axis=-1)
    return Compared((gap > EQUAL).any(axis=-1) & known, (gap < -EQUAL).any(axis=-1) & known)


def non_dominated(scores: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Whether no other of its group dominates it [N], from scores [N, D] and the number of each one's group [N]."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1, append=-1))
    sizes, free = np.diff(starts), np.ones(len(group), bool)
    for size in np.unique(sizes):
        members = order[starts[:-1][sizes == size][:, None] + np.arange(size)]
        for part in np.array_split(members, 1 + members.size * size * scores.shape[1] // AT_ONCE):
            own = scores[part]
            free[part] = ~compared(own[:, None, :, :], own[:, :, None, :]).dominates.any(axis=2)
    return free
