"""What wrong votes do to labels: a share of the votes is flipped, labels are made again and compared with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from prefdata.labels.bradley_terry import probability
from prefdata.labels.coding import HIGH, LOW, Block
from prefdata.labels.comparisons import Comparisons, certainties, compare, strengths
from prefdata.labels.handling import KEEP, Handling, handle

RATES = (0.1, 0.2, 0.3)


def curve(
    votes: Block,
    how: Handling,
    seed: int,
    rates: Sequence[float] = RATES,
    least: float = 0.0,
    truth: np.ndarray | None = None,
) -> dict[str, dict[str, Any]]:
    """Rate → counts of right and wrong labels; those of several blocks add up (`report.numbers.add`).

    rates: shares of the votes with a winner that are flipped, at random; those of a higher rate include those of a
    lower one. least: the probability below which a label is not exported. truth: int8 [M], 1 where low is the
    better, -1 where high is, 0 where nobody knows; without it the majority labels of the votes as they are.

    Of the pairs with a truth, `exported` are the labels that handling keeps, `left_out` the others by their majority,
    `majority` all that the plain majority decides, and `majority_at_coverage` the majority's as many as are
    exported, by net votes; where pairs are equal at the boundary, their mean.
    """
    known = compare(votes).label if truth is None else truth
    decisive = np.flatnonzero((votes.outcome == LOW) | (votes.outcome == HIGH))
    order = np.random.default_rng(seed).permutation(decisive)
    return {
        f"{rate:g}": _counts(compare(_flipped(votes, order[: round(rate * len(order))])), how, least, known)
        for rate in rates
    }


def _flipped(votes: Block, at: np.ndarray) -> Block:
    outcome = votes.outcome.copy()
    outcome[at] = LOW + HIGH - outcome[at]
    return replace(votes, outcome=outcome)


def _counts(found: Comparisons, how: Handling, least: float, truth: np.ndarray) -> dict[str, Any]:
    handled = handle(found, strengths(found), how)
    weak = probability(certainties(found) * handled.label) < least  # unknown probability is no obstacle
    label = np.where((handled.reason == KEEP) & ~weak, handled.label, 0)
    majority = found.label
    return {
        "pairs": int((truth != 0).sum()),
        "exported": _judged(label, truth),
        "left_out": _judged(np.where(label == 0, majority, 0), truth),
        "majority": _judged(majority, truth),
        "majority_at_coverage": _strongest(found, truth, int(((label != 0) & (truth != 0)).sum())),
    }


def _judged(label: np.ndarray, truth: np.ndarray) -> dict[str, int]:
    agree = label.astype(int) * truth
    return {"right": int((agree > 0).sum()), "wrong": int((agree < 0).sum())}


def _strongest(found: Comparisons, truth: np.ndarray, most: int) -> dict[str, float]:
    """The `most` majority labels with the largest net votes, right and wrong ones expected."""
    at = np.flatnonzero((found.label != 0) & (truth != 0))
    size, right = np.abs(found.net[at]), found.label[at] == truth[at]
    place = np.argsort(-size, kind="stable")[:most]
    if not len(place):
        return {"right": 0.0, "wrong": 0.0}
    boundary = size[place[-1]]
    equal, above = size == boundary, size > boundary
    expected = float(right[above].sum() + (len(place) - above.sum()) * right[equal].mean())
    return {"right": expected, "wrong": len(place) - expected}
