"""How many further candidates of each source each group of prompts needs: the fewest that fill the gaps.

A linear programme over groups of prompts that are alike in their tags, by the yields so far (`selection.yields`). No
group gets more candidates than its prompts may have, or than give more pairs than they have room for; what is made from
other candidates gets as many of these as it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from prefdata.selection.gaps import Gap
from prefdata.selection.supply import Prompts, Way, base_of
from prefdata.selection.yields import Yields

MORE = 1.2  # times what the yields so far ask for, so that few attempts are needed
AFFORDABLE = 200.0  # candidates for one pair: a gap that costs more is left open


class _Limit(NamedTuple):
    """rows · amounts ≤ right, with amounts [W · G] of all ways, group by group."""

    rows: sparse.sparray
    right: np.ndarray


def needed(gaps: Sequence[Gap], prompts: Prompts, ways: list[Way], found: Yields) -> np.ndarray:
    """[W, G], by which MORE pairs are hoped for than are missing."""
    if not found.pairs.size or not gaps:
        return np.zeros(found.pairs.shape)
    able = (prompts.room > 0).any(axis=1)
    most = [prompts.sums(np.where(able, way.room, 0)) for way in ways]
    limits = [*_of_room(gaps, prompts, found), *_of_bases(prompts, ways)]
    open_gaps = -sparse.eye_array(len(gaps))
    fills = sparse.hstack([sparse.csr_array(-found.to_gap.reshape(-1, len(gaps)).T), open_gaps])
    closed = [sparse.hstack([each.rows, sparse.csr_array((each.rows.shape[0], len(gaps)))]) for each in limits]
    right = [np.array([-MORE * gap.missing for gap in gaps]), *(each.right for each in limits)]
    bounds = [*((0.0, top) for top in np.ravel(most)), *[(0.0, None)] * len(gaps)]
    cost = np.append(np.ones(found.pairs.size), np.full(len(gaps), AFFORDABLE))
    rows = sparse.vstack([fills, *closed])
    solved = linprog(cost, A_ub=rows, b_ub=np.concatenate(right), bounds=bounds, method="highs")
    return solved.x[: found.pairs.size].reshape(found.pairs.shape)


def _of_room(gaps: Sequence[Gap], prompts: Prompts, found: Yields) -> Iterator[_Limit]:
    """No more pairs for a gap than the prompts of a group have room for."""
    for at in range(len(gaps) if prompts.most is not None else 0):
        rows = sparse.hstack([sparse.diags_array(given) for given in found.to_gap[:, :, at]])
        yield _Limit(rows, MORE * prompts.sums(prompts.room[:, at]))


def _of_bases(prompts: Prompts, ways: list[Way]) -> Iterator[_Limit]:
    """No more candidates made from others than there are of these, and than are to come."""
    one = sparse.eye_array(len(prompts.sums(prompts.lot)))
    none = 0 * one
    for at, way in enumerate(ways):
        base = base_of(way, ways)
        if base is not None:
            rows = [one if other == at else -one if other == base else none for other in range(len(ways))]
            spare = np.maximum(0, ways[base].made - way.made)
            yield _Limit(sparse.hstack(rows), prompts.sums(spare))
