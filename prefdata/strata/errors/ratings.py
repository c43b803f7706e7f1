"""Errors by ratings: the checks of rules that failed, and dimensions in which candidates were rated low."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.judges.claims import PASSED
from prefdata.labels.ratings import SCALE, share_of_scale
from prefdata.strata.errors.rows import Rows, errors, renamed

LOW = "low_"
"""Before the name of a dimension that has no name for its failure."""
OF_DIMENSION = {
    PASSED: "false_detail",
    "not_empty": "empty",
    "no_refusal": "refusal",
    "language": "wrong_language",
    "no_repetition": "repetition",
    "complete": "incomplete",
    "completeness": "incomplete",
    "relevance": "irrelevant",
    "no_boilerplate": "boilerplate",
    "grammar": "broken_grammar",
}
UNITS, COVERED = "information_units", "objects_covered"
"""Measures of how much is said: a share of what is wanted, and a number that the prompt's other candidates have too."""
HALF = 0.5
COLUMNS = ["prompt_id", "candidate_id", "judge", "dimension", "score", "weight", *SCALE]


def rated_wrong(rows: Rows, ratings: pa.Table) -> pd.DataFrame:
    """The errors of candidates that are below half of a scale by the mean over judges, or of what others say."""
    dimension = ratings["dimension"].cast(pa.string())
    measured = pc.and_(pc.equal(pc.fill_null(ratings["weight"].cast(pa.float64()), 1.0), 0.0), _has_no_scale(ratings))
    said = pc.is_in(dimension, pa.array([UNITS, COVERED]))
    ratings = ratings.select(COLUMNS)
    judged = ratings.filter(pc.and_(dimension.is_valid(), pc.invert(pc.or_(measured, said))))
    little = [_little(rows, ratings.filter(pc.equal(dimension, name)), name) for name in (UNITS, COVERED)]
    return pd.concat([_low(rows, judged), *little], ignore_index=True)


def _has_no_scale(ratings: pa.Table) -> pa.ChunkedArray:
    """A rating of no weight and no scale is a measurement: it says nothing of good and bad."""
    return ratings["scale_min"].is_null()


def _low(rows: Rows, judged: pa.Table) -> pd.DataFrame:
    """Each dimension in which a candidate's mean share of the scale is below half."""
    row = rows.of(judged)
    coded = judged["dimension"].cast(pa.string()).combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    share = share_of_scale(judged.select(["score", *SCALE]).to_pandas()).to_numpy(float)
    key = row * max(len(names), 1) + coded.indices.to_numpy(zero_copy_only=False)
    pairs, place = np.unique(key[row >= 0], return_inverse=True)
    mean = np.bincount(place, share[row >= 0], len(pairs)) / np.maximum(np.bincount(place, minlength=len(pairs)), 1)
    low = mean < HALF
    owner, dimension = np.divmod(pairs[low], max(len(names), 1))
    found = renamed(pa.array(names, pa.string()).take(pa.array(dimension)), named(names))
    return errors(owner, found, mean[low])


def named(dimensions: list[str]) -> Mapping[str, str]:
    """What it is called to fail in each dimension."""
    return {name: OF_DIMENSION.get(name, f"{LOW}{name}") for name in dimensions}


def _little(rows: Rows, measured: pa.Table, name: str) -> pd.DataFrame:
    """Candidates that say less than half: of the units that are wanted, or of what one of the prompt's others says."""
    frame = measured.select(["prompt_id", "judge", "score"]).to_pandas()
    best = 1.0 if name == UNITS else frame.groupby(["prompt_id", "judge"], observed=True)["score"].transform("max")
    little = (frame["score"] < HALF * best).to_numpy(bool)
    row = rows.of(measured)[little]
    return errors(row, pd.Categorical.from_codes(np.zeros(len(row), int), pd.Index(["incomplete"])))
