"""What is wrong with a candidate, by its ratings, its claims and what it was made from: the error type it has if it is
rejected.

  false_object … false_action    a claim of this kind is contradicted, or was made false on purpose
  false_statement                it says what must not be said, whatever the picture shows
  false_detail                   something is contradicted; of what kind is not known
  wrong_image                    it was answered to a spoilt picture, or to another prompt's
  empty, refusal, wrong_language, repetition, boilerplate, broken_grammar    the rules' check of it failed
  incomplete                     cut off, rated so, or says less than half of what is wanted or others truly say
  irrelevant                     rated so
  low_…                          rated in the lower half of this dimension, by the mean over judges

Objects before attributes and relations: what AMBER and CHAIR count first (Wang et al. 2023; Rohrbach et al. 2018).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from prefdata.strata.errors.claims import contradicted
from prefdata.strata.errors.origins import made_wrong
from prefdata.strata.errors.ratings import LOW, rated_wrong
from prefdata.strata.errors.rows import Rows

GRAVITY = (
    "false_object", "false_count", "false_relation", "false_attribute", "false_action", "false_statement",
    "false_detail", "wrong_image", "empty", "refusal", "wrong_language", "repetition", "incomplete", "irrelevant",
    LOW, "boilerplate", "broken_grammar",
)  # fmt: skip
"""From the gravest on; where there are several of LOW the lowest counts, of equals the first by name."""


def error_types(
    candidates: pa.Table, ratings: pa.Table, claims: pa.Table | None, verdicts: pa.Table | None
) -> pa.Array:
    """The gravest error of each candidate [N], null where nothing is known to be wrong."""
    rows = Rows(candidates)
    found = [rated_wrong(rows, ratings), made_wrong(candidates, verdicts)]
    if claims is not None and verdicts is not None:
        found.append(contradicted(rows, claims, verdicts))
    errors = pd.concat([each.astype({"error": object}) for each in found], ignore_index=True)
    rank = {name: at for at, name in enumerate(GRAVITY)}
    errors["rank"] = errors["error"].map(rank).fillna(rank[LOW])
    gravest = errors.sort_values(["row", "rank", "share", "error"]).drop_duplicates("row")
    types = np.full(len(candidates), None, object)
    types[gravest["row"].to_numpy(int)] = gravest["error"].to_numpy(object)
    return pa.array(types, pa.string())
