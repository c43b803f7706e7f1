"""Repairing cycles: the lightest set of edges whose removal leaves no cycle (minimum feedback arc set).

Inside each strongly connected component we look for the orders of its candidates whose backward
edges weigh least. Up to 14 candidates all optimal orders are known exactly (dynamic programming over
subsets, Lawler 1964); up to 30 an integer program finds the optimum, then further optimal orders
until none adds anything; above that a local search gives one good order. An edge is *kept* if every
optimal order agrees with it, *removed* if every one contradicts it, else *undecided*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prefdata.labels.cycles import Edges
from prefdata.labels.linear_order import by_local_search, by_program, by_subsets

NONE, KEPT, REMOVED, UNDECIDED = 0, 1, 2, 3
VERDICTS = (None, "kept", "removed", "undecided")
LARGEST_SUBSETS, LARGEST_PROGRAM = 14, 30
SCRATCH = 4_000_000  # floats of scratch a slice of components may take


class Repair(NamedTuple):
    """verdict: int8 [E], one of the above (NONE: in no cycle); weight: that of a minimum feedback arc
    set; exact: False where a component was too large to prove it."""

    verdict: np.ndarray
    weight: float
    exact: bool


class Group(NamedTuple):
    """Components of one size: `edges` are positions in Edges, the others say where each edge lies."""

    size: int
    total: int
    edges: np.ndarray
    component: np.ndarray
    source: np.ndarray
    target: np.ndarray


def repair(edges: Edges, weight: np.ndarray, component: np.ndarray) -> Repair:
    """Judge every edge in a cycle. `weight` [E] > 0; `component` [E] from `cycles.components`."""
    verdict, total = np.zeros(len(weight), np.int8), 0.0
    largest = 0
    for group in _groups(edges, component):
        largest = max(largest, group.size)
        for piece in _slices(group):
            possible, lightest = _solve(_matrices(piece, weight))
            total += float(lightest.sum())
            verdict[piece.edges] = _judge(piece, possible)
    return Repair(verdict, total, largest <= LARGEST_PROGRAM)


def _groups(edges: Edges, component: np.ndarray) -> Iterator[Group]:
    """The components by size, their candidates numbered from 0."""
    inside = np.flatnonzero(component >= 0)
    if not len(inside):
        return
    number, span = component[inside], int(max(edges.source[inside].max(), edges.target[inside].max())) + 1
    members = np.unique(number * span + edges.source[inside])  # every member has an edge to another
    _, first, count = np.unique(members // span, return_index=True, return_counts=True)
    own = np.searchsorted(members[first] // span, number)
    source, target = (np.searchsorted(members, number * span + side[inside]) - first[own] for side in edges[1:])
    for size in np.unique(count).tolist():
        which = np.flatnonzero(count == size)
        at = np.flatnonzero(count[own] == size)
        yield Group(size, len(which), inside[at], np.searchsorted(which, own[at]), source[at], target[at])


def _slices(group: Group) -> Iterator[Group]:
    """The group in pieces that fit the scratch memory."""
    each = group.size << group.size if group.size <= LARGEST_SUBSETS else SCRATCH
    step = max(1, SCRATCH // each)
    for start in range(0, group.total, step):
        at = np.flatnonzero((group.component >= start) & (group.component < start + step))
        count = min(step, group.total - start)
        yield Group(group.size, count, group.edges[at], group.component[at] - start, group.source[at], group.target[at])


def _matrices(group: Group, weight: np.ndarray) -> np.ndarray:
    matrices = np.zeros((group.total, group.size, group.size))
    matrices[group.component, group.source, group.target] = weight[group.edges]
    return matrices


def _solve(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    size = matrices.shape[1]
    if size <= LARGEST_SUBSETS:
        return by_subsets(matrices)
    solver = by_program if size <= LARGEST_PROGRAM else by_local_search
    solved = [solver(matrix) for matrix in matrices]
    return np.stack([possible for possible, _ in solved]), np.array([lightest for _, lightest in solved])


def _judge(group: Group, possible: np.ndarray) -> np.ndarray:
    forward = possible[group.component, group.source, group.target]
    backward = possible[group.component, group.target, group.source]
    return np.where(~backward, KEPT, np.where(~forward, REMOVED, UNDECIDED))
