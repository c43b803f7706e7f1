"""What a chosen candidate must be worth in itself: that matters more than the rejected one (arXiv 2508.18312)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prefdata.errors import PrefdataError

NOBODY = (
    "selection.chosen_floor asks how good candidates are, and nobody has rated any. "
    "To mend it: add a judge of kind pointwise, or ratings to the inputs, or leave the floor out."
)


def standing(compared: pd.DataFrame) -> np.ndarray:
    """Of each comparison's chosen candidate: the share of all rated candidates that are at most as good [M].

    Candidates are those that were compared, each once in each view; NaN where nobody rated the chosen one. Raises
    PrefdataError where nobody rated any.
    """
    rated = _rated(compared)
    if compared["votes"].any() and not len(rated):
        raise PrefdataError(NOBODY)
    found = np.full(len(compared), np.nan)
    for view, rows in compared.groupby("view", observed=True).indices.items():
        known = np.sort(rated.loc[rated["view"] == view, "quality"].to_numpy())
        quality = compared["quality_chosen"].to_numpy(float)[rows]
        share = np.searchsorted(known, quality, side="right") / max(1, len(known))
        found[rows] = np.where(np.isnan(quality), np.nan, share)
    return found


def _rated(compared: pd.DataFrame) -> pd.DataFrame:
    """view and quality of every rated candidate, once."""
    columns = [["group", "view", f"{side}_id", f"quality_{side}"] for side in ("chosen", "rejected")]
    sides = [compared[names].set_axis(["group", "view", "id", "quality"], axis=1) for names in columns]
    return pd.concat(sides).drop_duplicates(["group", "id"]).dropna(subset="quality")
