"""Conflicts and cycles are handled as the words of the setting say, and ties stay ties under all of them."""

from __future__ import annotations

from itertools import product

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.labels.comparisons import compare, strengths, table
from prefdata.labels.handling import EQUAL_STRENGTH, Handling, handle
from prefdata.labels.removed import removed

from . import oracle
from .conftest import vote_sets

SOME = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
CONFLICTS = ("majority", "strength", "relabel", "drop")
CYCLES = ("repair", "strength", "majority", "relabel", "drop")
ALL = [Handling(*words) for words in product(CONFLICTS, CYCLES)]
HANDLINGS = st.sampled_from(ALL)
DENSE = vote_sets(names=("a", "b", "c"), least=20, most=60, bare=True)
Vote = dict[str, object]


def rows_of(coded, votes: list[Vote], how: Handling) -> list[dict]:
    found = compare(coded(votes))
    return table(found, handle(found, strengths(found), how)).to_pylist()


def voted_label(row: dict) -> str | None:
    """The label by majority: ties if they weigh more than the winning side, nothing if both sides weigh the same."""
    if row["weight_tie"] > max(row["weight_a"], row["weight_b"]) or (row["ties"] and not row["wins_a"] + row["wins_b"]):
        return "tie"
    return None if row["weight_a"] == row["weight_b"] else "a" if row["weight_a"] > row["weight_b"] else "b"


def strong_label(row: dict) -> str | None:
    if row["probability"] is None:
        return None
    gap = row["theta_a"] - row["theta_b"]
    return None if abs(gap) < EQUAL_STRENGTH else "a" if gap > 0 else "b"


def expected(row: dict, how: Handling) -> tuple[str | None, str | None]:
    """(label, reason) of a row, but for labels that close a cycle."""
    label, cyclic = voted_label(row), row["in_cycle"]
    if label == "tie":
        return label, None
    if how.conflicts == "strength" and row["conflict"]:
        label = strong_label(row) or label
    known = row["probability"] is not None
    if how.cycles == "strength" and cyclic and known:
        label = strong_label(row)
    repaired = {"removed": "cycle_removed", "undecided": "cycle_undecided"}.get(row["repair"])
    reason = {
        "repair": repaired,
        "strength": None if known else repaired,
        "relabel": "cycle_to_review" if cyclic else None,
        "drop": "in_cycle" if cyclic else None,
    }.get(how.cycles)
    if row["conflict"]:
        reason = {"relabel": "conflict_to_review", "drop": "conflict"}.get(how.conflicts, reason)
    return label, reason


def closing(rows: list[dict]) -> set[tuple]:
    """The labels that lie in a cycle of labels and that the votes, once repaired, do not back."""
    graph = graph_of(rows)
    part = {node: n for n, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes}
    return {
        (row["prompt_id"], row["a"], row["b"])
        for row in rows
        if row["label"] in ("a", "b") and row["handling"] is None
        and part[row["prompt_id"], row["a"]] == part[row["prompt_id"], row["b"]]
        and (row["label"] != voted_label(row) or row["repair"] in ("removed", "undecided"))
    }  # fmt: skip


def graph_of(rows: list[dict]) -> nx.DiGraph:
    """The labels that are not left out."""
    graph = nx.DiGraph()
    for row in rows:
        if row["label"] in ("a", "b") and row["handling"] is None:
            ends = [(row["prompt_id"], row[side]) for side in "ab"]
            graph.add_edge(*(ends if row["label"] == "a" else ends[::-1]))
    return graph


@SOME
@given(votes=DENSE, how=HANDLINGS)
def test_labels_and_reasons_are_those_of_the_words(coded, votes, how):
    rows = rows_of(coded, votes, how)
    said = [{**row, "label": label, "handling": why} for row in rows for label, why in [expected(row, how)]]
    if how.cycles != "majority" and "strength" in (how.conflicts, how.cycles):
        why = {"relabel": "cycle_to_review", "drop": "in_cycle"}.get(how.cycles, "cycle_removed")
        at = closing(said)
        said = [{**row, "handling": why} if (row["prompt_id"], row["a"], row["b"]) in at else row for row in said]
    assert rows == said


