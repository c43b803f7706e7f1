"""Which candidate a row of ratings, claims or verdicts is about."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

KEY = ("prompt_id", "candidate_id")


class Rows:
    """Finds the rows of N candidates; ids are compared as integers."""

    def __init__(self, candidates: pa.Table) -> None:
        self.number = len(candidates)
        self._names = [pc.unique(_text(candidates[name])) for name in KEY]
        keys = self._keys(candidates)
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]

    def of(self, table: pa.Table) -> np.ndarray:
        """The row of each one's candidate [M], -1 where there is none; of doubles the first."""
        keys = self._keys(table)
        at = np.minimum(np.searchsorted(self._sorted, keys), max(self.number - 1, 0))
        if not self.number:
            return np.full(len(table), -1)
        return np.where((self._sorted[at] == keys) & (keys >= 0), self._order[at], -1)

    def _keys(self, table: pa.Table) -> np.ndarray:
        prompt, candidate = (_codes(table[name], known) for name, known in zip(KEY, self._names, strict=True))
        keys = prompt * len(self._names[1]) + candidate
        return np.where((prompt < 0) | (candidate < 0), -1, keys)


def errors(row: np.ndarray, error: pd.Categorical[str], share: np.ndarray | float = 0.0) -> pd.DataFrame:
    """What is wrong with which candidates: columns row, error and share (0 is worst); those without a row or an error
    are left out."""
    found = pd.DataFrame({"row": row, "error": error, "share": share})
    return found[(found["row"] >= 0) & found["error"].notna()]


def renamed(names: pa.Array, to: Mapping[str, str]) -> pd.Categorical[str]:
    """Each name's other name; NaN where it has none."""
    coded = names.dictionary_encode()
    new = [to.get(name) for name in coded.dictionary.to_pylist()]
    known = sorted({name for name in new if name})
    place = np.array([known.index(name) if name else -1 for name in new] + [-1])
    return pd.Categorical.from_codes(place[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)], pd.Index(known))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _codes(column: pa.ChunkedArray, known: pa.Array) -> np.ndarray:
    """The place of each value among the known ones, -1 for others; of coded columns each value is looked up once."""
    if not pa.types.is_dictionary(column.type):
        return pc.index_in(_text(column), known).fill_null(-1).to_numpy().astype(np.int64)
    whole = column.unify_dictionaries().combine_chunks()
    place = pc.index_in(whole.dictionary.cast(pa.string()), known).fill_null(-1)
    return place.take(whole.indices).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
