"""How right a run's exported labels are, by what people answered to questions that were drawn with known chances.

Pairs with high scores are asked about more often, and they are the difficult ones: the plain share of right labels is
too low. So a pair that was drawn with probability π counts 1/π times (Hájek 1971):

  accuracy = Σ y/π / Σ 1/π,   y = 1 where people prefer the chosen response, 0 where they prefer the rejected one

over the exported pairs that people could decide. The 95 % interval is Wilson's with an effective number of pairs: the
smaller of Kish's (Σ 1/π)² / Σ 1/π² and the one that the linearised variance of the ratio gives; taken as if drawn with
replacement, it is rather too wide where much of a small run was asked. It assumes that which questions were left
unanswered has nothing to do with their answers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from prefdata.labels.intervals import wilson

PAIR = ["prompt_id", "a", "b"]
DECIDED = ("a", "b")
ALL = "all"


class Accuracy(NamedTuple):
    """Of the exported labels of a stratum: how many pairs were decided, the estimate and its 95 % interval.

    accuracy is None where no pair was decided.
    """

    stratum: str
    pairs: int
    accuracy: float | None
    low: float
    high: float


def accuracy(stratum: str, right: np.ndarray, propensity: np.ndarray) -> Accuracy:
    """right [n]: 1 or 0; propensity [n] in (0, 1]."""
    if not len(right):
        return Accuracy(stratum, 0, None, 0.0, 1.0)
    weight = 1 / propensity
    found = float((weight * right).sum() / weight.sum())
    whole = _effective(right, weight, found)
    return Accuracy(stratum, len(right), found, *wilson(found * whole, whole))


def _effective(right: np.ndarray, weight: np.ndarray, found: float) -> float:
    """How many equally likely pairs would tell as much."""
    n, total = len(right), weight.sum()
    kish = total**2 / (weight**2).sum()
    variance = n / max(n - 1, 1) * ((weight * (right - found)) ** 2).sum() / total**2
    return float(min(kish, found * (1 - found) / variance) if variance > 0 else kish)


def verdicts(answers: pd.DataFrame) -> pd.DataFrame:
    """One row for each answered pair: prompt_id, a, b (a < b), verdict and propensity (NaN where none came along).

    `answers` are votes. The verdict is what most people answered: a, b, tie or both_bad, or "divided".
    """
    swapped = (answers["a"] > answers["b"]).to_numpy()
    winner = answers["winner"].where(~swapped, answers["winner"].map({"a": "b", "b": "a"}).fillna(answers["winner"]))
    a, b = answers["a"].where(~swapped, answers["b"]), answers["b"].where(~swapped, answers["a"])
    rows = answers.assign(a=a, b=b, winner=winner)
    counts = rows.groupby([*PAIR, "winner"]).size().unstack(fill_value=0)
    most = counts.eq(counts.max(axis=1), axis=0)
    verdict = most.idxmax(axis=1).where(most.sum(axis=1) == 1, "divided")
    propensity = rows.groupby(PAIR)["propensity"].first()
    return pd.DataFrame({"verdict": verdict, "propensity": propensity.astype(float)}).reset_index()


def review(answers: pd.DataFrame, pool: pd.DataFrame) -> dict[str, Any]:
    """What the answers (votes) say of the labels of the run whose pairs are `pool`, as plain data for the report."""
    asked = verdicts(answers).merge(pool, on=PAIR, how="left", indicator="found")
    known = asked[asked["found"] == "both"]
    exported = known[known["chosen_id"].notna()]
    decided = exported[exported["verdict"].isin(DECIDED)]
    right = _winner(decided) == decided["chosen_id"]
    left_out = known[known["chosen_id"].isna()]
    return {
        "answers": len(answers),
        "people": int(answers["judge"].nunique()),
        "pairs": len(known),
        "unknown": int((asked["found"] != "both").sum()),
        "confirmed": int(right.sum()),
        "reversed": int((~right).sum()),
        "undecided": len(exported) - len(decided),
        "gained": int(left_out["verdict"].isin(DECIDED).sum()),
        "left_out": int((~left_out["verdict"].isin(DECIDED)).sum()),
        "accuracy": [found._asdict() for found in _by_stratum(decided, right)],
    }


def _winner(pairs: pd.DataFrame) -> pd.Series:
    return pairs["a"].where(pairs["verdict"] == "a", pairs["b"])


def _by_stratum(decided: pd.DataFrame, right: pd.Series) -> list[Accuracy]:
    """All strata together, then each, of the pairs that say how likely they were drawn."""
    drawn = decided.assign(right=right.astype(float))[decided["propensity"].notna()]
    parts = [(ALL, drawn), *drawn.groupby("stratum")]
    return [accuracy(str(name), part["right"].to_numpy(), part["propensity"].to_numpy()) for name, part in parts]
