"""How hard pairs are: easy, moderate and hard are the thirds of the data set by margin.

The margin is the policy's own, log-probability a token of chosen less that of rejected, where that is known: it says
how hard the pair is for the policy, not how sure its label is. Pairs for which it is not known are measured by the gap
in θ, and make thirds of their own, for the two stand on different scales. Hard is below the lower third's edge, easy
above the upper one; what lies on an edge is moderate, so that pairs which are all alike are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

EDGES = (1 / 3, 2 / 3)


def bands(pairs: pd.DataFrame) -> pd.Series:
    """The band of each pair; a pair of which nothing is known is moderate."""
    known = pairs["implicit_margin"].notna()
    found = pd.Series("moderate", pairs.index, dtype=object)
    for measured, margin in ((known, pairs["implicit_margin"]), (~known, pairs["gap"])):
        own = margin[measured]
        found[measured] = _thirds(own.to_numpy(float))
    return found


def _thirds(margin: np.ndarray) -> np.ndarray:
    measured = margin[~np.isnan(margin)]
    low, high = np.quantile(measured, EDGES) if len(measured) else (0.0, 0.0)
    return np.select([margin < low, margin > high], ["hard", "easy"], "moderate")
