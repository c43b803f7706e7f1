"""Why a comparison is left out by itself, whatever other pairs there are, and the drops that this makes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from prefdata.selection.floors import standing
from prefdata.selection.obstacles import REASONS as OBSTACLES
from prefdata.selection.settings import Selection
from prefdata.shards import DROPS

# Reason → the column that says more of it.
DETAILS = {
    "failed_check": "failed", "below_floor": "below", "not_rated": "unrated", "duplicate_prompt": "twin_of",
    "contaminated": "contaminated",
}  # fmt: skip
SAYS_WHY = ("obstacle", "obstacle_detail", "handling", *DETAILS.values())  # columns that nothing else needs


def first_reason(frame: pd.DataFrame, rules: Selection) -> np.ndarray:
    """Why a comparison is left out, not yet asking about other pairs; None if it is not."""
    share = standing(frame) if rules.chosen_floor else np.ones(len(frame))
    conditions = {
        "obstacle": frame["obstacle"].notna(),
        "contaminated": frame["contaminated"].notna(),
        "duplicate_prompt": frame["twin_of"].notna(),
        "both_bad": (frame["votes"] == 0) & (frame["both_bad"] > 0),
        "tie": frame["label"] == "tie",
        "handling": frame["handling"].notna(),
        "unresolved": frame["label"].isna(),
        "failed_check": frame["failed"].notna(),
        "below_floor": frame["below"].notna(),
        "not_rated": frame["unrated"].notna(),
        "few_votes": frame["votes"] < rules.min_votes,
        "weak_probability": frame["probability"] < rules.min_probability,
        "weak_strength": frame["strength"] < rules.min_strength,
        "chosen_not_rated": np.isnan(share),
        "below_chosen_floor": share < (rules.chosen_floor or 0.0),
    }
    own = {name: frame[name].astype(object).to_numpy() for name in ("obstacle", "handling")}  # these say it themselves
    names = [own.get(name, np.array(name, object)) for name in conditions]
    applies = [np.asarray(each, bool) for each in conditions.values()]
    return np.select(applies, names, np.array(None, object))


def drops(frame: pd.DataFrame) -> pa.Table:
    """The pairs left out as rows of drops.parquet."""
    stage = np.where(frame["reason"].isin(OBSTACLES), "export", "select")
    detail = frame["obstacle_detail"].astype(object)
    for reason, column in DETAILS.items():
        detail = detail.where(frame["reason"] != reason, frame[column].astype(object))
    rows = frame[["reason", "prompt_id", "a", "b"]].assign(
        detail=_in_view(frame["view"], detail), stage=stage, kind="pair", file=None, line=None
    )
    return pa.Table.from_pandas(rows[DROPS.names], schema=DROPS, preserve_index=False)


def _in_view(view: pd.Series, detail: pd.Series) -> pd.Series:
    """The detail after the name of the view, where it has one: a pair is left out in each view by itself."""
    named = view.astype(str).str.cat(detail.where(detail.notna(), ""), sep=": ").str.removesuffix(": ")
    return detail.where(view == "", named)
