"""How far judges agree beyond chance, from label counts; labels are tie, low, high (nominal).

Counts add up over shards: each measure is a pure function of small tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from prefdata.labels.coding import BOTH_BAD, Block
from prefdata.labels.tally import Pairs


def coincidences(counts: np.ndarray) -> np.ndarray:
    """Krippendorff's coincidence matrix [C, C] of label counts [C, U] of U units (2011, section D).

    A unit with m ≥ 2 labels adds each ordered pair of its labels with weight 1/(m-1).
    """
    counts, labels = _comparable(counts)
    scaled = counts / (labels - 1)
    return scaled @ counts.T - np.diag(scaled.sum(axis=1))


def _comparable(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The units with two labels or more [C, U], and how many labels each has [U]."""
    labels = counts.sum(axis=0)
    several = labels >= 2
    return counts[:, several].astype(np.float64), labels[several]


def krippendorff_alpha(matrix: np.ndarray) -> float | None:
    """α = 1 - D_o/D_e (Krippendorff 2011, eq. 1) from a coincidence matrix; None where undefined."""
    totals = matrix.sum(axis=1)
    n = totals.sum()
    expected = (n * n - (totals**2).sum()) / (n - 1) if n > 1 else 0.0
    if expected <= 0:
        return None
    return float(1 - (n - np.trace(matrix)) / expected)


@dataclass
class FleissCounts:
    """Sums from which Fleiss' κ (1971) follows; units may have different numbers of labels."""

    units: int = 0
    agreement: float = 0.0
    shares: np.ndarray = field(default_factory=lambda: np.zeros(3))


def fleiss_counts(counts: np.ndarray) -> FleissCounts:
    """Of label counts [C, U], over the units with ≥ 2 labels: Σ P_i and Σ of label shares."""
    counts, labels = _comparable(counts)
    agreement = ((counts**2).sum(axis=0) - labels) / (labels * (labels - 1))
    return FleissCounts(len(labels), float(agreement.sum()), (counts / labels).sum(axis=1))


def fleiss_kappa(sums: FleissCounts) -> float | None:
    """κ = (P̄ - P̄_e)/(1 - P̄_e); None where undefined."""
    if not sums.units:
        return None
    expected = ((sums.shares / sums.units) ** 2).sum()
    return None if expected >= 1 else float((sums.agreement / sums.units - expected) / (1 - expected))


def cohen_kappa(confusion: np.ndarray) -> float | None:
    """κ (Cohen 1960) of two judges from their confusion counts [C, C]; None where undefined."""
    n = confusion.sum()
    expected = (confusion.sum(axis=0) * confusion.sum(axis=1)).sum() / n**2 if n else 1.0
    return None if expected >= 1 else float((np.trace(confusion) / n - expected) / (1 - expected))


def confusions(votes: Block, pairs: Pairs) -> dict[int, int]:
    """How often two judges gave a pair which labels; keys are read by `confusion_tables`."""
    shared = np.flatnonzero((pairs.votes[pairs.of_vote] >= 2) & (votes.outcome != BOTH_BAD))
    judges = len(votes.judge_ids)
    # Sorted by pair, then judge: votes that meet stand side by side, at most m - 1 places apart.
    order = shared[np.argsort(pairs.of_vote[shared] * judges + votes.judge[shared])]
    unit, judge, outcome = pairs.of_vote[order], votes.judge[order].astype(np.int64), votes.outcome[order]
    found: dict[int, int] = {}
    for apart in range(1, int(pairs.votes.max(initial=1))):
        meet = np.flatnonzero((unit[:-apart] == unit[apart:]) & (judge[:-apart] != judge[apart:]))
        keys = ((judge[meet] * judges + judge[meet + apart]) * 3 + outcome[meet]) * 3 + outcome[meet + apart]
        for key, count in zip(*(part.tolist() for part in np.unique(keys, return_counts=True)), strict=True):
            found[key] = found.get(key, 0) + count
    return found


def confusion_tables(found: dict[int, int], judges: int) -> dict[tuple[int, int], np.ndarray]:
    """Confusion counts [3, 3] (tie, low, high) of every two judges that met; keys (j, k), j < k."""
    tables: dict[tuple[int, int], np.ndarray] = {}
    for key, count in found.items():
        both, labels = divmod(key, 9)
        tables.setdefault(divmod(both, judges), np.zeros((3, 3)))[divmod(labels, 3)] = count
    return tables
