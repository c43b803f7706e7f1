"""What must never be chosen: candidates that failed a check, lie below the floor of a dimension, or may lie there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import joined
from prefdata.labels.ratings import SCALE, share_of_scale

KEY = ("prompt_id", "candidate_id")
PASS = 0.5  # of a scale: what the dimensions of must_pass ask for


class Vetoes:
    """A candidate fails a dimension of `must_pass` if a judge scored it in the lower half of the scale, and one of
    `floors` if a judge scored it below that share of the scale; whatever weight the rating has. A floor stands in place
    of the half where a dimension has both. Who has no rating in a dimension with a floor may lie below it."""

    def __init__(self, ratings: pa.Table, must_pass: tuple[str, ...], floors: Mapping[str, float]) -> None:
        checks = {name: PASS for name in must_pass if name not in floors}
        self.failed, self.below = (_Fallen(ratings, least) for least in (checks, floors))
        self.unrated = _Unrated(ratings, [name for name, least in floors.items() if least > 0])

    def of(self, comparisons: pa.Table) -> dict[str, pa.Array]:
        """The dimension that each side failed, or null, as columns `failed_a` and `failed_b`; the same for floors as
        `below_a` and `below_b`, and the dimension with a floor that nobody rated it in as `unrated_a` and `unrated_b`.
        """
        asked: dict[str, _Fallen | _Unrated] = {"failed": self.failed, "below": self.below, "unrated": self.unrated}
        return {f"{name}_{side}": found.of(comparisons, side) for name, found in asked.items() for side in "ab"}


class _Fallen:
    """The candidates that any judge scored below the least share of a dimension, and the first such dimension."""

    def __init__(self, ratings: pa.Table, least: Mapping[str, float]) -> None:
        names = sorted(least)
        place = pc.index_in(ratings["dimension"].cast(pa.string()), pa.array(names, pa.string()))
        place, rated = place.drop_null().to_numpy(), ratings.filter(place.is_valid())
        share = share_of_scale(rated.select(["score", *SCALE]).to_pandas()).to_numpy(float)
        low = np.flatnonzero(share < np.array([least[name] for name in names])[place] - 1e-9)
        low = low[np.argsort(place[low], kind="stable")]  # by name, so that the first of a candidate is found first
        self.candidates = joined(rated.take(pa.array(low)), KEY)
        self.dimensions = pa.array(names, pa.string()).take(pa.array(place[low]))

    def of(self, comparisons: pa.Table, side: str) -> pa.Array:
        if not len(self.candidates):
            return pa.nulls(len(comparisons), pa.string())
        return self.dimensions.take(pc.index_in(joined(comparisons, ("prompt_id", side)), self.candidates))


class _Unrated:
    """The candidates that nobody rated in a dimension, and the first such dimension."""

    def __init__(self, ratings: pa.Table, names: Iterable[str]) -> None:
        own = ratings["dimension"].cast(pa.string())
        self.rated = {name: joined(ratings.filter(pc.equal(own, name)), KEY) for name in sorted(names)}

    def of(self, comparisons: pa.Table, side: str) -> pa.Array:
        found = pa.nulls(len(comparisons), pa.string())
        keys = joined(comparisons, ("prompt_id", side)) if self.rated else found
        for name, rated in reversed(self.rated.items()):  # so that the first by name is written last
            found = pc.if_else(pc.is_in(keys, rated), found, name)
        return found
