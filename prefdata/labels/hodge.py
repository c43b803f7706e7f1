"""How much of a prompt's votes no ranking explains: the cyclic part of HodgeRank.

Jiang, Lim, Yao & Ye (2011), "Statistical ranking and combinatorial Hodge theory", eqs. 3 to 5. Y_ij is the net
win share of a compared pair, (wins of i − wins of j) / w_ij, by weight and with ties in w_ij = all its votes. The
scores s minimise ‖Y − grad s‖²_w = Σ w_ij (Y_ij − (s_i − s_j))²; what is left over flows around cycles.
"""

from __future__ import annotations

import numpy as np

from prefdata.labels.pair_grid import Grid, balanced, gaps, grids, inflow
from prefdata.labels.tally import Pairs

RIDGE = 1e-12  # of the heaviest pair's weight: makes the Laplacian regular and moves no gap that counts


def cyclicity(pairs: Pairs, sizes: np.ndarray) -> np.ndarray:
    """‖Y − grad s‖²_w / ‖Y‖²_w of every prompt [P]: 0 if scores explain it all, 1 if nothing; NaN without a winner."""
    found = np.full(len(sizes), np.nan)
    weight = pairs.weight_low + pairs.weight_high + pairs.weight_tie
    for grid in grids(pairs.prompt, pairs.low, pairs.high, sizes):
        found[grid.prompts] = _left_over(grid, weight, pairs.net)
    return found


def _left_over(grid: Grid, weight: np.ndarray, net: np.ndarray) -> np.ndarray:
    weights, flow = grid.spread(weight), grid.spread(net)
    heaviest = weights.max(axis=0)
    scores = balanced(weights, inflow(flow, grid.size), RIDGE * np.where(heaviest > 0, heaviest, 1.0))
    share = np.divide(flow, weights, out=np.zeros_like(flow), where=weights > 0)
    whole = (weights * share**2).sum(axis=0)
    rest = (weights * (share - gaps(scores)) ** 2).sum(axis=0)
    return np.divide(rest, whole, out=np.full_like(whole, np.nan), where=whole > 0).clip(max=1.0)
