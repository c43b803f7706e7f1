"""Ratings → votes: a judge who scored two candidates prefers the one with the higher score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from prefdata import contracts
from prefdata.records import FROM_RATINGS

if TYPE_CHECKING:
    import pandas as pd

# Score gap → probability that a second judge agrees: p = EPSILON/2 + (1-EPSILON) σ(Δ/TAU) with Δ on a
# scale of 1 to 10. Measured on WildBench's two judges (decisive agreement .86 .95 .98 .99 for gaps 1..4).
TAU, EPSILON = 0.56, 0.025
SCALE = ("scale_min", "scale_max")


def votes_from_ratings(ratings: pa.Table) -> pa.Table:
    """One vote per judge and pair of candidates, for the one with the higher mean score.

    The mean is over dimensions, each put on a scale of 1 to 10, by their weights; a rating of weight 0 is a
    measurement and takes no part. `confidence` is the probability that a second judge would agree.
    """
    means = _mean_scores(ratings)
    both = means.merge(means, on=["prompt_id", "judge"], suffixes=("_a", "_b"))
    both = both[both["candidate_id_a"] < both["candidate_id_b"]].reset_index(drop=True)
    gap = (both["score_a"] - both["score_b"]).to_numpy().round(9)
    confidence = EPSILON / 2 + (1 - EPSILON) / (1 + np.exp(-np.abs(gap) / TAU))
    columns = {
        "prompt_id": both["prompt_id"],
        "a": both["candidate_id_a"],
        "b": both["candidate_id_b"],
        "winner": np.select([gap > 0, gap < 0], ["a", "b"], "tie"),
        "judge": both["judge"],
        "confidence": np.where(gap == 0, np.nan, confidence),
        "source": np.full(len(both), FROM_RATINGS),
    }
    schema = contracts.arrow_schema("vote")
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=True)
        if field.name in columns
        else pa.nulls(len(both), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _mean_scores(ratings: pa.Table) -> pd.DataFrame:
    """The mean score of each candidate by each judge, on a scale of 1 to 10."""
    names = ["prompt_id", "judge", "candidate_id"]
    frame = ratings.select([*names, "score", "weight", *SCALE]).to_pandas().astype(dict.fromkeys(names, "str"))
    frame["weight"] = frame["weight"].astype(float).fillna(1.0)
    frame = frame[frame["weight"] > 0]
    frame["score"] = (1 + 9 * share_of_scale(frame)) * frame["weight"]
    means = frame.groupby(names, sort=True, as_index=False)[["score", "weight"]].sum()
    return means.assign(score=means["score"] / means["weight"]).drop(columns="weight")


def share_of_scale(ratings: pd.DataFrame) -> pd.Series:
    """Each score between the lowest (0) and the highest (1) that its judge could give."""
    low, high = (ratings[name].astype(float).fillna(default) for name, default in zip(SCALE, (1.0, 10.0), strict=True))
    return (ratings["score"] - low) / (high - low)


def quality(ratings: pa.Table, candidates: pa.Table) -> np.ndarray:
    """The mean over judges of each candidate's mean score [N], from 0 to 1; NaN where nobody rated it."""
    if not len(ratings):
        return np.full(len(candidates), np.nan)
    means = _mean_scores(ratings).groupby(["prompt_id", "candidate_id"])["score"].mean()
    keys = candidates.select(["prompt_id", "candidate_id"]).to_pandas().astype("str")
    found = keys.join(means, on=["prompt_id", "candidate_id"])["score"].to_numpy(float)
    return (found - 1) / 9
