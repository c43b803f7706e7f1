"""Bradley-Terry that knows its judges: how keen each is, and how position and length sway it.

P(judge k prefers i to j) = σ(γ_k(θ_i − θ_j) + β_k·position + φ_k·tanh(Δlength/spread)), position 1 with i shown first
and −1 with j first. γ is what the rater's quality is in Crowd-BT (Chen et al. 2013), here as a factor; position is the
order effect of Davidson & Beaver (1977); length is taken as Dubois et al. (2024) take it. Normal priors: θ of precision
`bradley_terry.PRIOR`, log γ, β and φ of precision 1. Strengths are guesses, and taking guesses for known lets γ grow
without end, so judges are fitted to the strengths' posterior: EM, with Laplace's approximation of the posterior and
Gauss-Hermite nodes along each difference. Of γ and the spread of θ only the product can be seen: mean log γ is 0.

Judges tell of each other alone here, and a bias that all share passes for truth; so nothing of this is used unless gold
labels say that it helps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prefdata.labels.bradley_terry import PRIOR
from prefdata.labels.calibration.ballots import Ballots, Bucket, ballots_of, spread_of
from prefdata.labels.trust import Read
from prefdata.labels.trust_file import Bias, Biases

ROUNDS = 300
CLOSE = 3e-4  # change of a judge's parameters at which the turns end
LONGEST = 2.0  # Newton's longest step
NODES, SHARES = np.polynomial.hermite_e.hermegauss(5)


def fit(blocks: Sequence[Read]) -> Biases:
    """The judges' parameters from all votes, with gold or without; blocks of one coding."""
    spread = spread_of(blocks)
    ballots = ballots_of(blocks, spread)
    voted, names = np.unique(ballots.judge), blocks[0].votes.judge_ids.to_pylist()
    table = parameters(ballots)
    keen = np.exp(table[:, 0] - table[voted, 0].mean())
    return Biases(spread, {names[k]: Bias(float(keen[k]), *table[k, 1:].tolist()) for k in voted.tolist()})


def parameters(ballots: Ballots) -> np.ndarray:
    """log γ, β, φ of each judge [K, 3], log γ as it is where θ has unit spread."""
    found, theta = np.zeros((ballots.judges, 3)), np.zeros(ballots.first[-1])
    for _ in range(ROUNDS):
        theta = strengths(ballots, found, theta, steps=2)
        after = _judged(ballots, found, theta)
        change = np.abs(after - found).max(initial=0.0)
        found = after
        if change < CLOSE:
            break
    return found


def strengths(ballots: Ballots, judged: np.ndarray, start: np.ndarray | None = None, steps: int = 50) -> np.ndarray:
    """The likeliest θ [N] for judges with log γ, β, φ [K, 3], mean 0 a prompt, by Newton's method."""
    theta = np.zeros(ballots.first[-1]) if start is None else start
    for _ in range(steps):
        slope, curve = _derivatives(ballots, judged, theta)
        count = len(theta)
        gradient = np.bincount(ballots.low, slope, count) - np.bincount(ballots.high, slope, count) - PRIOR * theta
        move = np.zeros(count)
        for bucket in ballots.buckets:
            right = gradient[bucket.place][..., None]
            move[bucket.place] = np.linalg.solve(_precision(bucket, curve), right)[..., 0]
        longest = np.abs(move).max(initial=0.0)
        theta = theta + move * min(1.0, LONGEST / max(longest, 1e-12))
        if longest < 1e-10:
            break
    return theta


def _derivatives(ballots: Ballots, judged: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and negative curvature [V] of each vote's log-likelihood in θ_low − θ_high."""
    keen = np.exp(judged[ballots.judge, 0])
    p = _chance(ballots, judged, theta[ballots.low] - theta[ballots.high])
    return ballots.own * keen * (ballots.half - p), ballots.own * keen**2 * p * (1 - p)


def _chance(ballots: Ballots, judged: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """P(the judge prefers low) of each vote [V] for θ_low − θ_high."""
    its = judged[ballots.judge]
    odds = np.exp(its[:, 0]) * gap + (its[:, 1:] * ballots.pull).sum(axis=1)
    chance: np.ndarray = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return chance


def _precision(bucket: Bucket, curve: np.ndarray) -> np.ndarray:
    """Negative Hessian of a bucket's prompts [m, n, n]."""
    prompts, size = bucket.place.shape
    cell = (bucket.row * size + bucket.i) * size + bucket.j
    met = np.bincount(cell, curve[bucket.vote], prompts * size * size).reshape(-1, size, size)
    met = met + met.transpose(0, 2, 1)
    return (met.sum(axis=2) + PRIOR)[:, :, None] * np.eye(size) - met


def _variance(ballots: Ballots, judged: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Posterior variance of θ_low − θ_high at each vote [V]."""
    curve, found = _derivatives(ballots, judged, theta)[1], np.zeros(len(ballots.low))
    for bucket in ballots.buckets:
        spread = np.linalg.inv(_precision(bucket, curve))
        r, i, j = bucket.row, bucket.i, bucket.j
        found[bucket.vote] = spread[r, i, i] + spread[r, j, j] - 2 * spread[r, i, j]
    return found


def _judged(ballots: Ballots, judged: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """The judges' parameters after a Newton step on their expected likelihood [K, 3]."""
    count, middle = ballots.judges, theta[ballots.low] - theta[ballots.high]
    deviation = np.sqrt(_variance(ballots, judged, theta))
    gradient, matrix = -judged, np.tile(np.eye(3), (count, 1, 1))
    for node, share in zip(NODES, SHARES / SHARES.sum(), strict=True):
        gap = middle + node * deviation
        p = _chance(ballots, judged, gap)
        x = np.column_stack([np.exp(judged[ballots.judge, 0]) * gap, ballots.pull])
        slope, curve = share * ballots.own * (ballots.half - p), share * ballots.own * p * (1 - p)
        gradient = gradient + _summed(ballots, slope[:, None] * x)
        matrix = matrix + _summed(ballots, curve[:, None, None] * x[:, :, None] * x[:, None, :])
    move = np.linalg.solve(matrix, gradient[..., None])[..., 0]
    return judged + np.clip(move, -1.0, 1.0)


def _summed(ballots: Ballots, values: np.ndarray) -> np.ndarray:
    """Sums over each judge's votes [K, …]."""
    flat = values.reshape(len(values), -1)
    sums = [np.bincount(ballots.judge, column, ballots.judges) for column in flat.T]
    return np.stack(sums, axis=1).reshape(-1, *values.shape[1:])
