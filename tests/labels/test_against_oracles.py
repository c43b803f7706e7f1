"""The audit's figures equal those of brute force and networkx, on votes drawn at random."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from prefdata.audit import audit
from prefdata.labels.coding import Block
from prefdata.labels.comparisons import compare, strengths, table
from prefdata.labels.handling import Handling, handle

from . import oracle
from .conftest import vote_sets

MANY = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
WIDE = tuple(f"m{i}" for i in range(12))


def rows_of(votes: Block) -> list[dict]:
    found = compare(votes)
    return table(found, handle(found, strengths(found), Handling())).to_pylist()


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
    rows = rows_of(coded(votes))
    majority, _ = oracle.graphs(votes)
    expected = {prompt: oracle.verdicts(graph) for prompt, graph in majority.items()}
    for row in rows:
        edge = (row["a"], row["b"]) if row["weight_a"] > row["weight_b"] else (row["b"], row["a"])
        assert row["repair"] == expected.get(row["prompt_id"], {}).get(edge)
        assert row["in_cycle"] == (row["repair"] is not None)


@SOME
@given(votes=vote_sets())
def test_what_repair_keeps_has_no_cycle(coded, votes):
    rows = rows_of(coded(votes))
    graph = nx.DiGraph()
    for row in rows:
        if row["weight_a"] != row["weight_b"] and row["repair"] in (None, "kept"):
            ends = [(row["prompt_id"], row[side]) for side in "ab"]
            graph.add_edge(*(ends if row["weight_a"] > row["weight_b"] else ends[::-1]))
    assert nx.is_directed_acyclic_graph(graph)
