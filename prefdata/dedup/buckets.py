"""Rows that have a key in common, as pairs: never all rows with all others.

Where more than `crowd` rows share a key, their pairs would be too many. Then only those that share a second key are
paired, and besides each row with the first of the crowd, so that what is all alike is still tied together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prefdata.dedup.shingles import distinct

CROWD = 256
PAIRS_AT_ONCE = 1 << 20


class Pairs(NamedTuple):
    """Rows a < b, int64 [P] each."""

    a: np.ndarray
    b: np.ndarray

    def where(self, chosen: np.ndarray) -> Pairs:
        return Pairs(self.a[chosen], self.b[chosen])


def joined(parts: list[Pairs], rows: int) -> Pairs:
    """All pairs once, by a and then by b; `rows`: how many rows there are."""
    codes = [a * rows + b for a, b in parts]
    once = distinct(np.concatenate(codes)) if codes else np.zeros(0, np.int64)
    return Pairs(*np.divmod(once, max(rows, 1)))


def pairs(keys: np.ndarray, crowd: int | None = CROWD) -> Iterator[Pairs]:
    """Pairs of rows with an equal key in some column of keys [N, columns]; one may come several times.

    With crowd None these are all such pairs.
    """
    yield from _paired(keys, np.arange(len(keys)), 0, len(keys) if crowd is None else crowd, deeper=True)


def _paired(keys: np.ndarray, rows: np.ndarray, begin: int, crowd: int, deeper: bool) -> Iterator[Pairs]:
    for column in range(begin, keys.shape[1]):
        order, first, sizes = _groups(keys[rows, column])
        few = sizes <= crowd
        for a, b in _all_pairs(first[few], sizes[few]):
            yield Pairs(rows[order[a]], rows[order[b]])
        for start, size in zip(first[~few].tolist(), sizes[~few].tolist(), strict=True):
            members = rows[order[start : start + size]]
            yield Pairs(np.full(size - 1, members[0]), members[1:])
            if deeper:
                yield from _paired(keys, members, column + 1, crowd, deeper=False)


def _groups(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The order that puts equal keys together, rows rising; where each group of two or more begins, and its size."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    first = np.concatenate([[0], ends])
    sizes = np.diff(first, append=len(keys))
    return order, first[sizes > 1], sizes[sizes > 1]


def _all_pairs(first: np.ndarray, sizes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every two places of each group, PAIRS_AT_ONCE or few more at a time."""
    place = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    after = np.repeat(first + sizes, sizes) - place - 1  # how many of its group come behind each
    done = np.cumsum(after)
    cuts = np.searchsorted(done, np.arange(PAIRS_AT_ONCE, (done[-1] if len(done) else 0), PAIRS_AT_ONCE))
    for part, count in zip(np.split(place, cuts), np.split(after, cuts), strict=True):
        a = np.repeat(part, count)
        yield a, a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(count) - count, count)
