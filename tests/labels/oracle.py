"""The label figures computed the slow and obvious way, with networkx and brute force, from the definitions."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, permutations

import networkx as nx

Vote = dict[str, object]


def figures(votes: list[Vote]) -> dict[str, float]:
    """The figures of `prefdata audit --json` that have a graph or a count behind them."""
    majority, raw = graphs(votes)
    cells = tallies(votes)
    decided = {pair: cell for pair, cell in cells.items() if cell["low"] or cell["high"]}
    return {
        "votes": len(votes),
        "prompts": len({vote["prompt_id"] for vote in votes}),
        "candidates": len({(vote["prompt_id"], vote[side]) for vote in votes for side in "ab"}),
        "judges": len({vote["judge"] for vote in votes}),
        "pairs_decided": len(decided),
        "pairs_conflicting": sum(bool(cell["low"] and cell["high"]) for cell in decided.values()),
        "pairs_unresolved": sum(cell["weight_low"] == cell["weight_high"] for cell in decided.values()),
        "prompts_cyclic_raw": sum(not nx.is_directed_acyclic_graph(graph) for graph in raw.values()),
        "prompts_cyclic_majority": sum(not nx.is_directed_acyclic_graph(graph) for graph in majority.values()),
        "three_cycles_majority": sum(three_cycles(graph) for graph in majority.values()),
        "min_feedback_weight": sum(feedback_weight(graph) for graph in majority.values()),
    }


def tallies(votes: list[Vote]) -> dict[tuple, Counter]:
    """(prompt, low, high) → votes and weights for low, high and ties; low is the smaller id."""
    cells: dict[tuple, Counter] = defaultdict(Counter)
    for vote in votes:
        low, high = sorted([vote["a"], vote["b"]])
        cell, winner = cells[vote["prompt_id"], low, high], vote["winner"]
        side = winner if winner in ("tie", "both_bad") else "low" if vote[winner] == low else "high"
        cell[side] += 1
        cell[f"weight_{side}"] += vote.get("weight", 1)
    return cells


def graphs(votes: list[Vote]) -> tuple[dict[str, nx.DiGraph], dict[str, nx.DiGraph]]:
    """The majority and the raw graph of every prompt."""
    majority: dict[str, nx.DiGraph] = defaultdict(nx.DiGraph)
    raw: dict[str, nx.DiGraph] = defaultdict(nx.DiGraph)
    for (prompt, low, high), cell in tallies(votes).items():
        net = cell["weight_low"] - cell["weight_high"]
        if net:
            majority[prompt].add_edge(*((low, high) if net > 0 else (high, low)), weight=abs(net))
        if cell["low"]:
            raw[prompt].add_edge(low, high)
        if cell["high"]:
            raw[prompt].add_edge(high, low)
    return majority, raw


def three_cycles(graph: nx.DiGraph) -> int:
    return sum(
        all(graph.has_edge(x, y) for x, y in ((a, b), (b, c), (c, a)))
        for trio in combinations(graph, 3)
        for a, b, c in (trio, trio[::-1])
    )


def feedback_weight(graph: nx.DiGraph) -> float:
    """The least weight of backward edges over all orders of each strongly connected component."""
    return sum(
        min(cost for cost, _ in orders(graph.subgraph(part))) for part in nx.strongly_connected_components(graph)
    )


def orders(graph: nx.DiGraph) -> list[tuple[float, tuple]]:
    """Every order of the candidates with the weight of the edges it contradicts."""
    found = []
    for order in permutations(sorted(graph)):
        place = {name: at for at, name in enumerate(order)}
        found.append((sum(w for x, y, w in graph.edges(data="weight") if place[x] > place[y]), order))
    return found


def verdicts(graph: nx.DiGraph) -> dict[tuple, str]:
    """kept, removed or undecided for each edge inside a component, from all of its optimal orders."""
    found = {}
    for part in nx.strongly_connected_components(graph):
        inner = graph.subgraph(part)
        costs = orders(inner)
        best = [order for cost, order in costs if cost == min(cost for cost, _ in costs)]
        for x, y in inner.edges:
            agree = [order.index(x) < order.index(y) for order in best]
            found[x, y] = "kept" if all(agree) else "undecided" if any(agree) else "removed"
    return found
