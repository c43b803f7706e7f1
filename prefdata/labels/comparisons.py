"""Votes → comparisons: every pair of a prompt with its label, conflict, cycle, repair and strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from prefdata import contracts
from prefdata.labels import bradley_terry, ranking
from prefdata.labels.coding import HIGH, LOW, Block
from prefdata.labels.cycles import Edges, components, three_cycles
from prefdata.labels.handling import REASONS, Handled
from prefdata.labels.repair import VERDICTS, Components, repair
from prefdata.labels.tally import Pairs, edges, tally


@dataclass(frozen=True)
class Comparisons:
    """M pairs and what their votes say.

    net: net wins of low over high [M]; the majority graph has an edge where it is not 0.
    verdict: int8 [M], see `labels.repair`; component: position in `components` [M], -1 outside of cycles.
    cyclic, cyclic_raw: bool [P]; triangles: directed three-cycles [P]; all over prompts.
    """

    votes: Block
    pairs: Pairs
    net: np.ndarray
    verdict: np.ndarray
    component: np.ndarray
    components: Components
    cyclic: np.ndarray
    cyclic_raw: np.ndarray
    triangles: np.ndarray

    @property
    def label(self) -> np.ndarray:
        """1 where low is preferred, -1 where high is, 0 for ties and unresolved pairs [M]."""
        return np.where(self.pairs.tied, 0, np.sign(self.net)).astype(np.int8)

    @property
    def wins(self) -> tuple[np.ndarray, np.ndarray]:
        """Votes for low and for high as they were said [M]: what judges are worth turns none of them over here."""
        if self.votes.said is None:
            return self.pairs.wins_low, self.pairs.wins_high
        said, pair, number = self.votes.said.outcome, self.pairs.of_vote, len(self.net)
        return np.bincount(pair[said == LOW], minlength=number), np.bincount(pair[said == HIGH], minlength=number)

    def gaps(self, theta: np.ndarray) -> np.ndarray:
        """θ of low less θ of high, for strengths [N], of every pair [M]; NaN for pairs without evidence."""
        first = self.votes.first[self.pairs.prompt]
        gap = theta[first + self.pairs.low] - theta[first + self.pairs.high]
        return np.where(self.pairs.votes > self.pairs.bare, gap, np.nan)

    @property
    def three_cycles(self) -> int:
        return int(self.triangles.sum())

    @property
    def feedback_weight(self) -> float:
        return float(self.components.weight.sum())

    @property
    def feedback_exact(self) -> bool:
        return bool(self.components.exact.all())


def compare(votes: Block) -> Comparisons:
    pairs, sizes = tally(votes), votes.sizes
    net = pairs.net
    graph, edge = edges(pairs, net), np.flatnonzero(net)
    number = components(graph, sizes)
    inside = number >= 0
    repaired = repair(graph, np.abs(net[edge]), number)
    verdict, component = np.zeros(len(net), np.int8), np.full(len(net), -1)
    verdict[edge], component[edge] = repaired.verdict, repaired.component
    cyclic = np.zeros(len(sizes), bool)
    cyclic[graph.prompt[inside]] = True
    return Comparisons(
        votes, pairs, net, verdict, component, repaired.components, cyclic, _cyclic_raw(pairs, net, cyclic, sizes),
        three_cycles(Edges(*(side[inside] for side in graph)), sizes),
    )  # fmt: skip


def _cyclic_raw(pairs: Pairs, net: np.ndarray, cyclic: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Prompts whose graph with an edge for every winning vote has a cycle [P].

    A conflicting pair is a cycle, and so is every majority cycle. Elsewhere the raw graph differs from
    the majority graph only by pairs whose winning votes all weigh nothing.
    """
    raw = cyclic.copy()
    raw[pairs.prompt[pairs.conflicting]] = True
    silent = np.zeros(len(sizes), bool)
    silent[pairs.prompt[pairs.decided & (net == 0)]] = True
    asked = (silent & ~raw)[pairs.prompt]
    graph = edges(pairs, np.where(asked, np.sign(pairs.wins_low - pairs.wins_high), 0))
    raw[graph.prompt[components(graph, sizes) >= 0]] = True
    return raw


def strengths(found: Comparisons) -> np.ndarray:
    """Bradley-Terry θ of every candidate [N], mean 0 a prompt; NaN for those that only have labels without evidence."""
    pairs, first = found.pairs, found.votes.first
    theta = bradley_terry.strengths(
        pairs.prompt, pairs.low, pairs.high, pairs.soft_low, pairs.soft_high, found.votes.sizes
    )
    seen = np.zeros(len(theta), bool)
    shown = pairs.votes > pairs.bare
    for side in (pairs.low, pairs.high):
        seen[(first[pairs.prompt] + side)[shown]] = True
    return np.where(seen, theta, np.nan)


def certainties(found: Comparisons) -> np.ndarray:
    """Log-odds that low is the better [M] (`labels.ranking`); NaN for pairs that only have labels without evidence."""
    pairs = found.pairs
    wins = (pairs.soft_low, pairs.soft_high)
    odds = ranking.certainties(pairs.prompt, pairs.low, pairs.high, *wins, found.votes.sizes)
    return np.where(pairs.votes > pairs.bare, odds, np.nan)


def table(found: Comparisons, handled: Handled) -> pa.Table:
    """The comparisons as rows of the comparison schema, sorted by prompt, a, b."""
    pairs, votes = found.pairs, found.votes
    first = votes.first[pairs.prompt]
    probability = bradley_terry.probability(certainties(found))
    names = np.array(["b", "tie", "a"], object)
    wins_a, wins_b = found.wins
    label = np.where(pairs.tied, "tie", np.where(handled.label == 0, None, names[handled.label + 1]))
    columns = {
        "prompt_id": votes.prompt_ids.take(pa.array(pairs.prompt)),
        "a": votes.names(pairs.prompt, pairs.low),
        "b": votes.names(pairs.prompt, pairs.high),
        "votes": pairs.votes,
        "wins_a": wins_a,
        "wins_b": wins_b,
        "ties": pairs.ties,
        "both_bad": pairs.both_bad,
        "weight_a": pairs.weight_low,
        "weight_b": pairs.weight_high,
        "weight_tie": pairs.weight_tie,
        "label": pa.array(label, pa.string()),
        "conflict": pairs.conflicting,
        "in_cycle": found.verdict > 0,
        "repair": pa.array(np.array(VERDICTS, object)[found.verdict], pa.string()),
        "probability": _known(probability),
        "strength": _known(np.abs(2 * probability - 1)),
        "theta_a": _known(handled.theta[first + pairs.low]),
        "theta_b": _known(handled.theta[first + pairs.high]),
        "handling": pa.array(np.array(REASONS, object)[handled.reason], pa.string()),
    }
    return pa.table(columns).cast(contracts.arrow_schema("comparison"))


def _known(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers, mask=np.isnan(numbers))
