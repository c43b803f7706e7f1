"""Texts → MinHash signatures (Broder 1997), and the bands by which texts that are alike are found.

The share of permutations under which two sets of shingles have the same least element estimates their Jaccard
similarity J. Cut into b bands of r permutations, two signatures have a band in common with probability
1 - (1 - J^r)^b (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prefdata.dedup.shingles import batches, constants, mixed

PERMUTATIONS = 128
FOUND = 0.995  # of the pairs that are exactly as alike as asked, at least so many must be found
SPREADS = 4.0  # standard deviations by which an estimate may lie below the truth
PAIRS_AT_ONCE = 1 << 14


def signatures(texts: Sequence[str]) -> np.ndarray:
    """uint32 [N, PERMUTATIONS]; x → ax + b mod 2^32 with odd a permutes the numbers that stand for shingles."""
    factors, shifts = (half.astype(np.uint32) for half in np.split(constants(2 * PERMUTATIONS) >> np.uint64(16), 2))
    least = np.empty((PERMUTATIONS, len(texts)), np.uint32)
    for start, found in batches(texts):
        hashes = (found.hashes >> np.uint64(32)).astype(np.uint32)
        moved, stop = np.empty_like(hashes), start + len(found.first)
        for row in range(PERMUTATIONS):
            np.multiply(hashes, factors[row] | np.uint32(1), out=moved)
            moved += shifts[row]
            np.minimum.reduceat(moved, found.first, out=least[row, start:stop])
    return np.ascontiguousarray(least.T)


def rows_of_a_band(threshold: float) -> int:
    """As many as find FOUND of the pairs with J = threshold: more rows, fewer pairs to look at in vain."""
    rows = [r for r in range(1, PERMUTATIONS + 1) if _found(threshold, r) >= FOUND]
    return max(rows, default=1)


def _found(similarity: float, rows: int) -> float:
    return 1 - (1 - similarity**rows) ** (PERMUTATIONS // rows)


def band_keys(found: np.ndarray, chosen: np.ndarray, threshold: float) -> np.ndarray:
    """uint64 [C, bands] of the chosen signatures: equal where two have that band in common."""
    rows = rows_of_a_band(threshold)
    keys = np.zeros((len(chosen), PERMUTATIONS // rows), np.uint64)
    for band in range(keys.shape[1]):
        for column in range(band * rows, (band + 1) * rows):
            keys[:, band] = mixed(keys[:, band] + found[chosen, column].astype(np.uint64) + np.uint64(1))
    return keys


def may_be(found: np.ndarray, a: np.ndarray, b: np.ndarray, threshold: float) -> np.ndarray:
    """Whether J ≥ threshold is likely enough to be worth computing, bool [P]."""
    spread = np.sqrt(threshold * (1 - threshold) / PERMUTATIONS)
    least = (threshold - SPREADS * spread) * PERMUTATIONS
    parts = [slice(start, start + PAIRS_AT_ONCE) for start in range(0, len(a), PAIRS_AT_ONCE)]
    same = [(found[a[part]] == found[b[part]]).sum(1) >= least for part in parts]
    return np.concatenate(same) if same else np.zeros(0, bool)
