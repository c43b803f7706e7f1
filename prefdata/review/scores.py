"""How much a pair is worth a person's look: uncertain, disputed, in a stratum that is short of pairs or of answers.

  score = H(p) · (1 + conflict + in cycle) · gap

H is the entropy of P(a preferred to b) in bits; without evidence it is 1. The gap of a stratum is

  1 + short(answered pairs / 50) + short(exported pairs / even share),   short(x) = max(0, 1 - x),

so between 1 and 3: 50 answers are what judges are weighed by, the even share is all exported pairs over all strata.
Where no strata are asked for it is 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

ENOUGH = 50  # answered pairs a stratum


def scores(pool: pd.DataFrame) -> np.ndarray:
    """The score of every pair [N] of `review.pool`."""
    doubt = 1.0 + pool["conflict"].to_numpy(float) + pool["in_cycle"].to_numpy(float)
    return entropy(pool["probability"].to_numpy(float)) * doubt * gaps(pool)


def entropy(probability: np.ndarray) -> np.ndarray:
    """Bits [N]; 1 for NaN, 0 for what is certain."""
    p = np.where(np.isnan(probability), 0.5, probability)
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    bits = -(inside * np.log2(inside) + (1 - inside) * np.log2(1 - inside))
    return np.where((p > 0) & (p < 1), bits, 0.0)


def gaps(pool: pd.DataFrame) -> np.ndarray:
    """The gap of each pair's stratum [N]."""
    if pool["stratum"].isna().all():
        return np.ones(len(pool))
    counts = pool.assign(exported=pool["chosen_id"].notna()).groupby("stratum")[["gold", "exported"]].sum()
    share = max(float(counts["exported"].sum()) / len(counts), 1e-9)
    gap = 1 + _short(counts["gold"] / ENOUGH) + _short(counts["exported"] / share)
    return pool["stratum"].map(gap).to_numpy(float)


def _short(part: pd.Series) -> pd.Series:
    return (1 - part).clip(lower=0)
