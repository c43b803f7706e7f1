"""The audit's figures equal those of brute force and networkx, on votes drawn at random."""

from __future__ import annotations

import choix
import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.audit import audit
from prefdata.labels import bradley_terry
from prefdata.labels.comparisons import compare, table
from prefdata.labels.linear_order import by_local_search, by_program, by_subsets

from . import oracle
from .conftest import vote_sets

MANY = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
WIDE = tuple(f"m{i}" for i in range(12))


@MANY
@given(votes=vote_sets())
def test_audit_figures_equal_brute_force(vote_file, votes):
    found = audit([vote_file(votes)]).figures()
    expected = oracle.figures(votes)
    assert {name: found[name] for name in expected} == expected


@SOME
@given(votes=vote_sets(weighted=True))
def test_weighted_votes_equal_brute_force(vote_file, votes):
    found = audit([vote_file(votes)]).figures()
    expected = oracle.figures(votes)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@SOME
@given(votes=vote_sets(names=WIDE, most=120))
def test_prompts_of_more_than_eight_candidates_equal_networkx(vote_file, votes):
    found = audit([vote_file(votes)]).figures()
    majority, raw = oracle.graphs(votes)
    assert found["prompts_cyclic_majority"] == sum(not nx.is_directed_acyclic_graph(g) for g in majority.values())
    assert found["prompts_cyclic_raw"] == sum(not nx.is_directed_acyclic_graph(g) for g in raw.values())
    assert found["three_cycles_majority"] == sum(oracle.three_cycles(g) for g in majority.values())


@pytest.mark.parametrize("candidates", [9, 30, 64, 65, 90])
def test_large_prompts_equal_networkx(vote_file, candidates):
    rng = np.random.default_rng(candidates)
    pairs = [rng.choice(candidates, 2, replace=False).tolist() for _ in range(3 * candidates)]
    votes = [
        {"prompt_id": "p", "a": f"c{a:02}", "b": f"c{b:02}", "winner": "a", "judge": f"j{n}"}
        for n, (a, b) in enumerate(pairs)
    ]
    found = audit([vote_file(votes)]).figures()
    majority, _ = oracle.graphs(votes)
    assert found["three_cycles_majority"] == oracle.three_cycles(majority["p"])
    assert found["prompts_cyclic_majority"] == int(not nx.is_directed_acyclic_graph(majority["p"]))


@SOME
@given(votes=vote_sets())
def test_an_edge_is_kept_only_where_all_optimal_orders_agree(coded, votes):
    rows = table(compare(coded(votes))).to_pylist()
    majority, _ = oracle.graphs(votes)
    expected = {prompt: oracle.verdicts(graph) for prompt, graph in majority.items()}
    for row in rows:
        edge = (row["a"], row["b"]) if row["weight_a"] > row["weight_b"] else (row["b"], row["a"])
        assert row["repair"] == expected.get(row["prompt_id"], {}).get(edge)
        assert row["in_cycle"] == (row["repair"] is not None)


@SOME
@given(votes=vote_sets())
def test_what_repair_keeps_has_no_cycle(coded, votes):
    rows = table(compare(coded(votes))).to_pylist()
    graph = nx.DiGraph()
    for row in rows:
        if row["weight_a"] != row["weight_b"] and row["repair"] in (None, "kept"):
            ends = [(row["prompt_id"], row[side]) for side in "ab"]
            graph.add_edge(*(ends if row["weight_a"] > row["weight_b"] else ends[::-1]))
    assert nx.is_directed_acyclic_graph(graph)


@SOME
@given(size=st.integers(3, 7), seed=st.integers(0, 10**6), whole=st.booleans())
def test_the_integer_program_finds_what_the_subsets_find(size, seed, whole):
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 4, (size, size)).astype(float) if whole else rng.random((size, size))
    np.fill_diagonal(weights, 0)
    possible, lightest = by_subsets(weights[None])
    also_possible, weight = by_program(weights)
    assert weight == pytest.approx(lightest[0])
    assert (also_possible == possible[0]).all()


def test_local_search_stays_near_the_optimum():
    rng = np.random.default_rng(5)
    excess = []
    for _ in range(40):
        wins = rng.integers(0, 2, (10, 10)) * rng.integers(1, 6, (10, 10))
        weights = np.where(np.triu(np.ones((10, 10)), 1) + np.triu(np.ones((10, 10)), 1).T > 0, wins, 0).astype(float)
        optimum = by_subsets(weights[None])[1][0]
        excess.append(by_local_search(weights)[1] / max(optimum, 1) - 1)
    assert min(excess) >= 0
    assert np.mean(excess) < 0.05


def test_bradley_terry_equals_choix_with_the_same_penalty():
    rng = np.random.default_rng(3)
    for _ in range(20):
        wins = rng.integers(0, 6, (5, 5)).astype(float)
        np.fill_diagonal(wins, 0)
        data = [(i, j) for i in range(5) for j in range(5) for _ in range(int(wins[i, j]))]
        ours = bradley_terry.fit(wins[None])[0]
        # choix minimises -Σ log σ + α‖θ‖², so that α is half of our λ.
        theirs = choix.opt_pairwise(5, data, alpha=bradley_terry.PRIOR / 2, tol=1e-12)
        assert ours == pytest.approx(theirs - theirs.mean(), abs=1e-6)
