"""What must never be chosen: candidates that failed in a dimension which the config says must be passed."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.labels.ratings import SCALE, share_of_scale

KEY = ["prompt_id", "candidate_id"]


class Vetoes:
    """A candidate fails a dimension if a judge scored it in the lower half of the scale."""

    def __init__(self, ratings: pa.Table, must_pass: tuple[str, ...]) -> None:
        asked = pc.is_in(ratings["dimension"].cast(pa.string()), pa.array(must_pass, pa.string()))
        found = ratings.filter(asked).select([*KEY, "dimension", "score", *SCALE]).to_pandas()
        failed = found[(share_of_scale(found) < 0.5).to_numpy(bool)]
        first = failed.astype({"dimension": "str"}).groupby(KEY, observed=True)["dimension"].min()
        self.failed: dict[tuple[str, str], str] = first.to_dict()

    def of(self, comparisons: pa.Table) -> dict[str, pa.Array]:
        """The dimension that each side failed, or null, as columns `failed_a` and `failed_b`."""
        if not self.failed:
            return {f"failed_{side}": pa.nulls(len(comparisons), pa.string()) for side in "ab"}
        prompts = comparisons["prompt_id"].to_pylist()
        return {
            f"failed_{side}": pa.array(
                [self.failed.get(pair) for pair in zip(prompts, comparisons[side].to_pylist(), strict=True)],
                pa.string(),
            )
            for side in "ab"
        }
