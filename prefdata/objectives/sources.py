"""Who is good at what, counted: the scores of each source's candidates in each dimension.

Prompts fall into GROUPS random groups by their ids. Sums by group add up over shards, and `fronts` draws whole groups
again for its intervals: a prompt's candidates stay together, for they are hard or easy together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from prefdata.keys import fraction
from prefdata.objectives.pareto import non_dominated
from prefdata.selection.traits import IMPORTED

GROUPS = 50

Sums = dict[str, dict[str, Any]]


def sums(candidates: pa.Table, scores: np.ndarray, dimensions: Sequence[str]) -> Sums:
    """Source → how many of its candidates have a score, how many of these nobody of their prompt dominates, and the
    sum and count of its scores [GROUPS] by dimension; adds up over shards (`report.numbers.add`)."""
    scored = ~np.isnan(scores).all(axis=1)
    candidates, scores = candidates.filter(pa.array(scored)), scores[scored]
    prompt, group = _prompts(candidates)
    names, source = _sources(candidates["origin"])
    free = non_dominated(scores, prompt)
    tables = [_by_group(source * GROUPS + group, column, len(names)) for column in scores.T]
    return {
        name: {
            "candidates": int((source == at).sum()),
            "best": int(free[source == at].sum()),
            "dimensions": {of: table.row(at) for of, table in zip(dimensions, tables, strict=True)},
        }
        for at, name in enumerate(names)
    }


class _Groups(NamedTuple):
    """Sum and count of the scores that are known [sources, GROUPS]."""

    total: np.ndarray
    known: np.ndarray

    def row(self, at: int) -> dict[str, list[Any]]:
        return {"sum": self.total[at].round(6).tolist(), "count": self.known[at].tolist()}


def _by_group(place: np.ndarray, score: np.ndarray, sources: int) -> _Groups:
    known, size = ~np.isnan(score), sources * GROUPS
    total, count = np.bincount(place[known], score[known], size), np.bincount(place[known], minlength=size)
    return _Groups(total.reshape(sources, GROUPS), count.reshape(sources, GROUPS))


def _prompts(candidates: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """The number and the group of each candidate's prompt [N]."""
    coded = candidates["prompt_id"].combine_chunks().dictionary_encode()
    group = np.array([int(fraction(name, 0) * GROUPS) for name in coded.dictionary.to_pylist()], int)
    prompt = coded.indices.to_numpy()
    return prompt, group[prompt]


def _sources(origins: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """The sources by name, and the number of each candidate's."""
    coded = origins.combine_chunks().cast(pa.string()).fill_null("{}").dictionary_encode()
    of = [_name(json.loads(origin)) for origin in coded.dictionary.to_pylist()]
    names = sorted(set(of))
    number = {name: at for at, name in enumerate(names)}
    return names, np.array([number[name] for name in of], int)[coded.indices.to_numpy()]


def _name(origin: dict[str, Any]) -> str:
    """The policy or model, after the source that used it unless that is sampling or an import."""
    source, model = origin.get("source") or IMPORTED, origin.get("policy") or origin.get("model")
    plain = source in ("sample", IMPORTED)
    return str(model if model and plain else f"{source} ({model})" if model else source)