@SOME
@given(votes=DENSE, how=HANDLINGS.filter(lambda how: how.cycles != "majority"))
def test_labels_that_are_not_left_out_have_no_cycle(coded, votes, how):
    assert nx.is_directed_acyclic_graph(graph_of(rows_of(coded, votes, how)))


@SOME
@given(votes=DENSE, how=HANDLINGS)
def test_a_tie_stays_a_tie_whatever_the_setting(coded, votes, how):
    for row in rows_of(coded, votes, how):
        assert (row["label"] == "tie") == (voted_label(row) == "tie")
        assert row["label"] != "tie" or row["handling"] is None


@SOME
@given(votes=DENSE, how=HANDLINGS)
def test_what_is_neither_conflict_nor_cycle_is_left_alone(coded, votes, how):
    for row in rows_of(coded, votes, how):
        if not row["conflict"] and not row["in_cycle"]:
            assert (row["label"], row["handling"]) == (voted_label(row), None)


def votes_of(*winners: str, prompt: str = "p", source: str | None = None) -> list[Vote]:
    """ "xy" is a vote for x over y."""
    extra = {"source": source} if source else {}
    return [{"prompt_id": prompt, "a": w[0], "b": w[1], "winner": "a", "judge": "j", **extra} for w in winners]


@pytest.mark.parametrize("how", ALL, ids=lambda how: f"{how.conflicts}-{how.cycles}")
def test_a_tied_pair_is_a_tie_though_it_is_a_conflict_in_a_cycle(coded, how):
    ties = [{**vote, "winner": "tie"} for vote in votes_of("xy", "xy", "xy")]
    found = compare(coded([*votes_of("xy", "xy", "yx", "yz", "zx", "yé", "yé"), *ties]))
    handled = handle(found, strengths(found), how)
    tied = table(found, handled).to_pylist()[0]
    assert (tied["a"], tied["b"], tied["conflict"], tied["in_cycle"]) == ("x", "y", True, True)
    assert (tied["label"], tied["handling"]) == ("tie", None)
    assert handled.label[0] == 0


def test_an_unresolved_conflict_is_decided_by_strength_only(coded):
    votes = votes_of("xy", "yx", "xz", "xz", "zy", "zy")
    labels = {how.conflicts: rows_of(coded, votes, how)[0]["label"] for how in ALL if how.cycles == "repair"}
    assert labels == {"majority": None, "strength": "a", "relabel": None, "drop": None}


def test_a_label_that_strength_gives_against_the_votes_of_others_is_left_out(coded):
    # u against y is 1 to 1 and u is the stronger, but y beat x and x beat u: u over y would close a cycle.
    votes = votes_of(
        *["uv"] * 2, *["vu"] * 2, *["ux"] * 2, *["xu"] * 3, "uy", "yu", *["vx"] * 3, *["xv"] * 2, "vy", "vy", "yx"
    )
    rows = {row["a"] + row["b"]: row for row in rows_of(coded, votes, Handling("strength", "repair"))}
    assert (rows["uy"]["label"], rows["uy"]["handling"]) == ("a", "cycle_removed")
    assert {pair for pair, row in rows.items() if row["handling"]} == {"uy"}
    gone = removed(found := compare(coded(votes)), handle(found, strengths(found), Handling("strength"))).to_pylist()
    assert [(row["winner"], row["loser"], row["weight"], row["component_size"]) for row in gone] == [
        ("u", "y", 0, None)
    ]


@pytest.mark.parametrize("times", [1, 2, 3, 5, 7])
def test_equal_strengths_give_no_label_inside_a_cycle(coded, times):
    votes = votes_of("xy", "yz", "zx", *["wx", "wy", "wz", "xv", "yv", "zv", "wv"] * times)
    rows = {row["a"] + row["b"]: row for row in rows_of(coded, votes, Handling(cycles="strength"))}
    assert [rows[pair]["label"] for pair in ("xy", "yz", "xz")] == [None] * 3
    assert all(row["handling"] is None for row in rows.values())


