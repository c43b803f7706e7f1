"""With which probability each pair is drawn for review, and the draw itself.

Taking the pairs with the highest scores would tell nothing of the others: none of them could be drawn. So a queue of n
rows is drawn in two parts, both without replacement and of fixed size, and the probability π of every pair is known:

  by score   n1 = n - ceil(n/10) rows. Pairs that labels wait for come first; if there are more of them, each has the
             same chance. For the rest π1 = min(1, c·score), drawn systematically from a random order (Goodman & Kish
             1950; π1 is exact for any order).
  audit      the other n2 rows, each of the pairs that are left and that labels do not wait for with the same chance
             (simple random sampling): only such pairs can be exported, so only they say how right the labels are.
             Only where n is 1 every pair can be audited.

  π = π1 + (1 - π1) · n2/left for pairs that can be audited; the π of all pairs add up to n, and none is 0.

Weights 1/π then give unbiased totals (Horvitz & Thompson 1952). All randomness is a number in [0, 1) for each pair, of
the pair's name and a seed alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

AUDIT = 0.1  # share of the rows that is drawn whatever the score says


class Chances(NamedTuple):
    """Of N pairs: by_score [N] is π1; open [N]: may be audited; audit: how many rows are, of those that are left."""

    by_score: np.ndarray
    open: np.ndarray
    audit: int

    @property
    def propensity(self) -> np.ndarray:
        """π, the probability of being drawn in either part [N]."""
        left = round(float((1 - self.by_score)[self.open].sum()))
        share = self.audit / left if left else 0.0
        return self.by_score + (1 - self.by_score) * share * self.open


def chances(score: np.ndarray, waiting: np.ndarray, count: int) -> Chances:
    """score [N] ≥ 0; waiting [N] bool: labels wait for the pair; count: rows wanted, of which N can be had at most."""
    count = min(count, len(score))
    open_ = ~waiting if count > 1 else np.ones(len(score), bool)
    scored = count - min(math.ceil(AUDIT * count), int(open_.sum()))
    by_score = inclusion(waiting.astype(float), scored)
    by_score[~waiting] = inclusion(score[~waiting], scored - round(float(by_score.sum())))
    return Chances(by_score, open_, count - round(float(by_score.sum())))


def inclusion(size: np.ndarray, count: int) -> np.ndarray:
    """min(1, c·size) with c such that they add up to `count`, or to the number of sizes above 0 if that is less [N]."""
    found = np.zeros(len(size))
    sure = np.zeros(len(size), bool)
    if count <= 0 or not (size > 0).any():
        return found
    if (size > 0).sum() <= count:
        return (size > 0).astype(float)
    while True:
        rest = np.where(sure, 0.0, size)
        found = np.where(sure, 1.0, rest / rest.sum() * (count - sure.sum()))
        if not (above := (found >= 1) & ~sure).any():
            return found
        sure |= above


def draw(chances: Chances, place: np.ndarray, start: float, lot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows drawn by score, rows drawn for the audit).

    place [N] gives the random order in which the rows are gone through and start in [0, 1) where that begins; lot [N]:
    the rows left with the smallest are audited.
    """
    by_score = _systematic(chances.by_score, np.argsort(place, kind="stable"), start)
    left = np.setdiff1d(np.flatnonzero(chances.open), by_score)
    return by_score, np.sort(left[np.argsort(lot[left], kind="stable")][: chances.audit])


def _systematic(probability: np.ndarray, order: np.ndarray, start: float) -> np.ndarray:
    """The rows on whose stretch of the running sum a number start + k falls, and those that are sure."""
    open_ = order[(probability[order] > 0) & (probability[order] < 1)]
    sums = np.cumsum(probability[open_])
    if len(sums):
        sums *= round(sums[-1]) / sums[-1]  # what rounding took must not cost a row
    marks = np.floor(np.concatenate([[0.0], sums]) + start)
    return np.sort(np.concatenate([np.flatnonzero(probability == 1), open_[np.diff(marks) > 0]])).astype(np.int64)
