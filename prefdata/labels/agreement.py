"""How far judges agree beyond chance, from label counts; labels are tie, low, high (nominal).

Counts add up over shards: each measure is a pure function of small tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from prefdata.labels.coding import BOTH_BAD, CodedVotes
from prefdata.labels.tally import Pairs


def coincidences(counts: np.ndarray) -> np.ndarray:
    """Krippendorff's coincidence matrix [C, C] of units [U, C] with label counts (2011, section D).

    A unit with m ≥ 2 labels adds each ordered pair of its labels with weight 1/(m-1).
    """
    counts = counts.astype(np.float64)
    labels = counts.sum(axis=1)
    counts, labels = counts[labels >= 2], labels[labels >= 2]
    scaled = counts / (labels - 1)[:, None]
    return scaled.T @ counts - np.diag(scaled.sum(axis=0))


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
    """Units [U, C] with ≥ 2 labels: Σ P_i and Σ of label shares."""
    counts = counts[counts.sum(axis=1) >= 2].astype(np.float64)
    m = counts.sum(axis=1)
    agreement = ((counts**2).sum(axis=1) - m) / (m * (m - 1))
    return FleissCounts(len(counts), float(agreement.sum()), (counts / m[:, None]).sum(axis=0))


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


def confusions(votes: CodedVotes, pairs: Pairs) -> dict[tuple[int, int], np.ndarray]:
    """Confusion counts [3, 3] of every two judges that judged the same pair; keys (j, k), j < k."""
    shared = np.flatnonzero((pairs.votes[pairs.of_vote] >= 2) & (votes.outcome != BOTH_BAD))
    judges = len(votes.judge_ids)
    # Sorted by pair, then judge: votes that meet stand side by side, at most m - 1 places apart.
    order = shared[np.argsort(pairs.of_vote[shared] * judges + votes.judge[shared])]
    unit, judge, outcome = pairs.of_vote[order], votes.judge[order].astype(np.int64), votes.outcome[order]
    found: dict[int, int] = {}
    for apart in range(1, int(pairs.votes.max(initial=1))):
        meet = np.flatnonzero((unit[:-apart] == unit[apart:]) & (judge[:-apart] != judge[apart:]))
        codes = ((judge[meet] * judges + judge[meet + apart]) * 3 + outcome[meet]) * 3 + outcome[meet + apart]
        for code, count in zip(*(part.tolist() for part in np.unique(codes, return_counts=True)), strict=True):
            found[code] = found.get(code, 0) + count
    return _tables(found, judges)


def _tables(found: dict[int, int], judges: int) -> dict[tuple[int, int], np.ndarray]:
    tables: dict[tuple[int, int], np.ndarray] = {}
    for code, count in found.items():
        both, labels = divmod(code, 9)
        tables.setdefault(divmod(both, judges), np.zeros((3, 3)))[divmod(labels, 3)] = count
    return tables
