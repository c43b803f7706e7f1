"""How each judge votes, as counts that add up over blocks and shards: order, length, own answers, others, itself.

A judge's label of a pair is the side that most of its votes on the pair take, or a tie. Votes are read as they were
said, whatever weight they have.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from prefdata.labels.coding import BOTH_BAD, Block
from prefdata.labels.tally import tally
from prefdata.labels.trust import spoken

OCTAVES = 20  # bins of length gaps, each twice as wide as the one before, from 1 character

Counts = dict[str, Any]


class Authors(NamedTuple):
    """Who wrote each candidate of a block [N], and which of them each judge is [J]; -1: not known."""

    wrote: np.ndarray
    judge: np.ndarray


class _Votes(NamedTuple):
    """pair, judge, side (1 low, -1 high, 0 tie), low_first as in a block; gap: characters of low less those of high;
    own: 1 where low was written by the judge's own model and high was not, -1 where high was."""

    pair: np.ndarray
    judge: np.ndarray
    side: np.ndarray
    shown: np.ndarray
    gap: np.ndarray
    own: np.ndarray


def count(votes: Block, length: np.ndarray | None = None, authors: Authors | None = None) -> Counts:
    """Counts of a block: arrays over judges, and `meetings`. length: characters of each candidate [N], NaN: unknown.

    Counts of blocks of one coding add up (`report.numbers.add`), and `named` gives them names.
    """
    votes = votes.said or votes
    pairs, judges = tally(votes), len(votes.judge_ids)
    said, kept = spoken(votes, length), np.flatnonzero(votes.outcome != BOTH_BAD)
    own = _own(votes, authors)
    its = _Votes(*(part[kept] for part in (pairs.of_vote, said.judge, said.side, said.shown, said.gap, own)))
    spot, one, at = np.unique(its.pair * max(judges, 1) + its.judge, return_index=True, return_inverse=True)
    pair, judge = np.divmod(spot, max(judges, 1))
    label = np.sign(np.bincount(at, its.side, len(spot))).astype(np.int64)
    found = {**_order(its, judges), **_length(judge, label, its.gap[one], judges), **_swap(its, at, judge, judges)}
    found |= {**_others(pair, judge, label, judges), **_self(its, authors, judges)}
    return {"judges": found, "meetings": _meetings(pair, judge, label, judges)}


