"""The votes that a judge-aware fit reads: all blocks in one, with what may have swayed each vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from prefdata.labels.coding import BOTH_BAD, Block
from prefdata.labels.trust import Read, spoken


class Bucket(NamedTuple):
    """m prompts with n candidates each. place: their candidates [m, n]; vote: the votes on them; row, i, j: where each
    vote's prompt and sides stand in `place`."""

    place: np.ndarray
    vote: np.ndarray
    row: np.ndarray
    i: np.ndarray
    j: np.ndarray


@dataclass(frozen=True)
class Ballots:
    """V votes of K judges on N candidates of P prompts.

    low, high: candidates [V]; judge: [V]; half: the share of the vote that low has, 1, ½ or 0 [V]; own: weights [V];
    pull: position and tanh of the length gap, seen from low [V, 2]; first: where each prompt's candidates begin [P+1].
    """

    judges: int
    low: np.ndarray
    high: np.ndarray
    judge: np.ndarray
    half: np.ndarray
    own: np.ndarray
    pull: np.ndarray
    first: np.ndarray

    @cached_property
    def buckets(self) -> list[Bucket]:
        """Prompts by number of candidates."""
        sizes = np.diff(self.first)
        owner = np.searchsorted(self.first, self.low, side="right") - 1
        return [self._bucket(np.flatnonzero(sizes == size), size, owner) for size in np.unique(sizes).tolist()]

    def _bucket(self, prompts: np.ndarray, size: int, owner: np.ndarray) -> Bucket:
        rows = np.full(len(self.first), -1)
        rows[prompts] = np.arange(len(prompts))
        vote = np.flatnonzero(rows[owner] >= 0)
        begin = self.first[owner[vote]]
        place = self.first[prompts, None] + np.arange(size)
        return Bucket(place, vote, rows[owner[vote]], self.low[vote] - begin, self.high[vote] - begin)


def ballots_of(blocks: Sequence[Read], spread: float) -> Ballots:
    """Blocks of one coding, one after the other; spread: of length gaps, in characters."""
    parts = [_ballots(read.votes, read.length, spread) for read in blocks]
    begins = np.cumsum([0, *(part.first[-1] for part in parts)])
    firsts = [part.first[:-1] + begin for part, begin in zip(parts, begins, strict=False)]
    low, high = (
        np.concatenate([getattr(part, side) + begin for part, begin in zip(parts, begins, strict=False)])
        for side in ("low", "high")
    )
    judge, half, own, pull = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("judge", "half", "own", "pull")
    )
    return Ballots(parts[0].judges, low, high, judge, half, own, pull, np.concatenate([*firsts, begins[-1:]]))


def _ballots(votes: Block, length: np.ndarray | None, spread: float) -> Ballots:
    kept = np.flatnonzero(votes.outcome != BOTH_BAD)
    said, first = spoken(votes, length).of(kept), votes.first[votes.prompt[kept]]
    pull = np.column_stack([said.shown, np.tanh(said.gap / spread)])
    low, high = first + votes.low[kept], first + votes.high[kept]
    return Ballots(len(votes.judge_ids), low, high, said.judge, (1 + said.side) / 2, said.own, pull, votes.first)


def spread_of(blocks: Sequence[Read]) -> float:
    """Standard deviation of the length gap between the two sides of a vote, in characters; 1 where none is known."""
    gaps = np.concatenate([spoken(read.votes, read.length).gap for read in blocks])
    known = gaps[gaps != 0]
    return float(np.sqrt((known**2).mean())) if len(known) else 1.0
