"""Orders of candidates that contradict the least weight (the linear ordering problem).

Each solver takes w [n, n], the weight of the edge i → j, and returns (possible [n, n], weight):
`possible[i, j]` says that i comes before j in some optimal order, `weight` is what every optimal
order contradicts.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

CLOSE = 1e-9


def by_subsets(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exact for a batch w [m, n, n] with n ≤ 14: (possible [m, n, n], weight [m]).

    f(S) is the least weight contradicted when the members of S come first, g(S) when the others
    follow them. S begins an optimal order exactly if f(S) + g(S) is the optimum, so i can precede j
    exactly if such an S holds i and not j.
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


def by_program(weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Exact for one w [n, n] with n ≤ 30, by integer programming (HiGHS).

    After the optimum, orders of the same weight are sought that flip as many of the pairs as
    possible on which all found orders agree, until no such order flips any.
    """
    from scipy.optimize import LinearConstraint

    pairs = list(combinations(range(len(weights)), 2))
    gain = np.array([weights[j, i] - weights[i, j] for i, j in pairs])  # cost of i before j, over a constant
    triangles = _triangles(len(weights), pairs)
    best = _program(gain, [triangles])
    optimum = LinearConstraint(gain[None], -np.inf, gain @ best + CLOSE * (1 + np.abs(gain).sum()))
    before, after = best > 0.5, best < 0.5
    while True:
        agreed = before ^ after
        other = _program(np.where(agreed, np.where(before, 1.0, -1.0), 0.0), [triangles, optimum]) > 0.5
        if not np.any((other & ~before) | (~other & ~after)):
            break
        before, after = before | other, after | ~other
    constant = sum(weights[i, j] for i, j in pairs)
    return _square(len(weights), pairs, before, after), float(constant + gain @ best)


def _triangles(size: int, pairs: list[tuple[int, int]]):
    """0 ≤ x_ij + x_jk - x_ik ≤ 1: no cycle of three, hence none at all."""
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array

    place = {pair: k for k, pair in enumerate(pairs)}
    columns = [[place[i, j], place[j, k], place[i, k]] for i, j, k in combinations(range(size), 3)]
    rows = np.repeat(np.arange(len(columns)), 3)
    matrix = csr_array(
        (np.tile([1.0, 1.0, -1.0], len(columns)), (rows, np.ravel(columns))), shape=(len(columns), len(pairs))
    )
    return LinearConstraint(matrix, 0, 1)


def _program(cost: np.ndarray, constraints: list) -> np.ndarray:
    """The 0/1 vector of least cost: x_ij = 1 where i comes before j."""
    from scipy.optimize import Bounds, milp

    found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), constraints=constraints)
    return np.round(found.x)


def _square(size: int, pairs: list[tuple[int, int]], before: np.ndarray, after: np.ndarray) -> np.ndarray:
    possible = np.zeros((size, size), bool)
    i, j = np.array(pairs).T
    possible[i, j], possible[j, i] = before, after
    return possible


def by_local_search(weights: np.ndarray) -> tuple[np.ndarray, float]:
    """One good order for w [n, n] of any size: by net weight, then best insertions until none helps."""
    order = list(np.argsort(-(weights.sum(axis=1) - weights.sum(axis=0)), kind="stable"))
    while _insert_best(order, weights):
        pass
    place = np.argsort(order)
    possible = place[:, None] < place[None, :]
    return possible, float(weights[~possible].sum())


def _insert_best(order: list[int], weights: np.ndarray) -> bool:
    """Move each candidate to where it contradicts least; True if anything improved."""
    improved = False
    for v in list(order):
        at = order.index(v)
        others = np.array([u for u in order if u != v])
        # Standing at place k contradicts the edges v → earlier ones and later ones → v.
        earlier = np.concatenate([[0], np.cumsum(weights[v, others])])
        later = np.concatenate([np.cumsum(weights[others, v][::-1])[::-1], [0]])
        cost = earlier + later
        best = int(np.argmin(cost))
        if cost[best] < cost[at] - CLOSE * (1 + cost[at]):
            order[:] = [*others[:best].tolist(), v, *others[best:].tolist()]
            improved = True
    return improved
