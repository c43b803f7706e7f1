"""The strata of a pair: its prompt's tags, and what is measured of the pair itself.

  source           where the chosen candidate comes from; rejected_source: the rejected one
  error_type       what is wrong with the rejected candidate
  length           of the chosen candidate in characters: short under 200, medium under 800, long from there on
  evidence         who voted: "imported" judges, "models" (the judges of the config) or "both"

A value that is not known is "none". A prompt's tag of one of these names is not seen.
"""

from __future__ import annotations

import json
from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.selection.settings import EVIDENCE, LENGTHS

NONE = "none"


def strata(pairs: pd.DataFrame) -> pd.DataFrame:
    """The value of each pair in every stratum, as categories. pairs: oriented, with `tags` and `evidence`."""
    measured = {
        "source": pairs["source_chosen"],
        "rejected_source": pairs["source_rejected"],
        "error_type": pairs["error_rejected"],
        "length": pd.Series(_lengths(pairs["chars_chosen"]), pairs.index),
        "evidence": pairs["evidence"],
    }
    known = {name: _categories(values) for name, values in measured.items()}
    return pd.DataFrame({**tagged(pairs["tags"]), **known}, index=pairs.index)


def tagged(texts: pd.Series) -> pd.DataFrame:
    """The value of every tag, as categories; `texts` are JSON objects."""
    code, unique = pd.factorize(texts)
    rows = [json.loads(text) for text in unique]
    tags = sorted({tag for row in rows for tag in row})
    return pd.DataFrame(
        {tag: _categories(pd.Series([row.get(tag) for row in rows], dtype=object))[code] for tag in tags}, texts.index
    )


def _categories(values: pd.Series) -> pd.Categorical:
    return pd.Categorical(values.astype(object).where(values.notna(), NONE))


def _lengths(chars: pd.Series) -> np.ndarray:
    known = chars.to_numpy(float)
    names = np.array([*LENGTHS, NONE], object)
    found = np.searchsorted([*LENGTHS.values()], known, side="right")
    return names[np.where(np.isnan(known), len(LENGTHS), found)]


def evidence(judges: pa.ChunkedArray, models: Collection[str]) -> np.ndarray:
    """Who voted on each pair [M], from its list of judges; None where nobody is named."""
    lists = judges.combine_chunks()
    owner = pc.list_parent_indices(lists).to_numpy()
    name = lists.flatten().field("judge")
    is_model = pc.is_in(name, pa.array(sorted(models), pa.string())).to_numpy(zero_copy_only=False)
    by = [np.bincount(owner[side], minlength=len(lists)) > 0 for side in (~is_model, is_model)]
    return np.array([None, *EVIDENCE], object)[by[0] + 2 * by[1]]


def tags_among(texts: pd.Series) -> set[str]:
    """The tags that any of the texts has."""
    return {tag for text in texts.unique().tolist() for tag in json.loads(text)}