def named(counts: Counts, judge_ids: list[str]) -> Counts:
    """Counts as plain data with the judges' names."""
    columns = {name: column.tolist() for name, column in counts["judges"].items()}
    judges = {name: {key: column[j] for key, column in columns.items()} for j, name in enumerate(judge_ids)}
    meetings: dict[str, list[list[int]]] = {}
    for key, number in counts["meetings"].items():
        (one, other), (mine, its) = divmod(key // 9, len(judge_ids)), divmod(key % 9, 3)
        table = meetings.setdefault(f"{judge_ids[one]}\t{judge_ids[other]}", [[0] * 3 for _ in range(3)])
        table[mine][its] += number
    return {"judges": judges, "meetings": meetings}


def _by(judge: np.ndarray, judges: int, values: np.ndarray | None = None) -> np.ndarray:
    """Sums over each judge [J]; counts without values."""
    return np.bincount(judge, values, judges)


def _order(its: _Votes, judges: int) -> Counts:
    """Votes with a side and a known order, and those for what was shown first."""
    known = (its.side != 0) & (its.shown != 0)
    wins = known & (its.side == its.shown)
    return {
        "votes": _by(its.judge, judges),
        "shown": _by(its.judge[known], judges),
        "first": _by(its.judge[wins], judges),
    }


def _length(judge: np.ndarray, label: np.ndarray, gap: np.ndarray, judges: int) -> Counts:
    """By octave of the length gap [J, OCTAVES]: labels with a side, those for the longer one, and the sum of gaps."""
    known = np.flatnonzero((label != 0) & (gap != 0))
    size = np.abs(gap[known])
    octave = np.clip(np.log2(np.maximum(size, 1)).astype(int), 0, OCTAVES - 1)
    place = judge[known] * OCTAVES + octave
    sums = {"unequal": None, "longer": (np.sign(gap) == label)[known], "gap": size}
    return {name: np.bincount(place, of, judges * OCTAVES).reshape(-1, OCTAVES) for name, of in sums.items()}


def _swap(its: _Votes, at: np.ndarray, judge: np.ndarray, judges: int) -> Counts:
    """Pairs that a judge saw in both orders; those on which it took the same side, or one side and then the other."""
    sides, seen = [], []
    for shown in (1, -1):
        here = its.shown == shown
        sides.append(np.sign(np.bincount(at[here], its.side[here], len(judge))))
        seen.append(np.bincount(at[here], minlength=len(judge)) > 0)
    both, product = seen[0] & seen[1], sides[0] * sides[1]
    masks = {"swapped": both, "same": both & (product > 0), "turned": both & (product < 0)}
    return {name: _by(judge[mask], judges) for name, mask in masks.items()}


def _others(pair: np.ndarray, judge: np.ndarray, label: np.ndarray, judges: int) -> Counts:
    """Labels of the judge (rows) against the majority of the others' (columns) [J, 9]; both tie, low, high."""
    total, company = np.bincount(pair, label)[pair], np.bincount(pair)[pair] > 1
    theirs = np.sign(total - label).astype(np.int64) % 3
    place = judge * 9 + label % 3 * 3 + theirs
    return {"against": np.bincount(place[company], minlength=judges * 9).reshape(-1, 9)}


def _own(votes: Block, authors: Authors | None) -> np.ndarray:
    if authors is None:
        return np.zeros(len(votes.outcome), np.int8)
    first, me = votes.first[votes.prompt], authors.judge[votes.judge]
    low, high = ((authors.wrote[first + side] == me) & (me >= 0) for side in (votes.low, votes.high))
    return low.astype(np.int8) - high


def _self(its: _Votes, authors: Authors | None, judges: int) -> Counts:
    """Votes on an answer of the judge's own model against another: how often it wins with the judge, how often with the
    judges of other models on the same pair, and the square of the difference; of pairs that others have judged."""
    me = np.full(len(its.judge), -1) if authors is None else authors.judge[its.judge]
    span = int(me.max(initial=-1)) + 2
    place = its.pair * span + me + 1
    at = np.unique(place, return_inverse=True)[1]
    sums = (np.bincount(of, its.side)[of] for of in (its.pair, at))
    numbers = (np.bincount(of)[of] for of in (its.pair, at))
    (all_sides, our_sides), (all_votes, our_votes) = sums, numbers
    known = np.flatnonzero((its.own != 0) & (all_votes > our_votes))
    mine = (1 + its.side * its.own)[known] / 2
    theirs = (1 + its.own * (all_sides - our_sides) / np.maximum(all_votes - our_votes, 1))[known] / 2
    judge, gap = its.judge[known], mine - theirs
    sums_of = {"own": None, "own_wins": mine, "own_wins_others": theirs, "own_square": gap**2}
    return {name: _by(judge, judges, of) for name, of in sums_of.items()}


def _meetings(pair: np.ndarray, judge: np.ndarray, label: np.ndarray, judges: int) -> dict[int, int]:
    """How often two judges gave a pair which labels; keys are read by `named`. Sorted by pair, then judge."""
    found: dict[int, int] = {}
    for apart in range(1, int(np.bincount(pair).max(initial=1))):
        meet = np.flatnonzero(pair[:-apart] == pair[apart:])
        keys = ((judge[meet] * judges + judge[meet + apart]) * 3 + label[meet] % 3) * 3 + label[meet + apart] % 3
        for key, number in zip(*(part.tolist() for part in np.unique(keys, return_counts=True)), strict=True):
            found[key] = found.get(key, 0) + number
    return found
