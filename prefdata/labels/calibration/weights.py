"""What each judge's word is worth beside the others': logistic regression of gold on the judges' signed votes.

P(gold prefers low) = σ(Σ w_k x_k). Swapping the sides of a pair changes the sign of x and so needs no intercept; a
negative weight is a judge that is reliably wrong. With few labels the prior decides, and two are believable: that
judges are worth the same (the majority), or what they are worth alone (log-odds of their accuracy, which is right for
judges that err independently: Nitzan & Paroush 1982). Each is tried at several widths, and the weights are the mean
over them by cross-validated likelihood (pseudo-Bayesian model averaging: Geisser & Eddy 1979; Yao et al. 2018, eq. 6),
which is steadier than the single best. In all of this x is [n, K]: 1 or -1 for a judge's side, 0 for a tie, something
between where its votes differ, NaN where it is silent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FOLDS = 10
ALIKE = (0.05, 0.2, 0.8)  # how far weights may lie from each other, as standard deviations
ALONE = (0.05, 0.3)  # the same as shares of what each judge is worth alone
COMMON = 2.0  # standard deviation of the factor that all weights have in common
STEPS = 50
LONGEST = 5.0  # Newton's longest step


class Prior(NamedTuple):
    """w = c·d + e with c ~ N(0, COMMON²), e_k ~ N(0, (width·d_k)²); d is 1, or what judges are worth alone.

    mass: how likely it is before there are labels; both kinds are equally likely.
    """

    alone: bool
    width: float
    mass: float


PRIORS = (
    *(Prior(False, width, 0.5 / len(ALIKE)) for width in ALIKE),
    *(Prior(True, width, 0.5 / len(ALONE)) for width in ALONE),
)


def combined(x: np.ndarray, y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Weights [K] of judges with signed votes x on labels y [n] of ±1. folds: int [n], labels held out together."""
    held = np.array([np.log(prior.mass) - losses(y, held_out(x, y, folds, prior)).sum() for prior in PRIORS])
    share = np.exp(held - held.max())
    weights = np.stack([weighed(x, y, prior) for prior in PRIORS])
    found: np.ndarray = share @ weights / share.sum()
    return found


def best_prior(x: np.ndarray, y: np.ndarray, folds: np.ndarray) -> Prior:
    """The prior under which held-out labels are likeliest."""
    return min(PRIORS, key=lambda prior: losses(y, held_out(x, y, folds, prior)).sum())


def held_out(x: np.ndarray, y: np.ndarray, folds: np.ndarray, prior: Prior) -> np.ndarray:
    """The log-odds of low [n] by weights that were learned without the label's own fold."""
    score = np.zeros(len(y))
    for fold in np.unique(folds).tolist():
        out = folds == fold
        score[out] = np.nan_to_num(x[out]) @ weighed(x[~out], y[~out], prior)
    return score


def losses(y: np.ndarray, score: np.ndarray) -> np.ndarray:
    """-log P(y) of each label [n] for the log-odds of low."""
    loss: np.ndarray = np.logaddexp(0, -y * score)
    return loss


def weighed(x: np.ndarray, y: np.ndarray, prior: Prior) -> np.ndarray:
    """The likeliest weights [K] under a prior, by Newton's method."""
    direction = alone(x, y) if prior.alone else np.ones(x.shape[1])
    x = np.nan_to_num(x) * direction
    count = x.shape[1]
    precision = np.linalg.inv(prior.width**2 * np.eye(count) + COMMON**2)
    found = np.zeros(count)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(y * (x @ found), -30, 30)))
        curve = x.T @ (x * (p * (1 - p))[:, None]) + precision
        move = np.linalg.solve(curve, x.T @ (y * (1 - p)) - precision @ found)
        found = found + move * min(1.0, LONGEST / max(np.abs(move).max(initial=0.0), 1e-12))
        if np.abs(move).max(initial=0.0) < 1e-8:
            break
    return found * direction


def alone(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log-odds of each judge's accuracy [K], a tie half right, with one label right and one wrong added (Laplace)."""
    right = np.nansum((1 + np.clip(x * y[:, None], -1, 1)) / 2, axis=0)
    wrong = (~np.isnan(x)).sum(axis=0) - right
    odds: np.ndarray = np.log((right + 1) / (wrong + 1))
    return odds


def accuracy(y: np.ndarray, score: np.ndarray) -> float:
    """Share of labels whose sign the score has; no sign is half right."""
    return float(((1 + np.sign(np.where(np.abs(score) < 1e-12, 0, score)) * y) / 2).mean()) if len(y) else 0.5
