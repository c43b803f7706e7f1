"""Reliability diagrams: how often those who say p are right, and how far that is from p."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from prefdata.labels.intervals import wilson

BINS = 10  # over [0, 1], of equal width


class Diagram(NamedTuple):
    """bins: [{from, to, labels, said, right, low, high}], empty ones left out; said, right: mean p and share right.

    ece: Σ labels/n · |right − said| (Guo et al. 2017, eq. 3); brier: mean (p − right)² (Brier 1950).
    """

    labels: int
    ece: float
    brier: float
    bins: list[dict[str, Any]]


def diagram(probability: np.ndarray, right: np.ndarray) -> Diagram:
    """The diagram of probabilities [n] and what came true (bool [n]); they should not be of the labels learned from."""
    number = len(probability)
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = [_bin(at, probability[place == at], right[place == at]) for at in np.unique(place).tolist()]
    ece = sum(each["labels"] * abs(each["right"] - each["said"]) for each in bins) / max(number, 1)
    brier = float(((probability - right) ** 2).mean()) if number else 0.0
    return Diagram(number, ece, brier, bins)


def _bin(at: int, probability: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    low, high = wilson(float(right.sum()), len(right))
    said, share = float(probability.mean()), float(right.mean())
    where = {"from": at / BINS, "to": (at + 1) / BINS, "labels": len(right)}
    return {**where, "said": said, "right": share, "low": low, "high": high}
