"""From a score to the probability of being right: Platt's curve for few labels, an isotonic one for many.

A score says how sure somebody is: the log-odds of a judge's confidence, or those of a Bradley-Terry probability.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

MANY = 1000  # labels from which the shape is learned too (Niculescu-Mizil & Caruana 2005: below, isotonic overfits)
SUREST = 1e-3  # no confidence is taken to be nearer to 0 or 1 than this
STEPS = 50
LONGEST = 4.0  # Newton's longest step
RIDGE = 1e-3  # keeps Newton's steps finite where labels say nothing of a parameter


class Curve(NamedTuple):
    """P(right) of a score z: σ(slope·z + offset), or the line through the knots (z, p) where there are any."""

    slope: float
    offset: float
    z: tuple[float, ...] = ()
    p: tuple[float, ...] = ()

    def __call__(self, score: np.ndarray) -> np.ndarray:
        if self.z:
            return np.interp(score, self.z, self.p)
        return 1 / (1 + np.exp(-(self.slope * score + self.offset)))

    @property
    def facts(self) -> dict[str, Any]:
        """As a file says it."""
        if self.z:
            return {"method": "isotonic", "z": list(self.z), "p": list(self.p)}
        return {"method": "platt", "slope": self.slope, "offset": self.offset}


def curve_of(facts: dict[str, Any]) -> Curve:
    """The curve that a file tells of."""
    if facts["method"] == "isotonic":
        return Curve(0.0, 0.0, tuple(facts["z"]), tuple(facts["p"]))
    return Curve(facts["slope"], facts["offset"])


def log_odds(confidence: np.ndarray) -> np.ndarray:
    """log p/(1-p), finite: certainty is taken for SUREST."""
    sure = np.clip(confidence, SUREST, 1 - SUREST)
    found: np.ndarray = np.log(sure / (1 - sure))
    return found


def fitted(score: np.ndarray, right: np.ndarray) -> Curve:
    """The curve of scores [n] that were right or not (bool [n]): Platt's under MANY labels, isotonic above."""
    return isotonic(score, right) if len(score) >= MANY else platt(score, right)


def platt(score: np.ndarray, right: np.ndarray) -> Curve:
    """σ(az + b) by maximum likelihood; scores that are all the same give a = 0."""
    if np.ptp(score) == 0 if len(score) else True:
        return Curve(0.0, float(_logistic(np.ones((len(score), 1)), _targets(right))[0]))
    slope, offset = _logistic(np.stack([score, np.ones(len(score))], axis=1), _targets(right)).tolist()
    return Curve(slope, offset)


def through_the_middle(score: np.ndarray, right: np.ndarray) -> Curve:
    """σ(az) with a ≥ 0: for scores of which the sign names the side, so that 0 is a half."""
    return Curve(max(0.0, float(_logistic(score[:, None], _targets(right))[0])), 0.0)


def _targets(right: np.ndarray) -> np.ndarray:
    """Platt's targets (1999, section 2.2): (N₊+1)/(N₊+2) where right, 1/(N₋+2) where wrong."""
    hits = int(right.sum())
    return np.where(right, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))


def _logistic(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights [k] of the logistic regression of targets in [0, 1] on x [n, k], by Newton's method."""
    found = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        curve = x.T @ (x * (p * (1 - p))[:, None]) + RIDGE * np.eye(len(found))
        move = np.linalg.solve(curve, x.T @ (target - p) - RIDGE * found)
        found = found + move * min(1.0, LONGEST / max(np.abs(move).max(), 1e-12))
        if np.abs(move).max() < 1e-9:
            break
    return found


def isotonic(score: np.ndarray, right: np.ndarray) -> Curve:
    """The best curve that never falls, by pooling adjacent violators (Ayer et al. 1955).

    Knots are the centres of the pools, and the curve runs straight between them (Oron & Flournoy 2017), so that scores
    that differ keep their order; p stays off 0 and 1 by one label.
    """
    z, at = np.unique(score, return_inverse=True)
    number = np.bincount(at).astype(np.float64)
    pool = pools(np.bincount(at, right), number)
    of = np.bincount(pool, number)
    centre, share = np.bincount(pool, number * z) / of, np.bincount(pool, np.bincount(at, right)) / of
    margin = 1 / (len(score) + 2)
    return Curve(0.0, 0.0, tuple(centre.tolist()), tuple(np.clip(share, margin, 1 - margin).tolist()))


def pools(hits: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The pool of each place, from 0, so that shares rise strictly; hits, number: by distinct score, in order."""
    found: list[tuple[float, float, int]] = []  # hits, number, places
    for right, of in zip(hits.tolist(), number.tolist(), strict=True):
        places = 1
        while found and found[-1][0] * of >= right * found[-1][1]:
            before = found.pop()
            right, of, places = right + before[0], of + before[1], places + before[2]
        found.append((right, of, places))
    return np.repeat(np.arange(len(found)), [places for _, _, places in found])
