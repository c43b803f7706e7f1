"""What trust.json says of one stratum: weights, curves, and the figures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from prefdata.labels.calibration.check import HeldOut, held_out, strength_curve
from prefdata.labels.calibration.curves import Curve
from prefdata.labels.calibration.diagram import diagram
from prefdata.labels.calibration.fit import FEW, Fitted, fit, right
from prefdata.labels.calibration.gold import Heard, folds
from prefdata.labels.calibration.weights import accuracy, best_prior, losses
from prefdata.labels.calibration.weights import held_out as scores
from prefdata.labels.intervals import wilson
from prefdata.labels.trust import Read
from prefdata.labels.trust_file import Biases

GATE = 50  # gold labels from which weights are learned
SHOWN = 12  # judges in the table of errors

Facts = dict[str, Any]


def group(heard: Heard, run: Sequence[Read], biases: Biases) -> Facts | None:
    """The facts of the labels heard; None below the gate, or where all are on one prompt, for none can be held out."""
    heard = replace(heard, fold=folds(heard.prompt))
    if len(heard.label) < GATE or not heard.fold.any():
        return None
    plain, aware = (held_out(heard, run, each) for each in (None, biases))
    used = _is_better(heard, aware, plain)
    found, out = fit(heard, biases if used else None), aware if used else plain
    strength = strength_curve(out.gap, heard.label)
    return {
        "labels": len(heard.label),
        "judges": _judges(heard, found, out),
        "strength": strength and strength.facts,
        "judge_aware": {"used": used, "log_loss": _loss(heard, aware), "plain_log_loss": _loss(heard, plain)},
        "combination": _combination(heard, out),
        "strength_diagrams": _strengths(heard, out),
        "errors": _errors(heard, found),
    }


def _loss(heard: Heard, out: HeldOut) -> float:
    return float(losses(heard.label, out.score).mean())


def _is_better(heard: Heard, aware: HeldOut, plain: HeldOut) -> bool:
    """Whether held-out labels are likelier by more than one standard error (Breiman et al. 1984, section 3.4.3)."""
    gain = losses(heard.label, plain.score) - losses(heard.label, aware.score)
    return bool(gain.mean() > gain.std() / np.sqrt(len(gain)))


def _judges(heard: Heard, found: Fitted, out: HeldOut) -> Facts:
    """By name, of judges that said anything."""
    worth, known = _worth(heard, found), found.group().judges
    return {
        name: {**_judge(heard, judge, found.curves[judge], out), "weight": known[name].weight, "worth": worth[judge]}
        for judge, name in enumerate(heard.judges)
        if name in known
    }


def _judge(heard: Heard, judge: int, curve: Curve | None, out: HeldOut) -> Facts:
    """Votes on one pair are no independent evidence, so the interval counts pairs."""
    its = (heard.said.judge == judge) & (heard.said.side != 0)
    pairs, share = len(np.unique(heard.pair[its])), _share(heard, its)
    low, high = wilson(share * pairs, pairs)
    return {
        "votes": int((heard.said.judge == judge).sum()),
        "pairs": pairs,
        "accuracy": share if pairs else None,
        "accuracy_low": low,
        "accuracy_high": high,
        "curve": curve and curve.facts,
        "diagram": diagram(out.vote[its], right(heard)[its])._asdict(),
    }


def _share(heard: Heard, its: np.ndarray) -> float:
    """The share of some votes that take gold's side, every pair counting alike."""
    pair, place = np.unique(heard.pair[its], return_inverse=True)
    hits = np.bincount(place, right(heard)[its]) / np.bincount(place)
    return float(hits.mean()) if len(pair) else 0.5


def _worth(heard: Heard, found: Fitted) -> dict[int, float | None]:
    """How much held-out accuracy is lost without each judge; None for those who share a weight."""
    x, column = found.signed(heard)
    y = heard.label.astype(np.float64)
    prior = best_prior(x, y, heard.fold)
    whole = accuracy(y, scores(x, y, heard.fold, prior))
    shared = np.bincount(column[column >= 0], minlength=x.shape[1]) > 1

    def lost(at: int) -> float | None:
        if at < 0 or shared[at] or x.shape[1] < 2:
            return None
        return whole - accuracy(y, scores(np.delete(x, at, axis=1), y, heard.fold, prior))

    return {judge: lost(at) for judge, at in enumerate(column.tolist())}


def _combination(heard: Heard, out: HeldOut) -> Facts:
    """How right the learned weights are on held-out labels; and equal weights, and the best judge in hindsight."""
    y, number = heard.label, len(heard.label)
    share = accuracy(y, out.score)
    low, high = wilson(share * number, number)
    told = out.score != 0
    sure = 1 / (1 + np.exp(-np.abs(out.score[told])))
    best, name = max((accuracy(y, heard.score(heard.said.own * (heard.said.judge == k))), name)
                     for k, name in enumerate(heard.judges))  # fmt: skip
    return {
        "accuracy": share,
        "accuracy_low": low,
        "accuracy_high": high,
        "majority_accuracy": accuracy(y, heard.score(heard.said.own)),
        "best_judge": name,
        "best_judge_accuracy": best,
        "diagram": diagram(sure, (np.sign(out.score) == y)[told])._asdict(),
    }


def _strengths(heard: Heard, out: HeldOut) -> Facts:
    """Diagrams of the Bradley-Terry probability as it is, and by a curve of the other folds' labels."""
    told = out.gap != 0
    size, agrees, fold = np.abs(out.gap[told]), (np.sign(out.gap) == heard.label)[told], heard.fold[told]
    mended = np.full(len(size), 0.5)
    for each in np.unique(fold).tolist():
        curve = strength_curve(out.gap[told][fold != each], heard.label[told][fold != each])
        if curve is not None:
            mended[fold == each] = np.maximum(curve(size[fold == each]), 0.5)
    raw = 1 / (1 + np.exp(-size))
    return {"raw": diagram(raw, agrees)._asdict(), "calibrated": diagram(mended, agrees)._asdict()}


def _errors(heard: Heard, found: Fitted) -> Facts:
    """Correlation (φ) of the errors of every two judges on pairs where both take a side; None where it has no sense."""
    x, column = found.signed(heard)
    own = [(judge, at) for judge, at in enumerate(column.tolist()) if at >= 0 and (column == at).sum() == 1]
    x = np.where(x == 0, np.nan, x)
    most = sorted(own, key=lambda each: (-int((~np.isnan(x[:, each[1]])).sum()), heard.judges[each[0]]))[:SHOWN]
    wrong = np.where(np.isnan(x), np.nan, np.sign(x) != heard.label[:, None])
    table = [[_correlation(wrong[:, one], wrong[:, other]) for _, other in most] for _, one in most]
    return {"judges": [heard.judges[judge] for judge, _ in most], "correlation": table, "few": FEW}


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < 2 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return None
    return float(np.corrcoef(one[both], other[both])[0, 1])
