"""Which labels are right more often when equally many are given? Every pair of candidates counts, voted on or not.

A method is an array of signed scores of the pairs: the sign is the label, |score| the order in which labels are given,
0 says nothing (a coin decides). Pairs of equal |score| at the boundary count by expectation, so that luck has no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from prefdata.labels import bradley_terry, ranking
from prefdata.labels.coding import Block
from prefdata.labels.comparisons import Comparisons, certainties, compare
from prefdata.labels.handling import KEEP, Handling, handle
from prefdata.labels.repair import NONE
from prefdata.labels.tally import Pairs
from prefdata.selection.settings import Selection

BOOTSTRAPS = 400
FLOOR = Selection().min_probability


@dataclass(frozen=True)
class Labels:
    """What every method says of the A pairs of candidates; int or float arrays [A].

    prompt: of the pair; majority: label of the majority graph; acyclic: the same outside of cycles; margin: net wins
    of decided pairs; bradley_terry: θ_low − θ_high; ours: `ranking.certainties`; repaired: majority labels that are
    exported by default; strength: those exported where a cycle is labelled by strength; voted: bool.
    """

    prompt: np.ndarray
    majority: np.ndarray
    acyclic: np.ndarray
    margin: np.ndarray
    bradley_terry: np.ndarray
    ours: np.ndarray
    repaired: np.ndarray
    strength: np.ndarray
    voted: np.ndarray


class Outcome(NamedTuple):
    """Accuracy of labels and of as many of ours, with the 95 % interval of the difference."""

    coverage: float
    theirs: float
    ours: float
    difference: float
    lower: float
    upper: float


def labels(votes: Block) -> Labels:
    """Label all pairs of candidates of all prompts."""
    found, sizes = compare(votes), votes.sizes
    pairs, (prompt, low, high) = found.pairs, every_pair(sizes)
    soft_low, soft_high = (on_every_pair(pairs, sizes, side) for side in (pairs.soft_low, pairs.soft_high))
    theta = bradley_terry.strengths(pairs.prompt, pairs.low, pairs.high, pairs.soft_low, pairs.soft_high, sizes)
    gap = theta[votes.first[prompt] + low] - theta[votes.first[prompt] + high]
    label = on_every_pair(pairs, sizes, found.label)
    return Labels(
        prompt,
        majority=label,
        acyclic=np.where(on_every_pair(pairs, sizes, found.verdict) == NONE, label, 0),
        margin=np.where(label == 0, 0, on_every_pair(pairs, sizes, found.net)),
        bradley_terry=gap.round(9),
        ours=ranking.certainties(prompt, low, high, soft_low, soft_high, sizes).round(9),
        repaired=on_every_pair(pairs, sizes, _exported(found, theta, "repair")),
        strength=on_every_pair(pairs, sizes, _exported(found, theta, "strength")),
        voted=on_every_pair(pairs, sizes, pairs.votes) > 0,
    )


def _exported(found: Comparisons, theta: np.ndarray, cycles: str) -> np.ndarray:
    """The labels that stay and are probable enough, else 0, of the tallied pairs [M]."""
    handled = handle(found, theta, Handling(cycles=cycles))
    probable = bradley_terry.probability(handled.label * certainties(found)) >= FLOOR
    return np.where((handled.reason == KEEP) & probable, handled.label, 0)


def every_pair(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(prompt, low, high) of all pairs of the candidates of each prompt, prompt by prompt."""
    corners = {size: np.triu_indices(size, 1) for size in np.unique(sizes).tolist()}
    lows, highs = ([corners[size][side] for size in sizes.tolist()] for side in (0, 1))
    return np.repeat(np.arange(len(sizes)), _count(sizes)), np.concatenate(lows), np.concatenate(highs)


def on_every_pair(pairs: Pairs, sizes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values of the tallied pairs in the order of `every_pair`, 0 for pairs without votes."""
    ends = np.cumsum(_count(sizes))
    size, low = sizes[pairs.prompt].astype(np.int64), pairs.low.astype(np.int64)
    begin = (ends - _count(sizes))[pairs.prompt]
    spread = np.zeros(ends[-1], values.dtype)
    spread[begin + low * size - low * (low + 3) // 2 - 1 + pairs.high] = values
    return spread


def _count(sizes: np.ndarray) -> np.ndarray:
    return sizes.astype(np.int64) * (sizes.astype(np.int64) - 1) // 2


class Ranked:
    """A method's scores on a population of pairs, in order once for all bootstraps."""

    def __init__(self, score: np.ndarray, truth: np.ndarray, group: np.ndarray) -> None:
        self.order = np.argsort(-np.abs(score), kind="stable")
        self.right = np.where(score == 0, 0.5, np.sign(score) == truth)[self.order]
        self.group = group[self.order]
        strong = np.abs(score)[self.order]
        self.ends = np.flatnonzero(np.append(strong[1:] != strong[:-1], True))

    def accuracy(self, given: float, weight: np.ndarray) -> float:
        """Expected share of right ones among the strongest `given`, with a weight for each group."""
        own = weight[self.group]
        counted, right = (np.append(0, np.cumsum(part)[self.ends]) for part in (own, own * self.right))
        return float(np.interp(given, counted, right)) / given


def expected(label: np.ndarray, score: np.ndarray, truth: np.ndarray) -> float:
    """Accuracy of the strongest scores, as many as there are labels; NaN if there are none."""
    given = float(np.count_nonzero(label))
    return Ranked(score, truth, np.zeros(len(score), int)).accuracy(given, np.ones(1)) if given else float("nan")


def contest(label: np.ndarray, score: np.ndarray, truth: np.ndarray, group: np.ndarray, seed: int) -> Outcome:
    """Labels (0: none) against the strongest of our scores at their coverage; arrays over a population of pairs.

    group: what the bootstrap draws, counted from 0. Where no label is given there is nothing to tell (NaN).
    """
    ours, rng = Ranked(score, truth, group), np.random.default_rng(seed)
    groups = int(group.max(initial=-1)) + 1
    given, right = (np.bincount(group, part, groups) for part in (label != 0, (label == truth) & (label != 0)))
    if not given.any():
        return Outcome(0.0, *[float("nan")] * 5)

    def gain(weight: np.ndarray) -> float:
        covered = float(weight @ given)
        return ours.accuracy(covered, weight) - float(weight @ right) / covered

    draws = (np.bincount(rng.integers(0, groups, groups), minlength=groups) for _ in range(BOOTSTRAPS))
    lower, upper = np.quantile([gain(weight) for weight in draws if weight @ given], [0.025, 0.975])
    theirs, difference = float(right.sum() / given.sum()), gain(np.ones(groups))
    coverage = float(given.sum()) / len(label)
    return Outcome(coverage, theirs, theirs + difference, difference, float(lower), float(upper))
