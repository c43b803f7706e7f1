"""How alike two texts are in truth: |A ∩ B| / |A ∪ B| of their sets of shingles (Jaccard 1912), for many pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from prefdata.dedup.buckets import Pairs
from prefdata.dedup.shingles import LENGTH, distinct, shingles

SHINGLES_AT_ONCE = 1 << 21
BITS = np.uint64(44)  # of a hash that are looked at; those above say whose it is


def jaccard(texts: Sequence[str], pairs: Pairs) -> np.ndarray:
    """float64 [P]; pairs number the texts."""
    found = [_of_part(texts, part) for part in _parts(texts, pairs)]
    return np.concatenate(found) if found else np.zeros(0)


def _parts(texts: Sequence[str], pairs: Pairs) -> Iterator[Pairs]:
    """As many pairs at a time as have SHINGLES_AT_ONCE, or one."""
    lengths = np.array([max(len(text), LENGTH) for text in texts], np.int64)
    ends = np.cumsum(lengths[pairs.a] + lengths[pairs.b])
    start = 0
    while start < len(ends):
        room = SHINGLES_AT_ONCE + (ends[start - 1] if start else 0)
        stop = max(start + 1, int(np.searchsorted(ends, room, side="right")))
        yield Pairs(pairs.a[start:stop], pairs.b[start:stop])
        start = stop


def _of_part(texts: Sequence[str], pairs: Pairs) -> np.ndarray:
    used, place = np.unique(np.concatenate(pairs), return_inverse=True)
    found = shingles([texts[row] for row in used])
    sets = distinct(_owned(np.repeat(np.arange(len(used)), found.counts), found.hashes >> (np.uint64(64) - BITS)))
    size = np.bincount((sets >> BITS).astype(np.int64), minlength=len(used))
    a, b = np.split(place, 2)
    both = np.sort(np.concatenate([_gathered(sets, size, side) for side in (a, b)]))
    twice = both[1:][both[1:] == both[:-1]]
    shared = np.bincount((twice >> BITS).astype(np.int64), minlength=len(a))
    return shared / (size[a] + size[b] - shared)


def _gathered(sets: np.ndarray, size: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The members of each row's set, owned by the pair that the row stands in."""
    count = size[rows]
    first = np.cumsum(size) - size
    place = np.arange(count.sum()) + np.repeat(first[rows] - np.cumsum(count) + count, count)
    members = sets[place] & ((np.uint64(1) << BITS) - np.uint64(1))
    return _owned(np.repeat(np.arange(len(rows)), count), members)


def _owned(owner: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    return (owner.astype(np.uint64) << BITS) | hashes
