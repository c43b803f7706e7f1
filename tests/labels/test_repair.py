"""Repair finds the lightest sets of edges, as brute force and another integer program do."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.labels.cycles import Edges, components
from prefdata.labels.insertion_search import by_search
from prefdata.labels.linear_order import by_subsets
from prefdata.labels.linear_program import by_program
from prefdata.labels.repair import KEPT, REMOVED, UNDECIDED, repair

from . import oracle
from .cycle_cover import least_weight

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
VERDICTS = {KEPT: "kept", REMOVED: "removed", UNDECIDED: "undecided"}


def noisy_ranking(size: int, seed: int, votes: int = 5, share: float = 1.0) -> np.ndarray:
    """Net wins [n, n] of candidates with hidden strengths; `share` of the pairs have `votes` votes."""
    rng = np.random.default_rng(seed)
    low, high = np.triu_indices(size, 1)
    seen = rng.random(len(low)) < share
    low, high, strength = low[seen], high[seen], rng.normal(size=size)
    net = 2 * rng.binomial(votes, 1 / (1 + np.exp(strength[high] - strength[low]))) - votes
    weights = np.zeros((size, size))
    weights[low, high], weights[high, low] = net.clip(min=0), (-net).clip(min=0)
    return weights


def repaired(weights: np.ndarray):
    """(edges, their repair) of one prompt with these net wins."""
    source, target = np.nonzero(weights)
    edges = Edges(np.zeros(len(source), int), source, target)
    return edges, repair(edges, weights[source, target], components(edges, np.array([len(weights)])))


@SOME
@given(size=st.integers(3, 7), seed=st.integers(0, 10**6), share=st.sampled_from([0.5, 0.8, 1.0]))
def test_up_to_eight_candidates_weight_and_verdicts_equal_brute_force(size, seed, share):
    weights = noisy_ranking(size, seed, votes=3, share=share)
    edges, found = repaired(weights)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((x, y, weights[x, y]) for x, y in np.argwhere(weights > 0).tolist())
    assert found.components.weight.sum() == oracle.feedback_weight(graph)
    verdicts = {
        (x, y): VERDICTS[v]
        for x, y, v in zip(edges.source.tolist(), edges.target.tolist(), found.verdict.tolist(), strict=True)
        if v
    }
    assert verdicts == oracle.verdicts(graph)


def test_eight_candidates_equal_all_their_orders():
    for seed in range(3):
        weights = noisy_ranking(8, seed, votes=1)
        graph = nx.DiGraph()
        graph.add_weighted_edges_from((x, y, weights[x, y]) for x, y in np.argwhere(weights > 0).tolist())
        assert repaired(weights)[1].components.weight.sum() == oracle.feedback_weight(graph)


@FEW
@given(
    size=st.integers(9, 16),
    seed=st.integers(0, 10**6),
    votes=st.sampled_from([1, 5]),
    share=st.sampled_from([0.3, 0.6, 1.0]),
)
def test_up_to_sixteen_candidates_the_weight_equals_another_integer_program(size, seed, votes, share):
    weights = noisy_ranking(size, seed, votes, share)
    found = repaired(weights)[1].components
    assert found.exact.all()
    assert found.weight.sum() == pytest.approx(least_weight(weights))


def test_the_components_are_those_of_networkx():
    for seed in range(20):
        weights = noisy_ranking(20, seed, votes=3, share=0.12)
        graph = nx.DiGraph(np.argwhere(weights > 0).tolist())
        expected = sorted(len(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)
        edges, found = repaired(weights)
        assert sorted(found.components.size.tolist()) == expected
        inside = found.verdict > 0
        assert ((found.component >= 0) == inside).all()
        assert all(len({*edges.source[found.component == c]}) == n for c, n in enumerate(found.components.size))


@pytest.mark.parametrize("size", [17, 24, 31, 40])
def test_what_is_proven_equals_another_integer_program(size):
    weights = noisy_ranking(size, size, votes=5)
    found = by_program(weights)
    assert found.exact
    assert found.weight == pytest.approx(least_weight(weights))


@SOME
@given(size=st.integers(3, 8), seed=st.integers(0, 10**6), share=st.sampled_from([0.4, 1.0]))
def test_the_linear_program_finds_the_orders_that_the_subsets_find(size, seed, share):
    weights = noisy_ranking(size, seed, votes=3, share=share)
    possible, lightest = by_subsets(weights[None])
    found = by_program(weights)
    assert found.weight == pytest.approx(lightest[0])
    assert (found.possible == possible[0]).all()


@pytest.mark.parametrize(("votes", "share"), [(5, 1.0), (3, 1.0), (5, 0.3)])
def test_above_forty_candidates_the_mean_excess_is_below_two_percent(votes, share):
    """Over a bound below the optimum: the relaxation of the other program."""
    excess = []
    for size in (41, 60):
        weights = noisy_ranking(size, size, votes, share)
        found = repaired(weights)[1].components.weight.sum()
        excess.append(found / least_weight(weights, whole=False) - 1)
    assert min(excess) > -1e-6
    assert np.mean(excess) < 0.02


def test_what_is_not_proven_is_not_called_so():
    tournament = np.triu(np.ones((31, 31)), 1)
    backward = np.random.default_rng(0).random(tournament.shape) < 0.5
    tournament = np.where(backward, tournament.T, tournament) * (1 - np.eye(31))
    tournament = np.triu(tournament, 1) + np.tril(1 - np.triu(tournament, 1).T, -1)
    assert not by_program(tournament).exact
    assert not repaired(noisy_ranking(45, 0))[1].components.exact.any()


@pytest.mark.parametrize("seed", range(4))
def test_orders_that_the_search_missed_are_found_by_the_program(seed, monkeypatch):
    weights = noisy_ranking(10, seed, votes=2)
    possible, lightest = by_subsets(weights[None])
    assert (possible[0] & possible[0].T).any()

    def one_order(weights: np.ndarray) -> tuple[np.ndarray, float]:
        place = np.arange(len(weights))
        order = place[:, None] < place[None, :]
        return order, float(weights[~order].sum())

    monkeypatch.setattr("prefdata.labels.linear_program.by_search", one_order)
    found = by_program(weights)
    assert found.weight == lightest[0]
    assert (found.possible == possible[0]).all()


def test_the_search_finds_the_optimum_of_small_tournaments_and_nearly_all_its_orders():
    missed = 0
    for seed in range(20):
        weights = noisy_ranking(12, seed, votes=1)
        possible, lightest = by_subsets(weights[None])
        found, weight = by_search(weights)
        assert weight == lightest[0]
        assert not (found & ~possible[0]).any()
        missed += int((possible[0] & ~found).sum())
    print(missed)
    assert missed <= 2


def test_the_same_weights_are_repaired_alike_in_any_company():
    one, other = noisy_ranking(45, 1), noisy_ranking(6, 2, votes=1)
    alone = repaired(one)[1]
    both = [np.concatenate([np.nonzero(w)[side] for w in (one, other)]) for side in (0, 1)]
    prompt = np.repeat([0, 1], [np.count_nonzero(one), np.count_nonzero(other)])
    edges = Edges(prompt, *both)
    weight = np.concatenate([one[one > 0], other[other > 0]])
    found = repair(edges, weight, components(edges, np.array([45, 6])))
    assert (found.verdict[prompt == 0] == alone.verdict).all()
    assert found.components.prompt.tolist() == sorted(found.components.prompt.tolist())
    assert {*found.components.prompt.tolist()} == {0, 1}
    assert (found.components.prompt[found.component[found.component >= 0]] == prompt[found.component >= 0]).all()
