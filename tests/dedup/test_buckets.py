"""Buckets: every pair that shares a key, and of crowds what ties them together."""

from __future__ import annotations

from itertools import combinations

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.dedup.buckets import Pairs, joined, pairs

KEYS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 4), min_size=width, max_size=width), max_size=25).map(
        lambda rows: np.array(rows, np.uint64).reshape(-1, width)
    )
)


def told(keys: np.ndarray, crowd: int | None) -> set[tuple[int, int]]:
    return {(a, b) for part in pairs(keys, crowd) for a, b in zip(*(side.tolist() for side in part), strict=True)}


def sharing(keys: np.ndarray, least: int = 1) -> set[tuple[int, int]]:
    return {(a, b) for a, b in combinations(range(len(keys)), 2) if (keys[a] == keys[b]).sum() >= least}


@given(KEYS)
def test_without_crowds_the_pairs_are_all_that_share_a_key(keys):
    assert told(keys, None) == sharing(keys)


@given(KEYS)
def test_pairs_that_come_in_small_parts_are_the_same(keys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prefdata.dedup.buckets.PAIRS_AT_ONCE", 3)
        assert told(keys, None) == sharing(keys)


@given(KEYS, st.integers(1, 4))
def test_crowds_stay_tied_together_and_nothing_else_is(keys, crowd):
    found = told(keys, crowd)
    assert found <= sharing(keys)
    graphs = [networkx.Graph(edges) for edges in (found, sharing(keys))]
    for graph in graphs:
        graph.add_nodes_from(range(len(keys)))
    assert {*map(frozenset, networkx.connected_components(graphs[0]))} == {
        *map(frozenset, networkx.connected_components(graphs[1]))
    }


def test_of_a_crowd_those_are_paired_that_share_a_second_key():
    keys = np.array([(a, b) for a in range(6) for b in range(6) for _ in "12"], np.uint64)  # every crowd has twelve
    found = told(keys, 5)
    assert found >= sharing(keys, 2)
    assert len(found) < len(sharing(keys)) / 3


def test_a_crowd_costs_few_pairs():
    assert sum(len(part.a) for part in pairs(np.zeros((5000, 4), np.uint64))) < 5000 * 50


def test_joined_pairs_stand_once_in_order():
    parts = [Pairs(np.array([2, 0]), np.array([3, 1])), Pairs(np.array([0]), np.array([1]))]
    assert [side.tolist() for side in joined(parts, 4)] == [[0, 2], [1, 3]]
    assert [len(side) for side in joined([], 0)] == [0, 0]
