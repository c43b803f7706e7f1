"""Bradley-Terry strength of every candidate, prompt by prompt, in batches.

Maximises Σ W_ij log σ(θ_i − θ_j) − λ/2 ‖θ‖² (Bradley & Terry 1952, with a Gaussian prior), by
Newton's method with step halving; W_ij are soft wins, a tie being half a win for each side.
"""

from __future__ import annotations

import numpy as np

PRIOR = 1.0  # λ
TOLERANCE = 1e-9  # largest gradient entry, relative to the total weight, at which a fit ends
STEPS = 100
CELLS = 4_000_000  # matrix entries a slice of prompts may take


def strengths(
    prompt: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wins_low: np.ndarray,
    wins_high: np.ndarray,
    sizes: np.ndarray,
) -> np.ndarray:
    """θ of every candidate [N] (candidates of prompt p at sum(sizes[:p]) and after), mean 0 a prompt.

    prompt, low, high: int [M]; wins_low, wins_high: soft wins [M]; sizes: candidates per prompt [P].
    """
    first = np.concatenate([[0], np.cumsum(sizes)])
    theta = np.zeros(first[-1])
    for size in np.unique(sizes[prompt]).tolist():
        chosen = np.flatnonzero(sizes[prompt] == size)
        prompts, row = np.unique(prompt[chosen], return_inverse=True)
        step = max(1, CELLS // (size * size))
        for start in range(0, len(prompts), step):
            at = (row >= start) & (row < start + step)
            wins = np.zeros((min(step, len(prompts) - start), size, size))
            wins[row[at] - start, low[chosen[at]], high[chosen[at]]] = wins_low[chosen[at]]
            wins[row[at] - start, high[chosen[at]], low[chosen[at]]] = wins_high[chosen[at]]
            theta[first[prompts[start : start + step], None] + np.arange(size)] = fit(wins)
    return theta


def fit(wins: np.ndarray, prior: float = PRIOR) -> np.ndarray:
    """θ [m, n] for soft wins [m, n, n] (wins[k, i, j]: i over j in prompt k)."""
    theta = np.zeros(wins.shape[:2])
    scale = 1 + wins.sum(axis=(1, 2))
    for _ in range(STEPS):
        gradient, hessian = _derivatives(theta, wins, prior)
        active = np.abs(gradient).max(axis=1) > TOLERANCE * scale
        if not active.any():
            break
        move = np.linalg.solve(hessian[active], gradient[active][..., None])[..., 0]
        theta[active] = _climb(theta[active], move, wins[active], prior)
    return theta - theta.mean(axis=1, keepdims=True)


def probability(theta: np.ndarray) -> np.ndarray:
    """σ(θ): P(i preferred to j) for θ = θ_i − θ_j."""
    return 1 / (1 + np.exp(-theta))


def _objective(theta: np.ndarray, wins: np.ndarray, prior: float) -> np.ndarray:
    gap = theta[:, :, None] - theta[:, None, :]
    return -(wins * np.logaddexp(0, -gap)).sum(axis=(1, 2)) - prior / 2 * (theta**2).sum(axis=1)


def _derivatives(theta: np.ndarray, wins: np.ndarray, prior: float) -> tuple[np.ndarray, np.ndarray]:
    """Gradient [m, n] and negative Hessian [m, n, n] of the objective."""
    p = probability(theta[:, :, None] - theta[:, None, :])
    total = wins + wins.transpose(0, 2, 1)
    gradient = (wins - total * p).sum(axis=2) - prior * theta
    curve = total * p * (1 - p)
    diagonal = curve.sum(axis=2) + prior
    return gradient, diagonal[:, :, None] * np.eye(theta.shape[1]) - curve


def _climb(theta: np.ndarray, move: np.ndarray, wins: np.ndarray, prior: float) -> np.ndarray:
    """The Newton step, halved where it would overshoot."""
    start, length = _objective(theta, wins, prior), np.ones((len(theta), 1))
    for _ in range(30):
        short = _objective(theta + length * move, wins, prior) < start - 1e-12 * (1 + np.abs(start))
        if not short.any():
            break
        length[short] /= 2
    return theta + length * move
