"""Which sources are worth having: those that no other beats in every dimension.

Means with percentile intervals from DRAWS draws of the groups of prompts with replacement (the bootstrap: Efron and
Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13; over random groups: Wolter, Introduction to
Variance Estimation, 2007, chapter 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prefdata.objectives.pareto import non_dominated
from prefdata.objectives.sources import GROUPS, Sums

DRAWS = 2000
INTERVAL = (2.5, 97.5)  # percentiles


class Standing(NamedTuple):
    """One of the sources. candidates: how many have a score; best: the share of them that nobody of their prompt
    dominates. mean, low, high [D]: its scores, NaN where it has none. on_front: no source dominates its mean; often:
    the share of draws in which that is so."""

    name: str
    candidates: int
    best: float
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    on_front: bool
    often: float


def standings(found: Sums, dimensions: Sequence[str]) -> list[Standing]:
    """The sources in the order of their number of candidates."""
    names = sorted(found, key=lambda name: (-found[name]["candidates"], name))
    if not names:
        return []
    total, count = (_stacked(found, names, dimensions, what) for what in ("sum", "count"))
    draws = np.random.default_rng(0).multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), DRAWS)
    mean, drawn = (
        _mean(total.sum(axis=2), count.sum(axis=2)),
        _mean(*(_redrawn(table, draws) for table in (total, count))),
    )
    low, high = _interval(drawn)
    front, often = non_dominated(mean, np.zeros(len(names), int)), _often(drawn)
    return [
        Standing(
            name, found[name]["candidates"], found[name]["best"] / found[name]["candidates"],
            mean[at], low[at], high[at], bool(front[at]), float(often[at]),
        )
        for at, name in enumerate(names)
    ]  # fmt: skip


def _stacked(found: Sums, names: Sequence[str], dimensions: Sequence[str], what: str) -> np.ndarray:
    """Sums or counts [sources, D, GROUPS]."""
    return np.array([[found[name]["dimensions"][of][what] for of in dimensions] for name in names], float)


def _redrawn(table: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """[DRAWS, sources, D]: the table summed over the groups of each draw."""
    return np.einsum("sdg,bg->bsd", table, draws.astype(float))


def _mean(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _interval(drawn: np.ndarray) -> np.ndarray:
    """(low, high) [2, sources, D]; NaN where a source has no score."""
    flat = drawn.reshape(len(drawn), -1).T
    ends = [np.percentile(known, INTERVAL) if len(known := row[~np.isnan(row)]) else (np.nan, np.nan) for row in flat]
    return np.array(ends).T.reshape(2, *drawn.shape[1:])


def _often(drawn: np.ndarray) -> np.ndarray:
    """The share of draws in which each source is on the front [sources]."""
    draws, sources, dimensions = drawn.shape
    free = non_dominated(drawn.reshape(-1, dimensions), np.repeat(np.arange(draws), sources))
    return free.reshape(draws, sources).mean(axis=0)
