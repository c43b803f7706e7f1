"""What selection asks about candidates beside their labels: quality, length, likelihood, source, error."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, Locator
from prefdata.labels.comparisons import Comparisons
from prefdata.labels.ratings import quality

IMPORTED = "import"


class Traits:
    """Of N candidates: chars, logp a token (NaN where unknown), quality (0 to 1, NaN where nobody rated it), source,
    error type."""

    def __init__(self, evidence: Evidence, locator: Locator, errors: pa.Array) -> None:
        candidates = evidence.candidate
        self.locator = locator
        tokens = pc.list_value_length(candidates["token_ids"]).to_pandas().to_numpy(float)
        logp = candidates["logp"].to_pandas().to_numpy(float)
        self.logp = np.append(np.where(tokens > 0, logp / np.maximum(tokens, 1), np.nan), np.nan)
        self.chars = np.append(locator.characters, 0)
        self.quality = np.append(quality(evidence.rating, candidates), np.nan)
        self.source = pa.concat_arrays([_sources(candidates["origin"]), pa.nulls(1, pa.string())])
        self.error = pa.concat_arrays([errors, pa.nulls(1, pa.string())])

    def of(self, found: Comparisons) -> dict[str, pa.Array]:
        """Columns of both sides of every pair [M]: `chars_a`, `chars_b`, `logp_a` …; null where unknown."""
        pairs, row = found.pairs, self.locator.rows(found.votes)
        first = found.votes.first[pairs.prompt]
        columns: dict[str, pa.Array] = {}
        for side, local in (("a", pairs.low), ("b", pairs.high)):
            columns |= self._columns(side, row[first + local])
        return columns

    def _columns(self, side: str, row: np.ndarray) -> dict[str, pa.Array]:
        known: dict[str, Callable[[], pa.Array]] = {
            "chars": lambda: pa.array(self.chars[row], pa.int64(), mask=row < 0),
            "logp": lambda: pa.array(self.logp[row], from_pandas=True),
            "quality": lambda: pa.array(self.quality[row], from_pandas=True),
            "source": lambda: self.source.take(pa.array(np.where(row < 0, len(self.source) - 1, row))),
            "error": lambda: self.error.take(pa.array(np.where(row < 0, len(self.error) - 1, row))),
        }
        return {f"{name}_{side}": column() for name, column in known.items()}


def _sources(origins: pa.ChunkedArray) -> pa.Array:
    """The source that each origin names; imported ones may name none."""
    coded = origins.combine_chunks().cast(pa.string()).fill_null("{}").dictionary_encode()
    names = [json.loads(origin).get("source") or IMPORTED for origin in coded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(coded.indices)
