"""How near the repair of large components comes to the optimum.

    python tests/benchmarks/repair_quality.py [--sizes 20 31 45 60] [--each 3] [--seconds 60]

Of random tournaments and of noisy rankings (hidden strengths; votes a pair, share of pairs voted on), each one
component or nearly. The reference is an integer program with all triangle inequalities, which HiGHS gets --seconds
for: `proven` says how often it proved its optimum. Where it did not, the reference is the lightest order that anybody
found, the repair's own search with ten times the effort among them; `over bound` is the mean excess over what HiGHS
proved to be a lower bound, an upper limit of the excess over the true optimum; — where it had not come that far.
"""

from __future__ import annotations

import argparse
import time
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from prefdata.labels import insertion_search
from prefdata.labels.cycles import Edges, components
from prefdata.labels.repair import repair

KINDS = {"tournament": (1, 0.0, 1.0), "1 vote": (1, 1.0, 1.0), "5 votes": (5, 1.0, 1.0), "5 votes, 30 %": (5, 1.0, 0.3)}


class Case(NamedTuple):
    """What one prompt gave: weights, whether they are proven, and seconds."""

    ours: float
    best: float
    bound: float
    proven: bool
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 31, 45, 60])
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(f"{'size':>5} {'kind':<14}{'proven':>8}{'mean excess':>13}{'worst':>8}{'over bound':>12}{'ms each':>9}")
    for size in options.sizes:
        for kind, shape in KINDS.items():
            cases = [case(votes(size, seed, *shape), options.seconds) for seed in range(options.each)]
            show(f"{size:>5} {kind:<14}", cases)


def show(name: str, cases: list[Case]) -> None:
    excess = np.array([one.ours / max(one.best, 1e-9) - 1 if one.ours else 0.0 for one in cases])
    bounded = [one.ours / one.bound - 1 if one.ours else 0.0 for one in cases if one.bound or not one.ours]
    over = f"{np.mean(bounded):.2%}" if bounded else "—"
    proven, each = sum(one.proven for one in cases), np.mean([one.seconds for one in cases])
    print(
        f"{name}{proven:>5}/{len(cases):<2}{excess.mean():>13.2%}{excess.max():>8.2%}{over:>12}{each * 1e3:>9.0f}",
        flush=True,
    )


def votes(size: int, seed: int, each: int, spread: float, share: float) -> np.ndarray:
    """Net wins [n, n]."""
    rng = np.random.default_rng([size, seed])
    low, high = np.triu_indices(size, 1)
    seen = rng.random(len(low)) < share
    low, high, strength = low[seen], high[seen], rng.normal(size=size) * spread
    net = 2 * rng.binomial(each, 1 / (1 + np.exp(strength[high] - strength[low]))) - each
    weights = np.zeros((size, size))
    weights[low, high], weights[high, low] = net.clip(min=0), (-net).clip(min=0)
    return weights


def case(weights: np.ndarray, seconds: float) -> Case:
    start = time.perf_counter()
    source, target = np.nonzero(weights)
    edges = Edges(np.zeros(len(source), int), source, target)
    found = repair(edges, weights[source, target], components(edges, np.array([len(weights)])))
    took, ours = time.perf_counter() - start, float(found.components.weight.sum())
    best, bound, proven = optimum(weights, seconds)
    return Case(ours, min(ours, best) if proven else min(ours, best, long_search(weights)), bound, proven, took)


def optimum(weights: np.ndarray, seconds: float) -> tuple[float, float, bool]:
    """(lightest order found, lower bound, proven) by an integer program over all pairs and triangles."""
    pairs = list(combinations(range(len(weights)), 2))
    place = {pair: at for at, pair in enumerate(pairs)}
    low, high = np.array(pairs).T
    columns = np.array([(place[i, j], place[j, k], place[i, k]) for i, j, k in combinations(range(len(weights)), 3)])
    rows = np.repeat(np.arange(len(columns)), 3)
    entries = np.tile([1.0, 1.0, -1.0], len(columns))
    triangles = csr_array((entries, (rows, columns.ravel())), shape=(len(columns), len(pairs)))
    found = milp(
        weights[high, low] - weights[low, high],
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(triangles, 0, 1),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )
    constant = float(weights[low, high].sum())
    best = np.inf if found.fun is None else constant + found.fun
    bound = 0.0 if found.mip_dual_bound is None else constant + found.mip_dual_bound
    return best, max(0.0, bound), found.status == 0


def long_search(weights: np.ndarray) -> float:
    effort = insertion_search.ROUNDS, insertion_search.PATIENCE
    insertion_search.ROUNDS, insertion_search.PATIENCE = effort[0] * 10, effort[1] * 10
    try:
        return insertion_search.by_search(weights)[1]
    finally:
        insertion_search.ROUNDS, insertion_search.PATIENCE = effort


if __name__ == "__main__":
    main()
