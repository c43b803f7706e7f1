"""The score of each candidate in each dimension, and how often each dimension is spoken of at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, joined
from prefdata.labels.ratings import SCALE, share_of_scale

KEY = ("prompt_id", "candidate_id")


def scores(ratings: pa.Table, candidates: pa.Table, dimensions: Sequence[str]) -> np.ndarray:
    """The mean over judges of each candidate's score [N, D], from 0 to 1; NaN where nobody scored it."""
    if not dimensions:
        return np.empty((len(candidates), 0))
    place = pc.index_in(ratings["dimension"].cast(pa.string()), pa.array(dimensions, pa.string()))
    rated, place = ratings.filter(place.is_valid()), place.drop_null().to_numpy()
    row = pc.index_in(joined(rated, KEY), joined(candidates, KEY)).fill_null(len(candidates)).to_numpy()
    cell = row.astype(np.int64) * len(dimensions) + place
    share = share_of_scale(rated.select(["score", *SCALE]).to_pandas()).to_numpy(float)
    size = (len(candidates) + 1) * len(dimensions)  # the last row is of candidates that are not there
    total, count = np.bincount(cell, share, size), np.bincount(cell, minlength=size)
    means = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return means.reshape(-1, len(dimensions))[:-1]


def spoken(evidence: Evidence) -> dict[str, dict[str, int]]:
    """ "rating" and "vote" → dimension → how many name it; adds up over shards."""
    found = {}
    for kind, table in (("rating", evidence.rating), ("vote", evidence.vote)):
        counts = pc.value_counts(table["dimension"].cast(pa.string()).drop_null()).to_pylist()
        found[kind] = {row["values"]: row["counts"] for row in sorted(counts, key=lambda row: row["values"])}
    return found
