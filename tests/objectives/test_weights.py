"""Weights as numbers: sums of one, means, and how far they may move."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.objectives.weights import PRESETS, REACH, mean, moved, summed_to_one

NAMES = ("accuracy", "safety", "helpfulness", "brevity", "创意")
weightings = st.dictionaries(st.sampled_from(NAMES), st.floats(0.001, 1), min_size=1).map(summed_to_one)
factors = st.dictionaries(st.sampled_from(NAMES), st.floats(0.01, 100))


@given(weightings, factors)
def test_moved_weights_sum_to_one_within_half_and_double(weights, by):
    found = moved(weights, by)
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert list(found) == list(weights)
    assert all(w / REACH - 2e-6 <= found[name] <= w * REACH + 2e-6 for name, w in weights.items())


@given(weightings, factors)
def test_a_larger_factor_never_gives_a_smaller_share_of_the_base(weights, by):
    grown = {name: found / weights[name] for name, found in moved(weights, by).items()}
    order = sorted(weights, key=lambda name: by.get(name, 1.0))
    assert all(grown[low] <= grown[high] + 1e-5 / min(weights.values()) for low, high in pairwise(order))


@given(weightings, st.floats(0.01, 100))
def test_equal_factors_move_nothing(weights, factor):
    assert moved(weights, dict.fromkeys(weights, factor)) == pytest.approx(weights, abs=2e-6)


def test_free_weights_are_proportional_to_base_times_factor():
    assert moved({"a": 0.5, "b": 0.5}, {"a": 1.5}) == pytest.approx({"a": 0.6, "b": 0.4}, abs=1e-6)


def test_presets_sum_to_one_and_are_those_of_the_config():
    assert PRESETS["standard"] == {"accuracy": 0.4, "safety": 0.3, "helpfulness": 0.2, "brevity": 0.1}
    assert PRESETS["safety_first"] == {"safety": 0.5, "accuracy": 0.3, "helpfulness": 0.15, "brevity": 0.05}
    assert all(sum(weights.values()) == pytest.approx(1) for weights in PRESETS.values())


def test_the_mean_of_weightings_knows_no_order():
    one, other = {"accuracy": 0.7, "safety": 0.3}, {"creativity": 1.0}
    assert mean([one, other]) == pytest.approx({"accuracy": 0.35, "safety": 0.15, "creativity": 0.5})
    assert mean([one, other]) == mean([other, one])
