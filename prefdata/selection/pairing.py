"""Comparisons → pairs: every comparison is selected or left out for one named reason.

The reasons are asked in this order, and the first that applies is given:
  those of `obstacles.REASONS`  it cannot be exported, whoever won
  contaminated   a benchmark has the prompt
  duplicate_prompt  another prompt is nearly the same
  both_bad       nobody preferred either response
  tie            ties weigh more than the winning side
  unresolved     both sides have the same weight
  cycle_removed  every cheapest repair of the prompt's cycles removes this edge
  cycle_undecided  cheapest repairs of the prompt's cycles disagree about this edge
  failed_check   the winner failed in a dimension that must be passed
  few_votes      fewer votes than min_votes
  weak_probability, weak_strength  below the floor
  over_max_pairs  the prompt has max_pairs_per_prompt stronger pairs
  over_target    there are target_pairs stronger pairs
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from prefdata.keys import fraction
from prefdata.selection.obstacles import REASONS as OBSTACLES
from prefdata.selection.settings import Selection
from prefdata.shards import DROPS

TRAITS = ("quality", "logp", "chars", "source", "error")  # columns of both sides, from `selection.traits`


def select(comparisons: pd.DataFrame, rules: Selection) -> tuple[pd.DataFrame, pa.Table]:
    """(selected pairs, drops). `comparisons` has the columns of the comparison schema and `obstacle`."""
    frame = _oriented(comparisons)
    frame["reason"] = _first_reason(frame, rules)
    for limit in (_over_max_pairs, _over_target):
        left = frame[frame["reason"].isna()]
        frame.loc[left.index[limit(left, rules)], "reason"] = limit.__name__.removeprefix("_")
    dropped, kept = frame[frame["reason"].notna()], frame[frame["reason"].isna()]
    return kept.drop(columns="reason"), _drops(dropped)


def _oriented(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Chosen and rejected instead of a and b; the probability is that of the chosen side."""
    frame = comparisons.copy()
    a_wins = (frame["weight_a"] >= frame["weight_b"]).to_numpy()
    for name in ("wins", "weight"):
        frame[f"{name}_chosen"] = np.where(a_wins, frame[f"{name}_a"], frame[f"{name}_b"])
        frame[f"{name}_rejected"] = np.where(a_wins, frame[f"{name}_b"], frame[f"{name}_a"])
    frame["chosen_is_a"] = a_wins
    frame["chosen_id"] = frame["a"].where(a_wins, frame["b"])
    frame["rejected_id"] = frame["b"].where(a_wins, frame["a"])
    frame["probability"] = frame["probability"].where(a_wins, 1 - frame["probability"])
    frame["strength"] = 2 * frame["probability"] - 1
    frame["failed"] = frame["failed_a"].where(a_wins, frame["failed_b"])
    for name in TRAITS:
        frame[f"{name}_chosen"] = frame[f"{name}_a"].where(a_wins, frame[f"{name}_b"])
        frame[f"{name}_rejected"] = frame[f"{name}_b"].where(a_wins, frame[f"{name}_a"])
    frame["implicit_margin"] = frame["logp_chosen"] - frame["logp_rejected"]
    frame["difficulty"] = None
    total = frame["weight_a"] + frame["weight_b"] + frame["weight_tie"]
    frame["margin"] = ((frame["weight_chosen"] - frame["weight_rejected"]) / total.where(total > 0, 1.0)).clip(0, 1)
    return frame


def _first_reason(frame: pd.DataFrame, rules: Selection) -> pd.Series:
    """Why a comparison is left out, not yet asking how many pairs its prompt has; None if it is not."""
    conditions = {
        "contaminated": frame["contaminated"].notna(),
        "duplicate_prompt": frame["twin_of"].notna(),
        "both_bad": (frame["votes"] == 0) & (frame["both_bad"] > 0),
        "tie": frame["label"] == "tie",
        "unresolved": frame["label"].isna(),
        "cycle_removed": frame["repair"] == "removed",
        "cycle_undecided": frame["repair"] == "undecided",
        "failed_check": frame["failed"].notna(),
        "few_votes": frame["votes"] < rules.min_votes,
        "weak_probability": frame["probability"] < rules.min_probability,
        "weak_strength": frame["strength"] < rules.min_strength,
    }
    reason = frame["obstacle"].astype(object).where(frame["obstacle"].notna(), None)
    for name, applies in conditions.items():
        reason = reason.mask(reason.isna() & applies.astype(bool), name)
    return reason


def _over_max_pairs(frame: pd.DataFrame, rules: Selection) -> np.ndarray:
    """True for all but the strongest pairs of each prompt."""
    if rules.max_pairs_per_prompt is None:
        return np.zeros(len(frame), bool)
    order = frame.sort_values(
        ["prompt_id", "strength", "margin", "chosen_id", "rejected_id"],
        ascending=[True, False, False, True, True],
        na_position="last",
    )
    place = order.groupby("prompt_id", sort=False).cumcount().reindex(frame.index)
    return (place >= rules.max_pairs_per_prompt).to_numpy(bool)


def _over_target(frame: pd.DataFrame, rules: Selection) -> np.ndarray:
    """True for all but the strongest pairs of the set."""
    if rules.target_pairs is None:
        return np.zeros(len(frame), bool)
    return (curriculum_rank(frame) >= rules.target_pairs).to_numpy(bool)


def _drops(frame: pd.DataFrame) -> pa.Table:
    """The pairs left out as rows of drops.parquet."""
    stage = np.where(frame["reason"].isin(OBSTACLES), "export", "select")
    rows = frame[["reason", "prompt_id", "a", "b"]].assign(
        detail=frame["obstacle_detail"].where(frame["reason"] != "failed_check", frame["failed"])
    )
    rows = rows.assign(stage=stage, kind="pair", file=None, line=None)
    return pa.Table.from_pandas(rows[DROPS.names], schema=DROPS, preserve_index=False)


def curriculum_rank(pairs: pd.DataFrame) -> pd.Series:
    """0 for the clearest pair of the whole set; ties by id; labels without evidence last."""
    order = pairs.sort_values(
        ["strength", "prompt_id", "chosen_id", "rejected_id"], ascending=[False, True, True, True], na_position="last"
    )
    return pd.Series(np.arange(len(order)), index=order.index).reindex(pairs.index)


def split_of(prompt_ids: pd.Series, splits: dict[str, float], seed: int) -> pd.Series:
    """The split of each pair: all pairs of a prompt fall into one, whatever else is in the set."""
    edges = np.cumsum(list(splits.values()))
    edges[edges > 1 - 1e-9] = 1.0
    names = list(splits)
    chosen = {
        prompt: names[int(np.searchsorted(edges, fraction(prompt, seed), side="right"))]
        for prompt in prompt_ids.unique()
    }
    return prompt_ids.map(chosen)
