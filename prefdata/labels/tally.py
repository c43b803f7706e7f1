"""Counting votes per pair: who won how often, and what that decides.

Definitions. A pair is *decided* when it has a vote that is not a tie, *conflicting* when both sides
have one, *unresolved* when it is decided and the wins (by weight) are equal. The majority graph
has an edge for every decided, resolved pair, with the net wins as its weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prefdata.labels.coding import BOTH_BAD, HIGH, LOW, TIE, Block
from prefdata.labels.cycles import Edges

EQUAL = 1e-9  # sums of weights that differ by less than this share are equal


@dataclass(frozen=True)
class Pairs:
    """M pairs that somebody looked at, sorted by prompt, low, high; all arrays [M].

    wins_*, ties, both_bad, bare count votes; weight_* sum their weights; soft_* sum weight times
    the judge's confidence that the side is better, a tie giving half to each. of_vote [V] is the
    position of each vote's pair.
    """

    prompt: np.ndarray
    low: np.ndarray
    high: np.ndarray
    wins_low: np.ndarray
    wins_high: np.ndarray
    ties: np.ndarray
    both_bad: np.ndarray
    bare: np.ndarray
    weight_low: np.ndarray
    weight_high: np.ndarray
    weight_tie: np.ndarray
    soft_low: np.ndarray
    soft_high: np.ndarray
    of_vote: np.ndarray

    @property
    def votes(self) -> np.ndarray:
        return self.wins_low + self.wins_high + self.ties

    @property
    def decided(self) -> np.ndarray:
        return (self.wins_low > 0) | (self.wins_high > 0)

    @property
    def conflicting(self) -> np.ndarray:
        return (self.wins_low > 0) & (self.wins_high > 0)

    @property
    def net(self) -> np.ndarray:
        """weight_low - weight_high; exactly 0 where they are equal."""
        net = self.weight_low - self.weight_high
        return np.where(np.abs(net) <= EQUAL * (self.weight_low + self.weight_high), 0.0, net)

    @property
    def tied(self) -> np.ndarray:
        """Ties weigh more than the winning side (and there is a vote): the pair's majority is a tie."""
        most = np.maximum(self.weight_low, self.weight_high)
        return (self.weight_tie > most * (1 + EQUAL)) | ((self.ties > 0) & ~self.decided)


def tally(votes: Block) -> Pairs:
    """Count the votes of every pair."""
    known, cell = _cells(votes)
    prompt, low, high = _corners(known, votes)
    counts = np.bincount(cell * 4 + votes.outcome, minlength=4 * len(known)).reshape(-1, 4).astype(np.int32)
    weights = _weights(cell, votes, counts)
    soft = _soft(cell, votes, weights)
    bare = np.bincount(cell[votes.bare], minlength=len(known)).astype(np.int32)
    return Pairs(
        prompt, low, high, counts[:, LOW], counts[:, HIGH], counts[:, TIE], counts[:, BOTH_BAD], bare,
        weights[:, LOW], weights[:, HIGH], weights[:, TIE], *soft, cell,
    )  # fmt: skip


def edges(pairs: Pairs, side: np.ndarray) -> Edges:
    """A graph with an edge for every pair whose `side` [M] is not 0, from low where it is positive, in their order."""
    at = np.flatnonzero(side)
    low, high, low_wins = pairs.low[at], pairs.high[at], side[at] > 0
    return Edges(pairs.prompt[at], np.where(low_wins, low, high), np.where(low_wins, high, low))


def _offsets(votes: Block) -> np.ndarray:
    """Where each prompt's pairs begin if all n(n-1)/2 of them are laid out in a row [P+1]."""
    sizes = votes.sizes.astype(np.int64)
    return np.concatenate([[0], np.cumsum(sizes * (sizes - 1) // 2)])


def _cells(votes: Block) -> tuple[np.ndarray, np.ndarray]:
    """The places in that row that hold a vote, and each vote's position among them [V]."""
    offsets = _offsets(votes)
    low = votes.low.astype(np.int64)
    # Row `low` of a triangle with n candidates begins at low·n - low(low+3)/2 - 1 if `high` is added.
    cell = offsets[votes.prompt] + low * votes.sizes[votes.prompt] - low * (low + 3) // 2 - 1 + votes.high
    if offsets[-1] > 8 * len(cell) + 1_000_000:
        return np.unique(cell, return_inverse=True)
    used = np.zeros(offsets[-1], bool)
    used[cell] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1)[cell]


def _corners(cell: np.ndarray, votes: Block) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells back to (prompt, low, high), by a table of the triangle of each size that occurs."""
    offsets, sizes = _offsets(votes), votes.sizes
    prompt = (np.searchsorted(offsets, cell, side="right") - 1).astype(np.int32)
    begin = np.zeros(int(sizes.max(initial=0)) + 1, np.int64)
    lows, highs = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for size in np.unique(sizes).tolist():
        begin[size] = sum(len(row) for row in lows)
        low, high = np.triu_indices(size, 1)
        lows.append(low)
        highs.append(high)
    at = begin[sizes[prompt]] + cell - offsets[prompt]
    return prompt, np.concatenate(lows).astype(np.int32)[at], np.concatenate(highs).astype(np.int32)[at]


def _weights(cell: np.ndarray, votes: Block, counts: np.ndarray) -> np.ndarray:
    """Sum of weights by pair and outcome [M, 4]; the counts where votes have no weights."""
    if votes.weight is None:
        return counts.astype(np.float64)
    return np.bincount(cell * 4 + votes.outcome, votes.weight, 4 * len(counts)).reshape(-1, 4)


def _soft(cell: np.ndarray, votes: Block, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Soft wins of low and high: confidence c gives c to the winner and 1-c to the loser."""
    half = weights[:, TIE] / 2
    low, high = weights[:, LOW] + half, weights[:, HIGH] + half
    if votes.confidence is None:
        return low, high
    weight = np.ones(len(cell)) if votes.weight is None else votes.weight
    doubt = weight * (1 - votes.confidence)
    moved = [np.bincount(cell, np.where(votes.outcome == side, doubt, 0.0), len(low)) for side in (LOW, HIGH)]
    return low - moved[0] + moved[1], high - moved[1] + moved[0]
