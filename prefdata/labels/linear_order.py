"""Orders of a few candidates that contradict the least weight, exactly (the linear ordering problem).

This solver, `linear_program` and `insertion_search` take w [n, n], the weight of the edge i → j, and return
possible [n, n] and the weight: `possible[i, j]` says that i comes before j in some optimal order, `weight` is what
every optimal order contradicts.
"""

from __future__ import annotations

import numpy as np

CLOSE = 1e-9


def by_subsets(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exact for a batch w [m, n, n] with n ≤ 16: (possible [m, n, n], weight [m]).

    Dynamic programming over subsets (Lawler 1964). f(S) is the least weight contradicted when the members of S come
    first, g(S) when the others follow them. S begins an optimal order exactly if f(S) + g(S) is the optimum, so i can
    precede j exactly if such an S holds i and not j.
    """
    count, size, _ = weights.shape
    late = _cost_of_coming_after(weights)
    layers = _layers(size)
    first, rest = np.full((2, count, 1 << size), np.inf)
    first[:, 0] = rest[:, -1] = 0
    for layer in layers[:-1]:
        for v in range(size):
            before = layer[(layer >> v) & 1 == 0]
            after = before | (1 << v)
            first[:, after] = np.minimum(first[:, after], first[:, before] + late[:, v, before])
    for layer in reversed(layers[:-1]):
        for v in range(size):
            before = layer[(layer >> v) & 1 == 0]
            rest[:, before] = np.minimum(rest[:, before], late[:, v, before] + rest[:, before | (1 << v)])
    return _possible(first + rest, size), rest[:, 0]


def _cost_of_coming_after(weights: np.ndarray) -> np.ndarray:
    """[m, v, S]: the weight of v's edges into S, contradicted if v comes after all of S."""
    count, size, _ = weights.shape
    cost = np.zeros((count, size, 1 << size))
    for u in range(size):
        cost[:, :, 1 << u : 2 << u] = cost[:, :, : 1 << u] + weights[:, :, u, None]
    return cost


def _layers(size: int) -> list[np.ndarray]:
    """The subsets of n candidates as bit masks, by number of members."""
    subsets = np.arange(1 << size)
    members = np.bitwise_count(subsets)
    return [subsets[members == k] for k in range(size + 1)]


def _possible(total: np.ndarray, size: int) -> np.ndarray:
    lightest = total[:, :1]  # the empty set begins every order
    begins = total <= lightest + CLOSE * (1 + lightest)
    subsets = np.arange(1 << size)
    possible = np.zeros((len(total), size, size), bool)
    for i in range(size):
        for j in range(size):
            possible[:, i, j] = begins[:, ((subsets >> i) & 1 == 1) & ((subsets >> j) & 1 == 0)].any(axis=1)
    return possible
