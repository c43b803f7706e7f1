"""Texts → their shingles: every five characters that follow one another, as numbers.

A shingle's number is a 64-bit hash: two shingles have the same by one chance in 10^19. Characters are Unicode's, so
that Chinese counts like English. A text of fewer than five characters is one shingle, all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

LENGTH = 5
PAD = "\0"  # no folded text has it: it ends texts that are too short
AT_ONCE = 1 << 18  # characters, so that what is computed of them stays in a processor's cache
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio


class Shingles(NamedTuple):
    """hashes: uint64 [S], those of one text after those of another; first: where each text's begin [N]."""

    hashes: np.ndarray
    first: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """How many each text has [N]."""
        return np.diff(self.first, append=len(self.hashes))


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Numbers → well spread ones, uint64, one to one: the end of splitmix64 (Steele, Lea and Flood 2014, fig. 15)."""
    numbers = numbers.astype(np.uint64, copy=True)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers ^= numbers >> np.uint64(shift)
        numbers *= np.uint64(factor)
    numbers ^= numbers >> np.uint64(31)
    return numbers


def distinct(numbers: np.ndarray) -> np.ndarray:
    """Each once, rising. (np.unique keeps a hash table since NumPy 2.3, which took 100 times as long.)"""
    found = np.sort(numbers)
    return found[np.concatenate([[True], found[1:] != found[:-1]])] if len(found) else found


def among(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each is among the known ones, which are distinct and rise."""
    if not len(known):
        return np.zeros(len(numbers), bool)
    return known[np.searchsorted(known, numbers).clip(max=len(known) - 1)] == numbers


def constants(count: int) -> np.ndarray:
    """The same odd numbers everywhere, uint64 [count]."""
    return mixed(np.arange(1, count + 1, dtype=np.uint64) * ODD) | np.uint64(1)


def sequences(codes: np.ndarray, lengths: np.ndarray, length: int) -> Shingles:
    """Every `length` codes that follow one another in a row, as hashes.

    codes: those of all rows, one row after the other; lengths: how many each has [N], at least `length`.
    """
    whole = max(len(codes) - length + 1, 0)
    hashes = np.zeros(whole, np.uint64)
    for at, factor in enumerate(constants(length)):
        hashes += (codes[at : at + whole].astype(np.uint64) + np.uint64(1)) * factor
    inside = np.ones(whole, bool)
    ends = np.cumsum(lengths)[:-1]
    for back in range(1, length):
        inside[ends - back] = False
    counts = lengths - length + 1
    return Shingles(mixed(hashes[inside]), np.cumsum(counts) - counts)


def shingles(texts: Sequence[str]) -> Shingles:
    """Those of each text in their order, repeated ones too."""
    padded = [text if len(text) >= LENGTH else text.ljust(LENGTH, PAD) for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    return sequences(codes, np.array([len(text) for text in padded], np.int64), LENGTH)


def batches(texts: Sequence[str]) -> Iterator[tuple[int, Shingles]]:
    """The shingles of a few texts at a time, and the number of the first of these texts."""
    ends = np.cumsum([max(len(text), LENGTH) for text in texts])
    start = 0
    while start < len(texts):
        room = AT_ONCE + (ends[start - 1] if start else 0)
        stop = max(start + 1, int(np.searchsorted(ends, room, side="right")))
        yield start, shingles(texts[start:stop])
        start = stop
