"""Pictures that are alike, by their fingerprints: an exact search without comparing all with all.

Two hashes that differ in at most k of 64 bits are equal in at least one of k + 1 parts of them, so only those with an
equal part are compared (multi-index hashing: Norouzi, Punjani and Fleet 2012, section 3, with as many parts as make its
search radius 0).
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from prefdata.dedup.buckets import Pairs, joined, pairs
from prefdata.dedup.pictures import SAME_COLOUR

BITS = 64


class Looks(NamedTuple):
    """Distinct pictures. hash: uint64 [N]; known: whether it is known [N]; colours: uint8 [N, 48]."""

    hash: np.ndarray
    known: np.ndarray
    colours: np.ndarray

    def alike(self, a: np.ndarray, b: np.ndarray, bits: int) -> np.ndarray:
        """Whether the pictures a and b are one, or differ in at most so many bits and little in colour, bool [P]."""
        close = self.known[a] & self.known[b] & (np.bitwise_count(self.hash[a] ^ self.hash[b]) <= bits)
        at = np.flatnonzero(close)
        apart = np.abs(self.colours[a[at]].astype(np.int16) - self.colours[b[at]]).max(1, initial=0)
        close[at] = apart <= SAME_COLOUR
        return close | (a == b)


def near(looks: Looks, bits: int) -> Pairs:
    """All pairs of different pictures that are alike."""
    known = np.flatnonzero(looks.known)
    found = []
    for a, b in pairs(_parts(looks.hash[known], bits), crowd=None):
        both = Pairs(known[a], known[b])
        found.append(both.where(looks.alike(*both, bits)))
    return joined(found, len(looks.hash))


def _parts(hashes: np.ndarray, bits: int) -> np.ndarray:
    """The hashes cut into bits + 1 parts, uint64 [N, bits + 1]."""
    cuts = [BITS * part // (bits + 1) for part in range(bits + 2)]
    parts = [
        (hashes >> np.uint64(start)) & np.uint64((1 << stop - start) - 1) for start, stop in itertools.pairwise(cuts)
    ]
    return np.stack(parts, axis=1)
