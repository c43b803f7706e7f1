"""Bradley-Terry strength of every candidate, prompt by prompt, in batches.

Maximises Σ W_ij log σ(θ_i − θ_j) − λ/2 ‖θ‖² (Bradley & Terry 1952, with a Gaussian prior), by damped
Newton steps; W_ij are soft wins, a tie being half a win for each side.
"""

from __future__ import annotations

import numpy as np

from prefdata.labels.pair_grid import balanced, gaps, grids, inflow

PRIOR = 1.0  # λ
TOLERANCE = 1e-9  # largest gradient entry, relative to the total weight, at which a fit ends
STEPS = 100
SAFE_CHANGE = 1.79


def strengths(
    prompt: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wins_low: np.ndarray,
    wins_high: np.ndarray,
    sizes: np.ndarray,
) -> np.ndarray:
    """θ of every candidate [N] (candidates of prompt p at sum(sizes[:p]) and after), mean 0 a prompt.

    prompt, low, high: int [M], low < high; wins_low, wins_high: soft wins [M]; sizes: candidates per prompt [P].
    """
    first = np.concatenate([[0], np.cumsum(sizes)])
    theta = np.zeros(first[-1])
    for grid in grids(prompt, low, high, sizes):
        place = first[grid.prompts] + np.arange(grid.size)[:, None]
        theta[place] = _newton(grid.spread(wins_low), grid.spread(wins_high), grid.size, PRIOR)
    return theta


def fit(wins: np.ndarray, prior: float = PRIOR) -> np.ndarray:
    """θ [m, n] for soft wins [m, n, n] (wins[k, i, j]: i over j in prompt k)."""
    size = wins.shape[1]
    low, high = np.triu_indices(size, 1)
    return _newton(wins[:, low, high].T, wins[:, high, low].T, size, prior).T


def probability(theta: np.ndarray) -> np.ndarray:
    """σ(θ): P(i preferred to j) for θ = θ_i − θ_j."""
    return 1 / (1 + np.exp(-theta))


def _newton(wins_low: np.ndarray, wins_high: np.ndarray, size: int, prior: float) -> np.ndarray:
    """θ [n, m] for the soft wins [K, m] of the lower and of the higher candidate of each pair (see `pair_grid`)."""
    total = wins_low + wins_high
    theta = np.zeros((size, total.shape[1]))
    enough = TOLERANCE * (1 + total.sum(axis=0))
    for _ in range(STEPS):
        p = probability(gaps(theta))
        gradient = inflow(wins_low - total * p, size) - prior * theta
        running = np.abs(gradient).max(axis=0, initial=0) > enough
        if not running.any():
            break
        curve = total * p * (1 - p)  # the negative Hessian is its Laplacian, and the prior's λ
        move = np.zeros_like(theta)
        move[:, running] = balanced(curve[:, running], gradient[:, running], prior)
        theta += move * _damping(move)
    return theta - theta.mean(axis=0)


def _damping(move: np.ndarray) -> np.ndarray:
    """The share of each Newton step that is taken [m].

    The objective is self-concordant in the sense of Bach (2010, "Self-concordant analysis for logistic regression",
    section 2): with c the largest change of a gap the full step gains as long as (e^c − c − 1)/c² ≤ 1, that is
    c ≤ 1.79; beyond, log(1 + c)/c of it is the share that surely gains most.
    """
    change = move.max(axis=0) - move.min(axis=0)
    return np.where(change <= SAFE_CHANGE, 1.0, np.log1p(change) / np.maximum(change, SAFE_CHANGE))
