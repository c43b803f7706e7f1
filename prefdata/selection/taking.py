"""Pairing rules: which of a prompt's labelled pairs are taken.

Each rule looks at the pairs of one prompt in one view that nothing stands against so far; every one of them has votes
of its own, so that no rule puts together two candidates that nobody compared. θ is the Bradley-Terry strength among the
prompt's candidates. The *best* candidate is that of the largest θ among those that won such a pair.

  all              every pair
  best_rest        every pair that the best won
  best_worst       of these the one whose loser has the least θ
  best_random      of these one by lot; the prompt's id is the lot
  two_sigma        of these the one whose loser is nearest to μ - 2σ of the θ of all the prompt's candidates (arXiv
                   2502.16825); with fewer than 30 candidates the worst is that point
  hard_negative    of these the one whose loser the policy finds likeliest, by log-probability a token
  margin_quantile  of all pairs the one whose gap in θ has the rank q (k - 1) of k, to the nearest; 0 is the least gap

What is equal in that is told apart by strength and then by the candidates' ids; what is not known comes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from prefdata.keys import fraction
from prefdata.selection.settings import Selection

ENOUGH = 30  # candidates, from which on μ - 2σ is another one than the worst


def taken(pairs: pd.DataFrame, compared: pd.DataFrame, rules: Selection) -> np.ndarray:
    """True for the pairs that the rule takes. compared: everything that was compared, won by whichever side."""
    if rules.pairing == "all":
        return np.ones(len(pairs), bool)
    if rules.pairing == "margin_quantile":
        return _marked(pairs, _at_quantile(pairs, rules.margin_quantile))
    of_best = pairs[_won_by_best(pairs)]
    if rules.pairing == "best_rest":
        return _marked(pairs, of_best)
    rule: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame] = RULES[rules.pairing]
    return _marked(pairs, rule(of_best, compared))


def _marked(pairs: pd.DataFrame, found: pd.DataFrame) -> np.ndarray:
    return pairs.index.isin(found.index)


def _won_by_best(pairs: pd.DataFrame) -> np.ndarray:
    """True for the pairs whose chosen is the prompt's best."""
    best = _first(pairs, "theta_chosen", ascending=False).set_index("group")["chosen_id"]
    return (pairs["chosen_id"] == pairs["group"].map(best)).to_numpy(bool)


def _first(pairs: pd.DataFrame, by: str, ascending: bool) -> pd.DataFrame:
    """The first pair of each prompt in the order of a column."""
    return _ordered(pairs, by, ascending).drop_duplicates("group")


def _ordered(pairs: pd.DataFrame, by: str, ascending: bool = True) -> pd.DataFrame:
    names = ["group", by, "strength", "chosen_id", "rejected_id"]
    return pairs.sort_values(names, ascending=[True, ascending, False, True, True], na_position="last")


def _placed(ordered: pd.DataFrame, place: Callable[[pd.Series], Any]) -> pd.DataFrame:
    """The pair at a place of each prompt's; `place` is given how many there are [rows]."""
    of_prompt = ordered.groupby("group", sort=False)
    return ordered[of_prompt.cumcount() == place(of_prompt["group"].transform("size"))]


def _at_quantile(pairs: pd.DataFrame, quantile: float) -> pd.DataFrame:
    return _placed(_ordered(pairs, "gap"), lambda count: np.floor(quantile * (count - 1) + 0.5))


def _worst(pairs: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    return _first(pairs, "theta_rejected", ascending=True)


def _random(pairs: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    lots = {name: fraction(f"{name}/rejected", 0) for name in pairs["prompt_id"].unique()}
    ordered = pairs.sort_values(["group", "rejected_id"])
    return _placed(ordered, lambda count: np.floor(ordered["prompt_id"].map(lots) * count))


def _two_sigma(pairs: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    found = _spread(compared[compared["group"].isin(pairs["group"])]).reindex(pairs["group"])
    away = (pairs["theta_rejected"].to_numpy() - (found["mean"] - 2 * found["std"]).to_numpy()).round(12)
    many = (found["count"] >= ENOUGH).to_numpy(bool)
    far = np.where(many, np.abs(away), pairs["theta_rejected"])
    return _first(pairs.assign(far=far), "far", ascending=True)


def _spread(compared: pd.DataFrame) -> pd.DataFrame:
    """mean, std (of all candidates, not a sample of them) and count of θ, by prompt."""
    names = ["group", "chosen_id", "theta_chosen"], ["group", "rejected_id", "theta_rejected"]
    sides = [compared[columns].set_axis(["group", "id", "theta"], axis=1) for columns in names]
    theta = pd.concat(sides).drop_duplicates(["group", "id"]).groupby("group")["theta"]
    return pd.DataFrame({"mean": theta.mean(), "std": theta.std(ddof=0), "count": theta.count()})


def _likeliest(pairs: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    return _first(pairs, "logp_rejected", ascending=False)


RULES = {"best_worst": _worst, "best_random": _random, "two_sigma": _two_sigma, "hard_negative": _likeliest}
