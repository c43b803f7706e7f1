"""A ranking is C(K, 2) votes, whatever the judge writes around it."""

from __future__ import annotations

import json
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from prefdata.judges import ranking

places = st.lists(st.integers(0, 3), min_size=2, max_size=6)


def written(found: list[int]) -> str:
    """The JSON of a ranking with these places."""
    levels = [[chr(65 + n) for n, place in enumerate(found) if place == level] for level in range(max(found) + 1)]
    return json.dumps({"ranking": levels})


@given(places)
def test_what_is_written_is_read(found):
    read = ranking.read(f"Sure! {written(found)} That is all.", len(found))
    assert read == found


def test_what_names_a_response_twice_or_not_at_all_is_not_read():
    assert ranking.read('{"ranking": [["A"], ["A", "B"]]}', 2) is None
    assert ranking.read('{"ranking": [["A"]]}', 2) is None
    assert ranking.read('{"ranking": [["A"], ["C"]]}', 2) is None
    assert ranking.read('{"ranking": "A, B"}', 2) is None
    assert ranking.read("A is best", 2) is None


def test_a_flat_list_and_small_letters_are_read_too():
    assert ranking.read('{"ranking": ["b", "a", "C"]}', 3) == [1, 0, 2]


@given(places, places)
def test_two_orders_that_contradict_each_other_give_ties(first, second):
    names = [f"c{n}" for n in range(min(len(first), len(second)))]
    one, two = dict(zip(names, first, strict=False)), dict(zip(names, second, strict=False))
    for (a, b), said in ranking.winners([one, two]).items():
        signs = {(ranked[a] > ranked[b]) - (ranked[a] < ranked[b]) for ranked in (one, two)}
        assert said == (["tie", "tie"] if len(signs) > 1 else [{-1: "a", 0: "tie", 1: "b"}[signs.pop()]] * 2)


def test_every_pair_has_a_vote_in_each_ranking():
    votes = ranking.winners([{"a": 0, "b": 1, "c": 2}] * 2)
    assert votes == {pair: ["a", "a"] for pair in combinations("abc", 2)}
