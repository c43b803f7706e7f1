"""The measures of a prompt equal their definitions, computed with networkx, least squares and all subsets."""

from __future__ import annotations

from functools import reduce
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from prefdata.labels import measures
from prefdata.labels.comparisons import compare, strengths
from prefdata.labels.cycles import Edges, smith_sizes, three_cycles
from prefdata.report.numbers import add

from . import oracle
from .conftest import vote_sets

SOME = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
Vote = dict[str, object]


def rows_of(coded, votes: list[Vote]) -> dict[str, dict]:
    return {row["prompt_id"]: row for row in measures.table(measures.measure(compare(coded(votes)))).to_pylist()}


def smith_set(names: set, graph: nx.DiGraph) -> int:
    """The size of the smallest non-empty set whose members beat everybody outside."""
    for size in range(1, len(names) + 1):
        for inside in combinations(sorted(names), size):
            if all(graph.has_edge(x, y) for x in inside for y in names - set(inside)):
                return size
    raise AssertionError


def cyclicity(cells: dict[tuple, dict]) -> float | None:
    """‖Y − grad s‖² / ‖Y‖² of one prompt, by least squares on its compared pairs."""
    names = sorted({name for _, *pair in cells for name in pair})
    rows, y, w = [], [], []
    for (_, low, high), cell in cells.items():
        total = cell["weight_low"] + cell["weight_high"] + cell["weight_tie"] or 1e-30
        rows.append([(name == low) - (name == high) for name in names])
        y.append((cell["weight_low"] - cell["weight_high"]) / total)
        w.append(total)
    root, y = np.sqrt(w), np.array(y)
    scores = np.linalg.lstsq(root[:, None] * np.array(rows), root * y, rcond=None)[0]
    whole = (root**2 * y**2).sum()
    return ((root * (y - np.array(rows) @ scores)) ** 2).sum() / whole if whole else None


@SOME
@given(votes=vote_sets(weighted=True))
def test_every_measure_equals_its_definition(coded, votes):
    found, (majority, _), cells = rows_of(coded, votes), oracle.graphs(votes), oracle.tallies(votes)
    assert set(found) == {vote["prompt_id"] for vote in votes}
    for prompt, row in found.items():
        own = {key: cell for key, cell in cells.items() if key[0] == prompt}
        decided = [cell for cell in own.values() if cell["low"] or cell["high"]]
        names, graph = {name for _, *pair in own for name in pair}, majority[prompt]
        conflicts = sum(bool(cell["low"] and cell["high"]) for cell in decided)
        parts = sorted(len(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)
        assert row["candidates"] == len(names)
        assert row["pairs_decided"] == len(decided)
        assert row["conflict_rate"] == (pytest.approx(conflicts / len(decided)) if decided else None)
        assert row["three_cycles"] == oracle.three_cycles(graph)
        assert row["feedback_weight"] == pytest.approx(oracle.feedback_weight(graph))
        assert row["feedback_exact"]
        assert sorted(row["component_sizes"]) == parts
        assert row["smith_set"] == smith_set(names, graph)
        assert row["cyclicity"] == (None if (c := cyclicity(own)) is None else pytest.approx(c, abs=1e-9))


@pytest.mark.parametrize("size", [9, 40, 64, 65, 80])
def test_smith_sets_and_three_cycles_of_large_prompts_equal_networkx(size):
    for share in (0.8, 1.0):
        rng = np.random.default_rng(size)
        low, high = np.triu_indices(size, 1)
        seen = rng.random(len(low)) < share
        low, high = low[seen], high[seen]
        swapped = rng.random(len(low)) < 0.5 / size
        edges = Edges(np.full(len(low), 1), np.where(swapped, high, low), np.where(swapped, low, high))
        graph = nx.DiGraph(list(zip(*(side.tolist() for side in edges[1:]), strict=True)))
        graph.add_nodes_from(range(size))
        unbeaten = nx.DiGraph([(x, y) for x in graph for y in graph if x != y and not graph.has_edge(y, x)])
        top = [
            p
            for p in nx.strongly_connected_components(unbeaten)
            if all(nx.has_path(unbeaten, min(p), y) for y in graph)
        ]
        assert smith_sizes(edges, np.array([3, size])).tolist() == [3, len(top[0])]
        assert three_cycles(edges, np.array([3, size])).tolist() == [0, oracle.three_cycles(graph)]


def test_a_pure_cycle_is_all_cyclic_and_a_ranking_not_at_all(coded):
    def votes(prompt: str, *winners: tuple[str, str]) -> list[Vote]:
        return [{"prompt_id": prompt, "a": x, "b": y, "winner": "a", "judge": "j"} for x, y in winners]

    found = rows_of(coded, votes("cycle", ("x", "y"), ("y", "z"), ("z", "x")) + votes("tree", ("x", "y"), ("y", "z")))
    assert found["cycle"]["cyclicity"] == pytest.approx(1)
    assert found["cycle"]["smith_set"] == 3
    assert found["tree"]["cyclicity"] == pytest.approx(0, abs=1e-12)
    assert found["tree"]["smith_set"] == 3  # nobody compared x with z
    ranked = rows_of(coded, votes("p", ("x", "y"), ("y", "z"), ("x", "z")))
    assert ranked["p"]["smith_set"] == 1


def counted(coded, votes: list[Vote]) -> dict:
    found = compare(coded(votes))
    return measures.counts(measures.measure(found)) | measures.strength_counts(found, strengths(found))


@SOME
@given(votes=vote_sets())
def test_counts_of_prompts_add_up_and_equal_those_of_the_table(coded, votes):
    prompts = sorted({vote["prompt_id"] for vote in votes})
    whole = counted(coded, votes)
    parts = reduce(add, [counted(coded, [v for v in votes if v["prompt_id"] == p]) for p in prompts])
    figures = measures.figures(parts)
    rows = rows_of(coded, votes).values()
    assert {k: v for k, v in figures.items() if k != "histograms"} == pytest.approx(
        {k: v for k, v in measures.figures(whole).items() if k != "histograms"}
    )
    assert figures["histograms"] == measures.figures(whole)["histograms"]
    for name in measures.SHARES:
        known = [row[name] for row in rows if row[name] is not None]
        assert figures[f"{name}_mean"] == (pytest.approx(np.mean(known)) if known else None)
        assert figures["histograms"][name] == [sum(min(int(10 * x), 9) == n for x in known) for n in range(10)]
    assert figures["prompts_with_condorcet_winner"] == sum(row["smith_set"] == 1 for row in rows)
    assert sum(figures["histograms"]["component_sizes"].values()) == sum(len(row["component_sizes"]) for row in rows)


def test_labels_that_strength_contradicts_are_counted(coded):
    won = [("a", "b")] * 9 + [("b", "c")] * 9 + [("c", "a")]
    votes = [{"prompt_id": "p", "a": x, "b": y, "winner": "a", "judge": "j"} for x, y in won]
    assert counted(coded, votes)["labels_against_strength"] == 1
