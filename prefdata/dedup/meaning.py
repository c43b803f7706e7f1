"""Texts that are alike by their embeddings: every two are compared, a block with a block at a time.

The work grows with the square of their number: some minutes for 100 000 embeddings of 384 numbers on two cores.
"""

from __future__ import annotations

import numpy as np

from prefdata.dedup.buckets import Pairs, joined

BLOCK = 2048
MOST = 8  # partners of one text in a block: where nearly all are alike, these tie them together


def alike_in_meaning(embedding: np.ndarray, cosine: float) -> Pairs:
    """embedding: float16 [N, width] of length 1, or zeros where there is none."""
    found = []
    for start in range(0, len(embedding), BLOCK):
        rows = embedding[start : start + BLOCK].astype(np.float32)
        for other in range(0, start + BLOCK, BLOCK):
            found.append(_alike(embedding[other : other + BLOCK].astype(np.float32), rows, other, start, cosine))
    return joined(found, len(embedding))


def _alike(first: np.ndarray, second: np.ndarray, at: int, then: int, cosine: float) -> Pairs:
    """Pairs of a row of one block with a later row of another; the blocks begin at rows `at` and `then`."""
    near = second @ first.T >= cosine
    if at == then:
        near &= np.tri(len(second), len(first), -1, dtype=bool)
    b, a = np.nonzero(near)
    place = np.arange(len(b)) - np.searchsorted(b, b)  # among the partners of its row
    b, a = b[place < MOST], a[place < MOST]
    return Pairs(a + at, b + then)
