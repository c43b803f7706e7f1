"""Repairing cycles: the lightest set of edges whose removal leaves no cycle (minimum feedback arc set).

Inside each strongly connected component we look for the orders of its candidates whose backward
edges weigh least. Up to 16 candidates all optimal orders are known exactly; up to 40 good orders are
sought and mostly proven to be the lightest; above that they are only sought. An edge is *kept* if
every such order agrees with it, *removed* if every one contradicts it, else *undecided*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prefdata.labels.cycles import Edges
from prefdata.labels.insertion_search import by_search
from prefdata.labels.linear_order import by_subsets
from prefdata.labels.linear_program import Proof, by_program

NONE, KEPT, REMOVED, UNDECIDED = 0, 1, 2, 3
VERDICTS = (None, "kept", "removed", "undecided")
LARGEST_SUBSETS, LARGEST_PROGRAM = 16, 40
SCRATCH = 4_000_000  # floats of scratch a slice of components may take


class Components(NamedTuple):
    """C strongly connected components, by prompt; arrays [C].

    size: candidates; weight: of a minimum feedback arc set; exact: False where it is not proven to be one.
    """

    prompt: np.ndarray
    size: np.ndarray
    weight: np.ndarray
    exact: np.ndarray


class Repair(NamedTuple):
    """verdict: int8 [E], one of the above (NONE: in no cycle); component: position in components [E], or -1."""

    verdict: np.ndarray
    component: np.ndarray
    components: Components


class Group(NamedTuple):
    """Components of one size, `which` [m]: `edges` are positions in Edges, the others say where each edge lies."""

    size: int
    which: np.ndarray
    edges: np.ndarray
    component: np.ndarray
    source: np.ndarray
    target: np.ndarray


def repair(edges: Edges, weight: np.ndarray, component: np.ndarray) -> Repair:
    """Judge every edge in a cycle. `weight` [E] > 0; `component` [E] from `cycles.components`."""
    inside = np.flatnonzero(component >= 0)
    numbers, own = np.unique(component[inside], return_inverse=True)
    prompt, size = np.zeros((2, len(numbers)), np.int64)
    prompt[own] = edges.prompt[inside]
    lightest, exact = np.zeros(len(numbers)), np.zeros(len(numbers), bool)
    verdict, position = np.zeros(len(weight), np.int8), np.full(len(weight), -1)
    position[inside] = own
    for group in _groups(edges, inside, own, len(numbers)):
        size[group.which] = group.size
        for piece in _slices(group):
            solved = _solve(_matrices(piece, weight))
            lightest[piece.which], exact[piece.which] = solved.weight, solved.exact
            verdict[piece.edges] = _judge(piece, solved.possible)
    return Repair(verdict, position, Components(prompt, size, lightest, exact))


def _groups(edges: Edges, inside: np.ndarray, own: np.ndarray, count: int) -> Iterator[Group]:
    """The components by size, their candidates numbered from 0. `own`: the component of each edge `inside`."""
    span = int(max((side[inside].max(initial=0) for side in edges[1:]), default=0)) + 1
    members = np.unique(own * span + edges.source[inside])  # every member has an edge to another
    first = np.searchsorted(members, np.arange(count + 1) * span)
    size = np.diff(first)
    source, target = (np.searchsorted(members, own * span + side[inside]) - first[own] for side in edges[1:])
    for each in np.unique(size).tolist():
        which = np.flatnonzero(size == each)
        at = np.flatnonzero(size[own] == each)
        yield Group(each, which, inside[at], np.searchsorted(which, own[at]), source[at], target[at])


def _slices(group: Group) -> Iterator[Group]:
    """The group in pieces that fit the scratch memory."""
    each = group.size << group.size if group.size <= LARGEST_SUBSETS else SCRATCH
    step = max(1, SCRATCH // each)
    for start in range(0, len(group.which), step):
        at = np.flatnonzero((group.component >= start) & (group.component < start + step))
        which = group.which[start : start + step]
        yield Group(group.size, which, group.edges[at], group.component[at] - start, group.source[at], group.target[at])


def _matrices(group: Group, weight: np.ndarray) -> np.ndarray:
    matrices = np.zeros((len(group.which), group.size, group.size))
    matrices[group.component, group.source, group.target] = weight[group.edges]
    return matrices


class _Solved(NamedTuple):
    """possible [m, n, n], weight [m] and exact [m] of m components."""

    possible: np.ndarray
    weight: np.ndarray
    exact: np.ndarray


def _solve(matrices: np.ndarray) -> _Solved:
    size = matrices.shape[1]
    if size <= LARGEST_SUBSETS:
        possible, weight = by_subsets(matrices)
        return _Solved(possible, weight, np.ones(len(matrices), bool))
    solver = by_program if size <= LARGEST_PROGRAM else _unproven
    solved = [solver(matrix) for matrix in matrices]
    return _Solved(*(np.stack(column) for column in zip(*solved, strict=True)))


def _unproven(weights: np.ndarray) -> Proof:
    return Proof(*by_search(weights), exact=False)


def _judge(group: Group, possible: np.ndarray) -> np.ndarray:
    forward = possible[group.component, group.source, group.target]
    backward = possible[group.component, group.target, group.source]
    return np.where(~backward, KEPT, np.where(~forward, REMOVED, UNDECIDED))
