"""Minimum feedback arc sets the other way: choose edges so that every cycle found so far loses one, and find more."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def least_weight(weights: np.ndarray, whole: bool = True) -> float:
    """The weight of a minimum feedback arc set of w [n, n]; with whole=False a bound below it."""
    edges = [tuple(edge) for edge in np.argwhere(weights > 0).tolist()]
    place = {edge: at for at, edge in enumerate(edges)}
    cost = np.array([weights[edge] for edge in edges])
    rows: list[np.ndarray] = []
    taken = np.zeros(len(edges))
    while cycles := open_cycles(edges, taken):
        rows += [np.isin(np.arange(len(edges)), [place[edge] for edge in cycle]) for cycle in cycles]
        cover = LinearConstraint(np.array(rows, float), 1, np.inf)
        taken = milp(
            cost, integrality=np.full(len(edges), int(whole)), bounds=Bounds(0, 1), constraints=cover,
            options={"mip_rel_gap": 0},
        ).x  # fmt: skip
    return float(cost @ taken)


def open_cycles(edges: list[tuple[int, int]], taken: np.ndarray) -> list[list[tuple[int, int]]]:
    """For every edge the shortest cycle through it that is taken by less than 1 in all."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((x, y, max(0.0, share)) for (x, y), share in zip(edges, taken, strict=True))
    found = []
    for target in graph:
        length, way = nx.single_source_dijkstra(graph, target)
        for source in graph.predecessors(target):
            if source in way and length[source] + graph[source][target]["weight"] < 1 - 1e-6:
                nodes = [*way[source], target]
                found.append(list(pairwise(nodes)))
    return found
