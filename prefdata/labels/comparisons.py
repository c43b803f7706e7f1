"""Votes → comparisons: every pair of a prompt with its label, conflict, cycle, repair and strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from prefdata import contracts
from prefdata.labels import bradley_terry
from prefdata.labels.coding import Block
from prefdata.labels.cycles import Edges, components, three_cycles
from prefdata.labels.repair import VERDICTS, repair
from prefdata.labels.tally import Pairs, tally


@dataclass(frozen=True)
class Comparisons:
    """M pairs and what their votes say.

    net: net wins of low over high [M]; the majority graph has an edge where it is not 0.
    verdict: int8 [M], see `labels.repair`; cyclic, cyclic_raw: bool [P] over prompts.
    """

    votes: Block
    pairs: Pairs
    net: np.ndarray
    verdict: np.ndarray
    cyclic: np.ndarray
    cyclic_raw: np.ndarray
    three_cycles: int
    feedback_weight: float
    feedback_exact: bool

    @property
    def label(self) -> np.ndarray:
        """1 where low is preferred, -1 where high is, 0 for ties and unresolved pairs [M]."""
        return np.where(self.pairs.tied, 0, np.sign(self.net)).astype(np.int8)


def compare(votes: Block) -> Comparisons:
    pairs, sizes = tally(votes), votes.sizes
    net = pairs.net
    edge = np.flatnonzero(net)
    edges = _edges(pairs, edge, net[edge] > 0)
    component = components(edges, sizes)
    inside = component >= 0
    repaired = repair(edges, np.abs(net[edge]), component)
    verdict = np.zeros(len(net), np.int8)
    verdict[edge] = repaired.verdict
    cyclic = np.zeros(len(sizes), bool)
    cyclic[edges.prompt[inside]] = True
    triangles = three_cycles(Edges(*(side[inside] for side in edges)), sizes)
    return Comparisons(
        votes,
        pairs,
        net,
        verdict,
        cyclic,
        _cyclic_raw(pairs, net, cyclic, sizes),
        triangles,
        repaired.weight,
        repaired.exact,
    )


def _edges(pairs: Pairs, at: np.ndarray, low_wins: np.ndarray) -> Edges:
    low, high = pairs.low[at], pairs.high[at]
    return Edges(pairs.prompt[at], np.where(low_wins, low, high), np.where(low_wins, high, low))


def _cyclic_raw(pairs: Pairs, net: np.ndarray, cyclic: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Prompts whose graph with an edge for every winning vote has a cycle [P].

    A conflicting pair is a cycle, and so is every majority cycle. Elsewhere the raw graph differs from
    the majority graph only by pairs whose winning votes all weigh nothing.
    """
    raw = cyclic.copy()
    raw[pairs.prompt[pairs.conflicting]] = True
    silent = np.zeros(len(sizes), bool)
    silent[pairs.prompt[pairs.decided & (net == 0)]] = True
    at = np.flatnonzero((silent & ~raw)[pairs.prompt] & pairs.decided)
    edges = _edges(pairs, at, pairs.wins_low[at] > 0)
    raw[edges.prompt[components(edges, sizes) >= 0]] = True
    return raw


def probabilities(found: Comparisons) -> np.ndarray:
    """Bradley-Terry P(low preferred to high) [M]; NaN for pairs that only have labels without evidence."""
    pairs, sizes = found.pairs, found.votes.sizes
    theta = bradley_terry.strengths(pairs.prompt, pairs.low, pairs.high, pairs.soft_low, pairs.soft_high, sizes)
    first = found.votes.first[pairs.prompt]
    probability = bradley_terry.probability(theta[first + pairs.low] - theta[first + pairs.high])
    return np.where(pairs.votes > pairs.bare, probability, np.nan)


def table(found: Comparisons) -> pa.Table:
    """The comparisons as rows of the comparison schema, sorted by prompt, a, b."""
    pairs, votes = found.pairs, found.votes
    probability = probabilities(found)
    missing = np.isnan(probability)
    names = np.array(["b", "tie", "a"], object)
    label = np.where(found.pairs.tied, "tie", np.where(found.label == 0, None, names[found.label + 1]))
    columns = {
        "prompt_id": votes.prompt_ids.take(pa.array(pairs.prompt)),
        "a": votes.names(pairs.prompt, pairs.low),
        "b": votes.names(pairs.prompt, pairs.high),
        "votes": pairs.votes,
        "wins_a": pairs.wins_low,
        "wins_b": pairs.wins_high,
        "ties": pairs.ties,
        "both_bad": pairs.both_bad,
        "weight_a": pairs.weight_low,
        "weight_b": pairs.weight_high,
        "weight_tie": pairs.weight_tie,
        "label": pa.array(label, pa.string()),
        "conflict": pairs.conflicting,
        "in_cycle": found.verdict > 0,
        "repair": pa.array(np.array(VERDICTS, object)[found.verdict], pa.string()),
        "probability": pa.array(probability, mask=missing),
        "strength": pa.array(np.abs(2 * probability - 1), mask=missing),
    }
    return pa.table(columns).cast(contracts.arrow_schema("comparison"))
