"""Votes on candidates whose truth is known: judges of many kinds, of whom Bradley-Terry describes only the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from prefdata.labels.coding import HIGH, LOW, TIE, Block

JUDGES = 7
SLOPES = np.array([0, 0, 0.5, 0.5, 1, 2, 3])  # how much the judges of `uneven` see; two see nothing


class Shown(NamedTuple):
    """What judges are shown: P prompts with K pairs, `votes` times.

    strength [P, n]; low, high [K]; gap: what low is truly better by, in log-odds [P, K, votes]; judge [P, K, votes].
    """

    strength: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gap: np.ndarray
    judge: np.ndarray


Judging = Callable[[Shown, np.random.Generator], np.ndarray]  # the probability of a vote for low [P, K, votes]


@dataclass(frozen=True)
class World:
    """Strengths ~ N(0, spread²), pairs' own parts ~ N(0, own²), and how they are judged.

    ties: share of ties between equals; asked: share of the pairs that is voted on.
    """

    name: str
    judging: Judging
    spread: float = 1.0
    own: float = 0.0
    ties: float = 0.0
    asked: float = 1.0


class Simulated(NamedTuple):
    """Votes, and the truth of every pair of candidates in the order of `equal_coverage.every_pair`: 1 low, -1 high."""

    votes: Block
    truth: np.ndarray


def _odds(gap: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-gap))


def bradley_terry(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    return _odds(shown.gap)


def thurstone(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    return (shown.gap + np.sqrt(2) * rng.normal(size=shown.gap.shape) > 0).astype(float)


def plackett_luce(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    """Each judge ranks all candidates, so that the votes of one never form a cycle."""
    prompts, votes = len(shown.strength), shown.gap.shape[2]
    seen = shown.strength[:, :, None] + rng.gumbel(size=(prompts, shown.strength.shape[1], votes))
    return (seen[:, shown.low] > seen[:, shown.high]).astype(float)


def first_wins(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    """Judges who lean to what is shown first by a log-odds of 1."""
    return _odds(shown.gap + rng.choice([-1.0, 1.0], shown.gap.shape))


def uneven(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    """Some judges see sharply and some nothing."""
    return _odds(shown.gap * SLOPES[shown.judge])


def misled(shown: Shown, rng: np.random.Generator) -> np.ndarray:
    """All judges like something that has no worth, length say, with a standard deviation of .7."""
    liked = 0.7 * rng.normal(size=shown.strength.shape)
    return _odds(shown.gap + (liked[:, shown.low] - liked[:, shown.high])[:, :, None])


def flipped(rate: float) -> Judging:
    """The truth, but this share of the votes is turned round."""

    def judging(shown: Shown, rng: np.random.Generator) -> np.ndarray:
        return np.where(shown.gap > 0, 1 - rate, rate)

    return judging


WORLDS = (
    World("Bradley-Terry", bradley_terry),
    World("Bradley-Terry, candidates far apart", bradley_terry, spread=2.0),
    World("Bradley-Terry, candidates close", bradley_terry, spread=0.5),
    World("Bradley-Terry, a fifth ties", bradley_terry, ties=0.2),
    World("Bradley-Terry, half of the pairs asked", bradley_terry, asked=0.5),
    World("Thurstone", thurstone),
    World("Plackett-Luce rankings", plackett_luce),
    World("judges lean to the first", first_wins),
    World("judges of uneven quality", uneven),
    World("judges all misled alike", misled),
    World("pairs with a part of their own (11 % of the variance)", bradley_terry, own=0.5),
    World("pairs with a part of their own (33 %): cyclic truth", bradley_terry, own=1.0),
    World("10 % of the votes flipped", flipped(0.1)),
    World("20 % flipped", flipped(0.2)),
    World("30 % flipped", flipped(0.3)),
    World("20 % flipped, half of the pairs asked", flipped(0.2), asked=0.5),
)


def simulate(world: World, prompts: int, candidates: int, votes: int, seed: int) -> Simulated:
    """`votes` votes on each pair that is asked."""
    rng = np.random.default_rng([seed, candidates, votes])
    strength = world.spread * rng.normal(size=(prompts, candidates))
    low, high = np.triu_indices(candidates, 1)
    gap = strength[:, low] - strength[:, high]
    gap += world.own * rng.normal(size=gap.shape)
    repeated = np.repeat(gap[:, :, None], votes, 2)
    shown = Shown(strength, low, high, repeated, rng.integers(0, JUDGES, repeated.shape))
    outcome = np.where(rng.random(repeated.shape) < world.judging(shown, rng), LOW, HIGH)
    tie = rng.random(repeated.shape) < 1.5 * world.ties * np.exp(-np.abs(repeated) / 1.5)
    asked = np.repeat(rng.random(gap.shape)[:, :, None] < world.asked, votes, 2)
    return Simulated(_block(shown, np.where(tie, TIE, outcome), asked), np.sign(gap).astype(np.int8).ravel())


def _block(shown: Shown, outcome: np.ndarray, asked: np.ndarray) -> Block:
    prompts, candidates = shown.strength.shape
    prompt, pair, _ = np.nonzero(asked)
    names = {
        f"{kind}_ids": pa.array([f"{kind}{n:06}" for n in range(count)])
        for kind, count in (("prompt", prompts), ("candidate", candidates), ("judge", JUDGES))
    }
    return Block(
        **names,
        prompt=prompt, low=shown.low[pair], high=shown.high[pair], outcome=outcome[asked].astype(np.int8),
        judge=shown.judge[asked], weight=None, confidence=None, low_first=np.full(len(prompt), -1, np.int8),
        bare=np.zeros(len(prompt), bool), begin=0, first=np.arange(prompts + 1) * candidates,
        candidate=np.tile(np.arange(candidates), prompts),
    )  # fmt: skip
