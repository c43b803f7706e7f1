"""What the data set lacks: values of quotas with fewer pairs than their share asks for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from prefdata.selection.feasible import TOLERANCE
from prefdata.selection.margins import Margin

THIN = 0.9  # of what a value should have: below that a small share is a gap too, though within a point


class Gap(NamedTuple):
    """A value of a quota: how many pairs it should have, has, and is short of."""

    margin: str
    value: str
    goal: int
    there: int

    @property
    def missing(self) -> int:
        return self.goal - self.there

    @property
    def name(self) -> str:
        return f"{self.margin}={self.value}"


def gaps(margins: Iterable[Margin], stays: np.ndarray, target: int | None, goal: int) -> list[Gap]:
    """The values of a set of `goal` pairs that are short by more than a point of it, or by a tenth of their own.

    stays: which of the pairs that the margins are over are in the set [M]. With a target those count, without one all
    that could be taken.
    """
    counted = np.ones(len(stays)) if target is None else stays.astype(float)
    found = [
        Gap(margin.name, value, math.ceil(share * goal - 1e-6), int(there))
        for margin in margins
        if margin.reason == "over_quota"
        for value, share, there in zip(margin.values, margin.share, margin.sums(counted), strict=True)
    ]
    return [gap for gap in found if gap.missing > TOLERANCE * goal or gap.there < THIN * gap.goal]


class Evenness(NamedTuple):
    """Of a distribution: its entropy as a share of the largest possible, exp(entropy) (so many equal values would be
    as even), and the smallest count."""

    normalised: float
    effective: float
    smallest: int


def evenness(counts: Iterable[float]) -> Evenness:
    """Of counts by value; a value alone is as even as it can be."""
    amounts = np.array(list(counts), float)
    share = amounts[amounts > 0] / max(1.0, amounts.sum())
    entropy = float(-(share * np.log(share)).sum())
    most = math.log(max(1, len(amounts)))
    return Evenness(entropy / most if most else 1.0, math.exp(entropy), int(min(amounts, default=0)))


def shares(margins: Iterable[Margin], stays: np.ndarray, amount: int) -> list[dict[str, Any]]:
    """A row a value: how many pairs there were (available), should be of `amount` (target) and are in the set (actual).
    points: by how many per cent of the set it is off; off: whether that is more than one, and more than a pair."""
    total = max(1, int(stays.sum()))
    found = []
    for margin in margins:
        counts = zip(margin.values, margin.share, margin.sums(np.ones(len(stays))), margin.sums(stays), strict=True)
        for value, share, available, actual in counts:
            away = float(actual - share * total)
            row = {"margin": margin.name, "value": value, "share": float(share), "available": int(available)}
            row |= {"target": float(share * amount), "actual": int(actual), "points": 100 * away / total}
            found.append({**row, "off": abs(away) >= 1 and abs(away) > TOLERANCE * total})
    return found
