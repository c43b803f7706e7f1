"""Votes weighed by what their judges are worth.

Provenance keeps what was said: `said` of a weighed block are the votes as they came.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from prefdata.labels.calibration.curves import Curve, log_odds
from prefdata.labels.coding import HIGH, LOW, Block
from prefdata.labels.tally import Pairs
from prefdata.labels.trust_file import Bias, Group, Judge, Trust

TURNED = {LOW: HIGH, HIGH: LOW}
SURE = 1e-15  # no probability is nearer to 0 or 1 than what a float can tell from 1


class Read(NamedTuple):
    """A block of votes with the stratum of each prompt [P] and the characters of each candidate [N], if known."""

    votes: Block
    strata: Sequence[str | None]
    length: np.ndarray | None = None


def stratum_of(tags: Sequence[str], by: str | None) -> list[str | None]:
    """The stratum of prompts with these tags (JSON objects); None without the tag."""
    known: dict[str, str | None] = {}
    for text in tags:
        if text not in known:
            known[text] = json.loads(text or "{}").get(by)
    return [known[text] for text in tags]


@dataclass(frozen=True)
class Spoken:
    """V votes as what was said: judge: int [V]; side: 1 for low, -1 for high, 0 for a tie.

    own: their own weights; confidence: 1 where none is given; shown: 1 with low first, -1 with high first, 0 unknown;
    gap: length of low less that of high in characters, 0 where unknown.
    """

    judge: np.ndarray
    side: np.ndarray
    own: np.ndarray
    confidence: np.ndarray
    shown: np.ndarray
    gap: np.ndarray

    def of(self, which: np.ndarray) -> Spoken:
        """Some of the votes."""
        return Spoken(*(getattr(self, column.name)[which] for column in fields(self)))


def spoken(votes: Block, length: np.ndarray | None = None) -> Spoken:
    """What the votes of a block say. length: characters of each candidate [N], NaN where unknown."""
    ones = np.ones(len(votes.outcome))
    first, gap = votes.first[votes.prompt], np.zeros(len(votes.outcome))
    if length is not None:
        gap = np.nan_to_num(length[first + votes.low] - length[first + votes.high])
    own = ones if votes.weight is None else votes.weight
    confidence = ones if votes.confidence is None else votes.confidence
    side = (votes.outcome == LOW).astype(np.int8) - (votes.outcome == HIGH)
    shown = np.where(votes.low_first < 0, 0, 2 * votes.low_first - 1)
    return Spoken(votes.judge, side, own, confidence, shown, gap)


def evidence(said: Spoken, curves: Sequence[Curve | None], biases: Sequence[Bias], spread: float) -> np.ndarray:
    """How much each vote says [V], before what its judge is worth; curves, biases: by judge.

    own weight · |2 P(right | confidence) − 1| · γ · 2(1 − σ(what the judge's bias says for this side)). The last is the
    slope of the judge-aware likelihood at equal strengths: 1 without bias, less for a vote that bias explains.
    """
    found = said.own.copy()
    for judge, curve in enumerate(curves):
        if curve is not None:
            its = (said.judge == judge) & (said.side != 0)
            found[its] *= np.abs(2 * curve(log_odds(said.confidence[its])) - 1)
    if any(bias != Bias() for bias in biases):
        keen, shown, length = np.array(biases).T[:, said.judge]
        pull = said.side * (shown * said.shown + length * np.tanh(said.gap / spread))
        found *= keen * 2 / (1 + np.exp(pull))
    return found


def apply(votes: Block, trust: Trust, strata: Sequence[str | None], length: np.ndarray | None = None) -> Block:
    """The votes by what their judges are worth; `said` of the result are the votes as they came.

    strata: of each prompt [P]; length: characters of each candidate [N], wanted where biases are known.
    A vote's weight becomes its evidence times what its judge is worth; below 0 the vote is turned over. How sure a vote
    is lies in its weight then, and its confidence is 1, so that label and strength are of one mind. A judge that the
    group does not know counts as the average one does: its votes stay as they are.
    """
    said, names = spoken(votes, length), votes.judge_ids.to_pylist()
    weight, confidence = said.own.copy(), said.confidence.copy()
    for group, served in trust.groups(strata):
        known = np.array([name in group.judges for name in names], bool)
        at = np.flatnonzero(served[votes.prompt] & known[votes.judge])
        weight[at] = _weighed(said.of(at), names, group)
        curved = np.array([group.judges.get(name, Judge(1.0)).curve is not None for name in names], bool)
        confidence[at[curved[votes.judge[at]]]] = 1.0
    turned = np.array([TURNED.get(side, side) for side in range(4)], votes.outcome.dtype)
    outcome = np.where(weight < 0, turned[votes.outcome], votes.outcome)
    sure = None if votes.confidence is None else confidence
    return replace(votes, outcome=outcome, weight=np.abs(weight), confidence=sure, said=votes)


def _weighed(said: Spoken, names: Sequence[str], group: Group) -> np.ndarray:
    """The signed weight of each vote [V]."""
    judges = [group.judges.get(name, Judge(1.0)) for name in names]
    biases = [group.biases.judges.get(name, Bias()) if group.biases else Bias() for name in names]
    spread = group.biases.spread if group.biases else 1.0
    worth = np.array([judge.weight for judge in judges])
    found: np.ndarray = worth[said.judge] * evidence(said, [judge.curve for judge in judges], biases, spread)
    return found


def recalibrated(
    probability: np.ndarray, trust: Trust, votes: Block, pairs: Pairs, strata: Sequence[str | None]
) -> np.ndarray:
    """P(gold prefers low) [M] from P(low preferred) [M] by the weighed votes; strata: of each prompt [P].

    NaN stays, ½ stays, and so do sides. So do pairs of which no judge was measured, such as those that people settled:
    the curve says nothing of them.
    """
    found, names = probability.copy(), votes.judge_ids.to_pylist()
    for group, served in trust.groups(strata):
        if group.strength is not None:
            measured = np.array([name in group.judges for name in names], bool)[votes.judge]
            heard = np.bincount(pairs.of_vote[measured], minlength=len(found)) > 0
            at = np.flatnonzero(served[pairs.prompt] & heard & ~np.isnan(probability) & (probability != 0.5))
            sure = np.clip(probability[at], SURE, 1 - SURE)  # many votes round to 0 and 1
            odds = np.log(sure / (1 - sure))
            winner = np.maximum(group.strength(np.abs(odds)), 0.5)
            found[at] = np.where(odds > 0, winner, 1 - winner)
    return found
