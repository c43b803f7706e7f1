"""Where pairs stand in the data set: their rank by clarity, and the split that their prompt falls into."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prefdata.keys import fraction


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
    prompt, names = pd.factorize(prompt_ids)
    lot = np.array([fraction(name, seed) for name in names.tolist()])
    split = np.searchsorted(edges, lot, side="right")
    return pd.Series(np.array(list(splits), object)[split[prompt]], prompt_ids.index)