@pytest.mark.parametrize("source", ["label", None])
def test_a_conflict_that_strength_cannot_decide_stays_with_the_majority(coded, source):
    # Twice x over y and three times y over z, which beat x as often: all are equally strong.
    votes = votes_of(*["xy", "yx", "xy", "yx", "xy"] if source else ["xy", "xy", "yx", "yz", "zx"], source=source)
    row = next(row for row in rows_of(coded, votes, Handling("strength", "majority")) if row["b"] == "y")
    assert row["label"] == "a"


def test_cycles_of_labels_without_evidence_are_repaired_under_strength(coded):
    rows = rows_of(coded, votes_of("xy", "yz", "zx", source="label"), Handling(cycles="strength"))
    assert {row["handling"] for row in rows} == {"cycle_undecided"}
    assert all(row["theta_a"] is None and row["probability"] is None for row in rows)


def test_an_edge_that_strength_agrees_with_is_left_out_if_it_closes_a_cycle_with_labels_without_evidence(coded):
    # w, v, y beat each other in a circle; repair keeps w over v and y over w, which strength does not judge.
    bare = votes_of(*["wv"] * 2, *["vx"] * 3, *["yw"] * 3, source="label")
    rows = rows_of(coded, bare + votes_of("vy", "wx", "wx", "wx", "xy"), Handling(cycles="strength"))
    found = {row["a"] + row["b"]: (row["label"], row["repair"], row["handling"]) for row in rows}
    assert found["vy"] == ("a", "removed", "cycle_removed")
    assert {pair for pair, (_, _, why) in found.items() if why} == {"vy"}


def test_a_pair_without_evidence_has_no_probability_though_its_candidates_have_strengths(coded):
    votes = votes_of("xz", "yz", "yz") + votes_of("xy", source="label")
    row = next(row for row in rows_of(coded, votes, Handling()) if row["b"] == "y")
    assert row["theta_a"] is not None
    assert (row["probability"], row["strength"]) == (None, None)


def test_strengths_stand_beside_the_labels(coded):
    rows = rows_of(coded, votes_of("xy", "xy", "yz", "yz", "yz") + votes_of("zw", source="label"), Handling())
    theta = {row[side]: row[f"theta_{side}"] for row in rows for side in "ab"}
    assert theta["w"] is None
    assert theta["x"] > theta["y"] > theta["z"]
    assert all(row["probability"] > 0.5 for row in rows[1:])


@SOME
@given(votes=DENSE, how=HANDLINGS)
def test_removed_edges_are_the_labels_left_out_of_cycles(coded, votes, how):
    found = compare(coded(votes))
    handled = handle(found, strengths(found), how)
    rows, gone = table(found, handled).to_pylist(), removed(found, handled).to_pylist()
    out = [row for row in rows if (row["handling"] or "").startswith(("cycle", "in_cycle"))]
    assert [(row["prompt_id"], *sorted((row["winner"], row["loser"])), row["reason"]) for row in gone] == [
        (row["prompt_id"], row["a"], row["b"], row["handling"]) for row in out
    ]
    majority, _ = oracle.graphs(votes)
    for row, edge in zip(gone, out, strict=True):
        assert row["winner"] == (edge["a"] if edge["label"] == "a" else edge["b"])
        assert row["weight"] == (edge["weight_a"] - edge["weight_b"]) * (1 if edge["label"] == "a" else -1)
        if row["component_size"] is not None:
            parts = nx.strongly_connected_components(majority[row["prompt_id"]])
            part = next(part for part in parts if row["winner"] in part)
            assert row["component_size"] == len(part)
            assert row["component_weight"] == oracle.feedback_weight(majority[row["prompt_id"]].subgraph(part))
