"""How far a prompt's votes contradict each other: one row of measures a prompt, and sums over prompts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from prefdata.labels.bradley_terry import probability
from prefdata.labels.comparisons import Comparisons
from prefdata.labels.cycles import smith_sizes
from prefdata.labels.handling import EQUAL_STRENGTH
from prefdata.labels.hodge import cyclicity
from prefdata.labels.repair import Components
from prefdata.labels.tally import edges

BINS = 10  # of shares from 0 to 1
SHARES = ("conflict_rate", "cyclicity")
NUMBERS = ("candidates", "pairs_decided", "three_cycles", "smith_set")


@dataclass(frozen=True)
class Measures:
    """Of P prompts with votes; arrays [P] unless said otherwise. Shares are NaN where no pair is decided.

    candidates: those voted on; pairs_decided: with a vote that is not a tie; conflict_rate: the share of these with
    votes for both sides; three_cycles: directed triangles of the majority graph; smith_set: candidates in the
    smallest set that beats all others (`cycles.smith_sizes`); feedback_weight: net wins that the best ranking
    contradicts (minimum feedback arc set); cyclicity: see `hodge`; components: the strongly connected components
    with a cycle, by prompt.
    """

    prompt_ids: pa.Array
    candidates: np.ndarray
    pairs_decided: np.ndarray
    conflict_rate: np.ndarray
    three_cycles: np.ndarray
    smith_set: np.ndarray
    feedback_weight: np.ndarray
    feedback_exact: np.ndarray
    cyclicity: np.ndarray
    components: Components


def measure(found: Comparisons) -> Measures:
    """The measures of a block of votes."""
    pairs, sizes = found.pairs, found.votes.sizes

    def by_prompt(which: np.ndarray) -> np.ndarray:
        return np.bincount(pairs.prompt[which], minlength=len(sizes))

    decided, parts = by_prompt(pairs.decided), found.components
    share = np.full(len(sizes), np.nan)
    np.divide(by_prompt(pairs.conflicting), decided, out=share, where=decided > 0)
    return Measures(
        found.votes.prompt_ids, sizes, decided, share, found.triangles,
        smith_sizes(edges(pairs, found.net), sizes),
        np.bincount(parts.prompt, parts.weight, len(sizes)),
        np.bincount(parts.prompt[~parts.exact], minlength=len(sizes)) == 0,
        cyclicity(pairs, sizes), parts,
    )  # fmt: skip


def table(measures: Measures) -> pa.Table:
    """A row a prompt, sorted by its id."""
    parts = measures.components
    begin = np.searchsorted(parts.prompt, np.arange(len(measures.candidates) + 1)).astype(np.int32)
    columns = {
        "prompt_id": measures.prompt_ids,
        **{name: pa.array(getattr(measures, name)) for name in NUMBERS},
        **{name: _known(getattr(measures, name)) for name in SHARES},
        "feedback_weight": pa.array(measures.feedback_weight),
        "feedback_exact": pa.array(measures.feedback_exact),
        "component_sizes": pa.ListArray.from_arrays(pa.array(begin), pa.array(parts.size)),
    }
    return pa.table(columns)


def _known(shares: np.ndarray) -> pa.Array:
    return pa.array(shares, mask=np.isnan(shares))


def counts(measures: Measures) -> dict[str, Any]:
    """Sums and histograms of the measures; those of several blocks or shards add up (`report.numbers.add`)."""
    return {
        "prompts": len(measures.candidates),
        "prompts_not_proven": int((~measures.feedback_exact).sum()),
        "component_sizes": _by_size(measures.components.size),
        "smith_set_sizes": _by_size(measures.smith_set),
        **{name: spread(getattr(measures, name)) for name in SHARES},
    }


def strength_counts(found: Comparisons, theta: np.ndarray) -> dict[str, Any]:
    """Of Bradley-Terry strengths θ [N] (`comparisons.strengths`): how clear pairs are, and labels they contradict."""
    gap = found.gaps(theta)
    return {
        "strength": spread(np.abs(2 * probability(gap) - 1)),
        "labels_against_strength": int((gap * found.label < -EQUAL_STRENGTH).sum()),
    }


def spread(shares: np.ndarray) -> dict[str, Any]:
    """Shares from 0 to 1, to be added up: how many there are, their sum, ten bins; NaN is left out."""
    known = shares[~np.isnan(shares)]
    bins = np.minimum((known * BINS).astype(int), BINS - 1)
    return {"known": len(known), "sum": float(known.sum()), "bins": np.bincount(bins, minlength=BINS).tolist()}


def _by_size(sizes: np.ndarray) -> dict[str, int]:
    found = np.bincount(sizes)
    return {str(size): int(found[size]) for size in np.flatnonzero(found)}


def figures(counts: dict[str, Any]) -> dict[str, Any]:
    """The numbers people ask for, of `counts` and `strength_counts` together; None where the data cannot say.

    A Smith set of one is a candidate that beats every other, a Condorcet winner.
    """
    spreads = {name: counts[name] for name in (*SHARES, "strength")}
    return {
        **{f"{name}_mean": one["sum"] / one["known"] if one["known"] else None for name, one in spreads.items()},
        "prompts_with_condorcet_winner": counts["smith_set_sizes"].get("1", 0),
        "labels_against_strength": counts["labels_against_strength"],
        "histograms": {
            **{name: one["bins"] for name, one in spreads.items()},
            **{name: dict(sorted(counts[name].items(), key=_size)) for name in ("component_sizes", "smith_set_sizes")},
        },
    }


def _size(item: tuple[str, int]) -> int:
    return int(item[0])
