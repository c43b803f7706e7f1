"""How well what was learned from gold does on labels held out: no label is judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prefdata.labels.calibration.curves import MANY, Curve, isotonic, log_odds, through_the_middle
from prefdata.labels.calibration.fit import Fitted, fit, right
from prefdata.labels.calibration.gold import Heard
from prefdata.labels.ranking import certainties
from prefdata.labels.tally import tally
from prefdata.labels.trust import Read, apply
from prefdata.labels.trust_file import Biases, Group, Trust


@dataclass(frozen=True)
class HeldOut:
    """By what was learned without the label's fold. score: log-odds of low [M]; vote: P(right) of each vote [V];
    gap: log-odds of low from the weighed votes of its prompt [M] (`labels.ranking`)."""

    score: np.ndarray
    vote: np.ndarray
    gap: np.ndarray


def held_out(heard: Heard, run: Sequence[Read], biases: Biases | None = None) -> HeldOut:
    """Every label judged by what the other folds teach."""
    score, gap = np.zeros(len(heard.label)), np.zeros(len(heard.label))
    vote = np.full(len(heard.pair), 0.5)
    for fold in np.unique(heard.fold).tolist():
        out = heard.fold == fold
        rest = heard.of(~out)
        found = fit(rest, biases)
        score[out] = found.score(heard.of(out))
        gap[out] = gaps(found.group(), run)[heard.place[out]]
        vote[out[heard.pair]] = _says(found, rest, heard.of(out))
    return HeldOut(score, vote, gap)


def gaps(group: Group, run: Sequence[Read]) -> np.ndarray:
    """Log-odds of low of every pair of all blocks (`labels.ranking`)."""
    return np.concatenate([_gaps(group, read) for read in run])


def _gaps(group: Group, read: Read) -> np.ndarray:
    weighed = apply(read.votes, Trust(pooled=group), [None] * len(read.strata), read.length)
    pairs = tally(weighed)
    wins = (pairs.soft_low, pairs.soft_high)
    return certainties(pairs.prompt, pairs.low, pairs.high, *wins, read.votes.sizes)


def _says(found: Fitted, rest: Heard, out: Heard) -> np.ndarray:
    """P(right) of each held-out vote: the judge's curve, or its accuracy with one right and one wrong added."""
    count = len(rest.judges)
    sided = rest.said.side != 0
    hits = np.bincount(rest.said.judge[sided], right(rest)[sided], count)
    share = ((hits + 1) / (np.bincount(rest.said.judge[sided], minlength=count) + 2))[out.said.judge]
    for judge, curve in enumerate(found.curves):
        if curve is not None:
            its = out.said.judge == judge
            share[its] = curve(log_odds(out.said.confidence[its]))
    return share


def strength_curve(gap: np.ndarray, label: np.ndarray) -> Curve | None:
    """P(gold agrees) by the size of the gap [M]; None where no pair has one."""
    told = gap != 0
    size, agrees = np.abs(gap[told]), np.sign(gap[told]) == label[told]
    if not len(size):
        return None
    return isotonic(size, agrees) if len(size) >= MANY else through_the_middle(size, agrees)
