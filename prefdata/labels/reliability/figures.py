"""What the counts of `labels.reliability` say of each judge, with 95 % intervals."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from prefdata.labels.agreement import cohen_kappa
from prefdata.labels.intervals import Z, wilson
from prefdata.labels.reliability.counts import Counts

TURNED = (0, 2, 1)  # tie, high, low


class Figure(NamedTuple):
    """A value with the ends of its interval, from so many observations."""

    value: float
    low: float
    high: float
    number: int


Row = dict[str, Any]  # a judge's name, its votes, and Figures or numbers, None where the data cannot say


def figures(counts: Counts) -> list[Row]:
    """A row a judge, by number of votes.

    position: P(first shown wins) − ½. longer: log-odds that the longer wins; slope: φ of P(longer wins) =
    σ(φ tanh(gap / spread)). own: how much more often the judge prefers its own model's answer than others do.
    agreement, kappa: with the majority of the other judges. same: sides kept when the order is turned round; turned:
    sides changed.
    """
    spread = spread_of(counts)
    rows = [_row(name, of, spread) for name, of in counts["judges"].items()]
    return sorted(rows, key=lambda row: (-row["votes"], row["name"]))


def _row(name: str, of: Counts, spread: float) -> Row:
    against = np.array(of["against"], float).reshape(3, 3)
    either = against + against[np.ix_(TURNED, TURNED)]  # which side is called low is chance, and κ must not see it
    return {
        "name": name,
        "votes": of["votes"],
        "position": _share(of["first"], of["shown"], 0.5),
        "longer": _log_odds(sum(of["longer"]), sum(of["unequal"])),
        "slope": _slope(of, spread),
        "own": _own(of),
        "agreement": _share(float(np.trace(against)), int(against.sum())),
        "kappa": cohen_kappa(either),
        "same": _share(of["same"], of["swapped"]),
        "turned": _share(of["turned"], of["swapped"]),
    }


def _share(part: float, whole: int, less: float = 0.0) -> Figure | None:
    if not whole:
        return None
    low, high = wilson(part, whole)
    return Figure(part / whole - less, low - less, high - less, whole)


def _log_odds(wins: float, whole: float) -> Figure | None:
    """With half a vote added on each side (Haldane 1956)."""
    if not whole:
        return None
    lost = whole - wins
    middle, spread = math.log((wins + 0.5) / (lost + 0.5)), Z * math.sqrt(1 / (wins + 0.5) + 1 / (lost + 0.5))
    return Figure(middle, middle - spread, middle + spread, int(whole))


def spread_of(counts: Counts) -> float:
    """Standard deviation of the length gaps of all judges' labels, in characters; 1 where none is known."""
    number, gap = (sum(np.array(of[name], float) for of in counts["judges"].values()) for name in ("unequal", "gap"))
    total = float(np.sum(number))
    return math.sqrt(float(np.sum(gap**2 / np.maximum(number, 1))) / total) if total else 1.0


def _slope(of: Counts, spread: float) -> Figure | None:
    """By Newton's method on the octaves' mean gaps, under a normal prior of precision 1."""
    number, wins, gap = (np.array(of[name], float) for name in ("unequal", "longer", "gap"))
    if not number.any():
        return None
    reach = np.tanh(gap / np.maximum(number, 1) / spread)
    found = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-found * reach))
        curve = float((number * p * (1 - p) * reach**2).sum()) + 1
        move = (float(((wins - number * p) * reach).sum()) - found) / curve
        found += max(-2.0, min(2.0, move))
        if abs(move) < 1e-10:
            break
    error = Z / math.sqrt(curve)
    return Figure(found, found - error, found + error, int(number.sum()))


def _own(of: Counts) -> Figure | None:
    """Mean difference on the same pairs, with the interval of a paired mean."""
    number = of["own"]
    if number < 2:
        return None
    mean = (of["own_wins"] - of["own_wins_others"]) / number
    spread = Z * math.sqrt(max(0.0, of["own_square"] / number - mean**2) / (number - 1))
    return Figure(mean, mean - spread, mean + spread, number)


def correlations(counts: Counts, names: list[str]) -> list[list[float | None]]:
    """Σxy/√(Σx²Σy²) of two judges' labels (1, 0, −1) on the pairs that both judged; which side is 1 makes no odds."""
    return [[1.0 if one == other else _correlation(counts, one, other) for other in names] for one in names]


def _correlation(counts: Counts, one: str, other: str) -> float | None:
    meetings = counts["meetings"]
    table = np.array(meetings.get(f"{one}\t{other}") or meetings.get(f"{other}\t{one}") or np.zeros((3, 3)), float)
    alike, apart = table[1, 1] + table[2, 2], table[1, 2] + table[2, 1]
    squares = table[1:].sum() * table[:, 1:].sum()
    return float((alike - apart) / math.sqrt(squares)) if squares else None
