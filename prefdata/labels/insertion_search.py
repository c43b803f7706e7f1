"""Good orders of many candidates: iterated local search for the linear ordering problem.

Sixteen orders are improved side by side, each candidate in turn to the place where it contradicts
least ("best insertion"), until nothing moves; then each order is shaken by a few moves at random and
improved again, and kept if it is no worse (Schiavinotto & Stützle 2004, "The Linear Ordering Problem:
Instances, Search Space Analysis and Algorithms"). The search has a seed of its own: the same weights
give the same orders.
"""

from __future__ import annotations

import numpy as np

CLOSE = 1e-9  # weights that differ by less than this share are equal
CHAINS, PLACES = 16, 2048  # orders side by side, and the places they may have together
KICKS = 3  # moves of a shake
ROUNDS, PATIENCE = 60, 20  # shakes in all, and without a better order


def by_search(weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Good orders for w [n, n] of any size: (possible [n, n], weight) as in `linear_order`.

    `possible` is what the lightest of all orders seen say: there may be others.
    """
    rng, gain = np.random.default_rng(len(weights)), weights - weights.T
    order = _descended(_starts(weights, rng), gain)
    cost = _cost(order, weights)
    least, possible = cost.min(), _precedes(order, cost)
    waited = 0
    for _ in range(ROUNDS):
        shaken = _descended(_shaken(order, gain, rng), gain)
        taken = _cost(shaken, weights) <= cost  # equal ones too, to walk on
        order = np.where(taken[:, None], shaken, order)
        cost = _cost(order, weights)
        better, seen = bool(cost.min() < least - CLOSE * (1 + least)), _precedes(order, cost)
        possible = seen if better else possible | seen
        least, waited = cost.min(), 0 if better else waited + 1
        if waited == PATIENCE:
            break
    return possible, float(least)


def _starts(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One order by net weight, the others at random [R, n]."""
    size = len(weights)
    order = np.argsort(rng.random((max(1, min(CHAINS, PLACES // size)), size)), axis=1)
    order[0] = np.argsort(weights.sum(axis=0) - weights.sum(axis=1), kind="stable")
    return order


def _cost(order: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weight that each order contradicts [R]."""
    inside = weights[order[:, :, None], order[:, None, :]]
    return np.tril(inside, -1).sum(axis=(1, 2))


def _precedes(order: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """[n, n]: i comes before j in one of the lightest orders."""
    lightest = order[cost <= cost.min() + CLOSE * (1 + cost.min())]
    place = np.argsort(lightest, axis=1)
    return np.any(place[:, :, None] < place[:, None, :], axis=0)


def _shaken(order: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some candidates anywhere, then each to one of its best places: graphs with few edges have many such."""
    for _ in range(KICKS):
        origin, goal = rng.integers(0, order.shape[1], (2, len(order)))
        order = _moved(order, origin, goal)
    for candidate in rng.permutation(order.shape[1]).tolist():
        origin, cost = _costs(order, gain[candidate], candidate)
        least = cost.min(axis=1, keepdims=True)
        equal = cost <= least + CLOSE * (1 + np.abs(least))
        order = _moved(order, origin, _goal(origin, np.argmax(equal * (1 - rng.random(cost.shape)), axis=1)))
    return order


def _descended(order: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Each order improved until no candidate has a better place."""
    row, moving = np.arange(len(order)), True
    while moving:
        moving = False
        for candidate in range(len(gain)):
            origin, cost = _costs(order, gain[candidate], candidate)
            best, now = np.argmin(cost, axis=1), cost[row, origin]
            better = cost[row, best] < now - CLOSE * (1 + np.abs(now))
            if better.any():
                order, moving = _moved(order, origin, np.where(better, _goal(origin, best), origin)), True
    return order


def _costs(order: np.ndarray, gain: np.ndarray, candidate: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the candidate stands [R], and what it costs in front of each place and at the end [R, n+1].

    gain [n]: by how much less it contradicts before each other candidate than after it. The place it
    has counts as two, in front of and behind itself, at the same cost; costs are over that of the first place.
    """
    cost = np.zeros((len(order), order.shape[1] + 1))
    np.cumsum(gain[order], axis=1, out=cost[:, 1:])
    return np.argmax(order == candidate, axis=1), cost


def _goal(origin: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """The place of a candidate that goes in front of the one at `gap`, once its own place is closed."""
    return gap - (gap > origin)


def _moved(order: np.ndarray, origin: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """The orders with the candidate at `origin` taken to `goal`, those between moving up."""
    place, origin, goal = np.arange(order.shape[1]), origin[:, None], goal[:, None]
    source = place + ((place >= origin) & (place < goal)) - ((place > goal) & (place <= origin))
    np.put_along_axis(source, goal, origin, axis=1)
    return np.take_along_axis(order, source, axis=1)
