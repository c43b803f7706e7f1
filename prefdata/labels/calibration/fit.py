"""What judges are worth in one stratum, learned from its gold labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prefdata.labels.calibration.curves import Curve, fitted, log_odds
from prefdata.labels.calibration.gold import Heard
from prefdata.labels.calibration.weights import combined
from prefdata.labels.trust import evidence
from prefdata.labels.trust_file import Bias, Biases, Group, Judge

FEW = 20  # judges with fewer labelled pairs share one weight, if they have as many together


@dataclass(frozen=True)
class Fitted:
    """odds: log-odds of low that a unit of each judge's evidence adds [K], NaN for judges that were not measured.

    curves: of confidences [K]; scale: from odds to weights, with which the average vote counts 1.
    """

    judges: tuple[str, ...]
    odds: np.ndarray
    curves: tuple[Curve | None, ...]
    biases: Biases | None
    scale: float

    def evidence(self, heard: Heard) -> np.ndarray:
        """The evidence of each vote [V]."""
        biases = [self.biases.judges.get(name, Bias()) if self.biases else Bias() for name in self.judges]
        return evidence(heard.said, self.curves, biases, self.biases.spread if self.biases else 1.0)

    def score(self, heard: Heard) -> np.ndarray:
        """Log-odds of low for each pair [M]."""
        odds = self.odds[heard.said.judge]
        return heard.score(np.where(np.isnan(odds), heard.said.own / self.scale, self.evidence(heard) * odds))

    def signed(self, heard: Heard) -> tuple[np.ndarray, np.ndarray]:
        """The signed votes [M, columns]; and the column of each judge [K], -1 for those who are not measured."""
        vote = self.evidence(heard)
        column, per_pair = _columns(heard, vote)
        return _signed(heard, vote, column, per_pair), column

    def group(self, strength: Curve | None = None) -> Group:
        """As it is applied to votes; judges that were not measured are not known."""
        weights = (self.odds * self.scale).tolist()
        known = np.flatnonzero(~np.isnan(self.odds)).tolist()
        judges = {self.judges[k]: Judge(weights[k], self.curves[k]) for k in known}
        return Group(judges, strength, self.biases)


def fit(heard: Heard, biases: Biases | None = None) -> Fitted:
    """Curves first, then the weights of what they make of the votes.

    A judge's evidence on a pair is measured by what it says on the average pair, so that the prior means the same for
    judges that vote once and judges that vote in both orders.
    """
    curves = tuple(_curve(heard, judge) for judge in range(len(heard.judges)))
    draft = Fitted(heard.judges, np.full(len(heard.judges), np.nan), curves, biases, 1.0)
    vote = draft.evidence(heard)
    column, per_pair = _columns(heard, vote)
    x = _signed(heard, vote, column, per_pair)
    weights = combined(x, heard.label.astype(np.float64), heard.fold)
    if not weights.any():
        weights = np.ones(len(weights))
    odds = np.append(weights / per_pair, np.nan)[column]
    each = odds[heard.said.judge]
    total, own = float(np.nansum(vote * np.abs(each))), float(heard.said.own[~np.isnan(each)].sum())
    return Fitted(heard.judges, odds, curves, biases, own / total if total else 1.0)


def _curve(heard: Heard, judge: int) -> Curve | None:
    """P(right) by the judge's confidence; None where it never gives one."""
    its = (heard.said.judge == judge) & (heard.said.side != 0)
    if not its.any() or (heard.said.confidence[its] == 1).all():
        return None
    return fitted(log_odds(heard.said.confidence[its]), right(heard)[its])


def right(heard: Heard) -> np.ndarray:
    """Whether each vote takes gold's side (bool [V])."""
    return heard.said.side == heard.label[heard.pair]


def _columns(heard: Heard, vote: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The column of each judge [K], and the evidence of a column on the average pair.

    -1 for judges who say nothing, and for those with few pairs where they have few together too: of a label or two
    nothing can be learned.
    """
    count = len(heard.judges)
    owner = np.unique(heard.pair * count + heard.said.judge) % max(count, 1)
    pairs, total = np.bincount(owner, minlength=count), np.bincount(heard.said.judge, vote, count)
    spoke, own = total > 0, pairs >= FEW
    if pairs[spoke & ~own].sum() < FEW:
        spoke &= own
    column = np.where(own & spoke, np.cumsum(own & spoke) - 1, np.where(spoke, (own & spoke).sum(), -1))
    number = int(column.max(initial=-1)) + 1
    of_pairs, of_votes = (np.bincount(column[spoke], values[spoke], number) for values in (pairs, total))
    return column, of_votes / np.maximum(of_pairs, 1)


def _signed(heard: Heard, vote: np.ndarray, column: np.ndarray, per_pair: np.ndarray) -> np.ndarray:
    """The signed votes [M, columns]: ±1 for what a judge says on the average pair, NaN where it is silent."""
    at = column[heard.said.judge]
    its = at >= 0
    values = (vote * heard.said.side)[its] / per_pair[at[its]]
    place = heard.pair[its] * len(per_pair) + at[its]
    size = len(heard.label) * len(per_pair)
    spoke = np.bincount(place, minlength=size) > 0
    return np.where(spoke, np.bincount(place, values, size), np.nan).reshape(len(heard.label), len(per_pair))
