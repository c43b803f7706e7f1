"""How sure a prompt's votes make us of each pair: labels given in this order are right most often.

Model: the log-odds of a vote for i against j are f = θ_i − θ_j + ε_ij with θ ~ N(0, 1/λ) and ε ~ N(0, τ²). The
strengths θ alone are Bradley-Terry's, with which transitivity overrules any number of votes on a pair; ε is what a
pair has of its own (as Takane 1987 adds pair-specific errors to Thurstone's model). Pairs with few votes are judged
by the others, pairs with many by their own.

Laplace's approximation (Rasmussen & Williams 2006, section 3.4): at the mode, with c the curvature W σ'(f) of a pair
with W votes, θ has the covariance C = (λI + L)⁻¹, where L is the Laplacian of the c / (1 + τ²c), and f the variance
(C_ii + C_jj − 2C_ij) / (1 + τ²c)² + τ² / (1 + τ²c). With z = f̂ / sd(f), P(i is better) = Φ(z).

How far pairs go their own ways differs from prompt to prompt, so P is averaged over two values of τ² by their
evidence (section 5.2 there). The two were chosen on simulated votes of known truth; anything near does as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prefdata.labels.bradley_terry import PRIOR, probability
from prefdata.labels.pair_grid import balanced, gaps, grids, inflow

OWN = (0.1, 1.0)  # τ²; the gap of two strengths has the variance 2/λ = 2
TOLERANCE = 1e-6  # largest move of any f at which a fit ends: the next would be of the order of its square
BALANCED = 1e-9  # log-odds that are nothing but rounding
STEPS = 100
SAFE_CHANGE = 1.79


class Wins(NamedTuple):
    """Soft wins of the lower candidate and of both, of every pair [K, m] of m prompts (see `pair_grid`)."""

    won: np.ndarray
    total: np.ndarray


class Mode(NamedTuple):
    """The most probable strengths θ [n, m] and pairs' own parts ε [K, m]."""

    theta: np.ndarray
    own: np.ndarray


class Bend(NamedTuple):
    """At some f: the slope and the curvature c of the likelihood, and 1 / (1 + τ²c) [K, m]."""

    slope: np.ndarray
    curve: np.ndarray
    loose: np.ndarray


def certainties(
    prompt: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wins_low: np.ndarray,
    wins_high: np.ndarray,
    sizes: np.ndarray,
) -> np.ndarray:
    """Log-odds that low is the better of each pair [M]: the sign labels, the size ranks; 0 where votes are balanced.

    That a pair is a tie, this does not know: a tied pair whose candidates differ by the others' votes has log-odds too.
    prompt, low, high: int [M], low < high, each pair once; wins_low, wins_high: soft wins [M], a tie being half a win
    for each side, both 0 for a pair that is judged by the others alone; sizes: candidates per prompt [P].
    """
    found = np.zeros(len(prompt))
    for grid in grids(prompt, low, high, sizes):
        wins = Wins(grid.spread(wins_low), grid.spread(wins_low + wins_high))
        found[grid.pairs] = _log_odds(wins, grid.size)[grid.row, grid.column]
    return np.where(np.abs(found) <= BALANCED, 0.0, found)


def _log_odds(wins: Wins, size: int) -> np.ndarray:
    """Of low being the better [K, m], averaged over the values of τ²."""
    from scipy.special import log_ndtr

    mode = Mode(np.zeros((size, wins.total.shape[1])), np.zeros_like(wins.total))
    told = []
    for own in OWN:
        mode = _climb(wins, own, mode)
        z, evidence = _posterior(wins, own, mode)
        told.append((evidence + log_ndtr(z), evidence + log_ndtr(-z)))
    better, worse = (np.logaddexp(*side) for side in zip(*told, strict=True))
    return better - worse


def _posterior(wins: Wins, own: float, mode: Mode) -> tuple[np.ndarray, np.ndarray]:
    """(z [K, m], the log of the evidence for this τ² but for a constant [m])."""
    f = gaps(mode.theta) + mode.own
    bend = _bend(wins, own, f)
    precision = _precision(bend.curve * bend.loose, len(mode.theta))
    variance = _variances(np.linalg.inv(precision)) * bend.loose**2 + own * bend.loose
    votes = wins.total * np.logaddexp(0, -f) + (wins.total - wins.won) * f
    unlikely = _added(2 * votes + mode.own**2 / own - np.log(bend.loose)) + PRIOR * _added(mode.theta**2)
    return f / np.sqrt(variance), -(unlikely + np.linalg.slogdet(precision)[1]) / 2


def _added(rows: np.ndarray) -> np.ndarray:
    """The sum of rows [K, m], added up in their order: numpy adds in another where m is 1."""
    return np.add.accumulate(rows)[-1]


def _climb(wins: Wins, own: float, mode: Mode) -> Mode:
    """To the mode by damped Newton steps on θ and ε together, ε eliminated from the equations."""
    theta, epsilon = mode.theta.copy(), mode.own.copy()
    running = np.arange(theta.shape[1])
    for _ in range(STEPS):
        here = Mode(theta[:, running], epsilon[:, running])
        move = _step(Wins(*(side[:, running] for side in wins)), own, here)
        change = np.abs(gaps(move.theta) + move.own).max(axis=0)
        theta[:, running] += move.theta * _damping(change)
        epsilon[:, running] += move.own * _damping(change)
        running = running[change > TOLERANCE]
        if not len(running):
            break
    return Mode(theta, epsilon)


def _step(wins: Wins, own: float, at: Mode) -> Mode:
    """The whole Newton step."""
    bend = _bend(wins, own, gaps(at.theta) + at.own)
    pull = (own * bend.slope - at.own) * bend.loose  # the move of ε if θ stood still
    gradient = inflow(bend.slope - bend.curve * pull, len(at.theta)) - PRIOR * at.theta
    theta = balanced(bend.curve * bend.loose, gradient, PRIOR)
    return Mode(theta, pull - own * bend.curve * bend.loose * gaps(theta))


def _bend(wins: Wins, own: float, f: np.ndarray) -> Bend:
    p = probability(f)
    curve = wins.total * p * (1 - p)
    return Bend(wins.won - wins.total * p, curve, 1 / (1 + own * curve))


def _precision(weights: np.ndarray, size: int) -> np.ndarray:
    """λI + the Laplacian of weights [K, m]: [m, n, n]."""
    low, high = np.triu_indices(size, 1)
    matrix = np.zeros((weights.shape[1], size, size))
    matrix[:, low, high] = matrix[:, high, low] = -weights.T
    diagonal = np.arange(size)
    matrix[:, diagonal, diagonal] = PRIOR - matrix.sum(axis=2)
    return matrix


def _variances(covariance: np.ndarray) -> np.ndarray:
    """Of θ_low − θ_high of every pair [K, m], from the covariance of θ [m, n, n]."""
    low, high = np.triu_indices(covariance.shape[1], 1)
    return (covariance[:, low, low] + covariance[:, high, high] - 2 * covariance[:, low, high]).T


def _damping(change: np.ndarray) -> np.ndarray:
    """The share of each Newton step that is taken [m].

    As for Bradley-Terry alone (Bach 2010, "Self-concordant analysis for logistic regression"): with c the largest
    change of any f, the full step cannot overshoot where c ≤ 1.79, and beyond that log(1 + c)/c of it is safe.
    """
    return np.where(change <= SAFE_CHANGE, 1.0, np.log1p(change) / np.maximum(change, SAFE_CHANGE))
