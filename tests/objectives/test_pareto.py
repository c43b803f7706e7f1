"""Pareto dominance of candidates, against every two compared one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from prefdata.objectives.dominance import Dominance
from prefdata.objectives.pareto import compared, non_dominated

from .records import evidence, ratings

values = st.sampled_from([0.0, 0.25, 0.5, 1.0, np.nan])


def beats(one: np.ndarray, other: np.ndarray) -> bool:
    """By the words of the definition, dimension by dimension."""
    if any(np.isnan(x) != np.isnan(y) for x, y in zip(one, other, strict=True)):
        return False
    known = [(x, y) for x, y in zip(one, other, strict=True) if not np.isnan(x)]
    return all(x >= y for x, y in known) and any(x > y for x, y in known)


@settings(deadline=None)
@given(arrays(float, st.tuples(st.integers(0, 12), st.integers(1, 4)), elements=values), st.data())
def test_a_candidate_is_free_exactly_if_no_other_of_its_prompt_beats_it(scores, data):
    group = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(scores), max_size=len(scores))), int)
    by_hand = [
        not any(group[i] == group[j] and beats(scores[j], scores[i]) for j in range(len(scores)))
        for i in range(len(scores))
    ]
    assert non_dominated(scores, group).tolist() == by_hand


@given(arrays(float, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.floats(0, 1)))
def test_every_prompt_has_a_candidate_that_nobody_beats(scores):
    assert non_dominated(scores, np.zeros(len(scores), int)).any()


@given(arrays(float, 3, elements=values), arrays(float, 3, elements=values))
def test_two_candidates_are_one_thing_to_each_other(one, other):
    forth, back = compared(one, other), compared(other, one)
    assert forth.dominates == back.dominated == beats(one, other)
    assert forth.trades_off == back.trades_off
    assert int(forth.dominates) + int(forth.dominated) + int(forth.trades_off) <= 1


def test_the_chosen_dominates_trades_off_or_is_dominated():
    scores = {
        "c0": {"accuracy": 9, "brevity": 9},
        "c1": {"accuracy": 9, "brevity": 5},
        "c2": {"accuracy": 1, "brevity": 10},
        "c3": {"accuracy": 9},
        "c4": {"accuracy": 9, "brevity": 9},
    }
    found = evidence(ratings(scores))
    dominance = Dominance(found.rating, found.candidate, ("accuracy", "brevity"))
    assert found.candidate["candidate_id"].to_pylist() == list(scores)
    chosen, rejected = pa.array([0, 1, 0, 0, 0]), pa.array([1, 0, 2, 3, 4])
    assert dominance.of(chosen, rejected) == ["dominates", "dominated", "trades_off", None, None]
