"""Whether a pair's chosen response is better all round or trades one dimension for another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from prefdata.objectives.pareto import compared
from prefdata.objectives.scores import scores

DOMINATES, TRADES_OFF, DOMINATED = "dominates", "trades_off", "dominated"


class Dominance:
    """Of N candidates in the dimensions that have weights."""

    def __init__(self, ratings: pa.Table, candidates: pa.Table, dimensions: Sequence[str]) -> None:
        self.scores = scores(ratings, candidates, dimensions)

    def of(self, chosen: pa.Array, rejected: pa.Array) -> list[str | None]:
        """What each chosen candidate does to the rejected one, both given by row; None where the scores do not tell
        them apart, or are not known for both."""
        sides = compared(*(self.scores[rows.to_numpy(zero_copy_only=False)] for rows in (chosen, rejected)))
        known = {DOMINATES: sides.dominates, DOMINATED: sides.dominated, TRADES_OFF: sides.trades_off}
        return [said or None for said in np.select(list(known.values()), list(known), "").tolist()]
