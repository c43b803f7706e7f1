"""Weights that follow training: what lags gets more."""

from __future__ import annotations

import json
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.errors import InputError
from prefdata.objectives.progress import adapted, read

EVEN = {"accuracy": 0.5, "safety": 0.5}
shares = st.lists(st.floats(0, 1), min_size=2, max_size=5)


def test_a_dimension_that_lags_gets_more_by_the_documented_rule():
    found = adapted(EVEN, {"accuracy": [0.5, 0.5], "safety": [0.5, 0.6]})  # safety has gained a fifth of what it lacked
    assert found["accuracy"] / found["safety"] == pytest.approx(exp(0.2 / 0.5), abs=1e-4)
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)


def test_no_weight_more_than_doubles_or_halves():
    base = {"accuracy": 0.1, "safety": 0.9}
    found = adapted(base, {"accuracy": [0.9, 0.0], "safety": [0.0, 1.0]})
    assert found == pytest.approx({"accuracy": 0.2, "safety": 0.8}, abs=1e-5)


@given(shares, shares)
def test_less_progress_never_means_less_weight(one, other):
    found = adapted(EVEN, {"accuracy": one, "safety": other})
    made = [1.0 if v[0] == v[-1] == 1 else max(-1, (v[-1] - v[0]) / max(1 - v[0], 1e-9)) for v in (one, other)]
    assert (found["accuracy"] - found["safety"]) * (made[1] - made[0]) >= -1e-5


def test_equal_progress_moves_nothing_and_neither_does_that_of_other_dimensions():
    weights = {"accuracy": 0.4, "safety": 0.3, "brevity": 0.3}
    assert adapted(weights, {"accuracy": [0.2, 0.6], "safety": [0.6, 0.8]}) == pytest.approx(weights, abs=1e-5)
    assert adapted(weights, {"creativity": [0.2, 0.6]}) == weights


def test_json_and_csv_say_the_same_and_other_columns_are_left_aside(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps({"accuracy": [0.61, 0.64], "loss": ["x"]}))
    (tmp_path / "p.csv").write_text("step,loss,accuracy\n1,0.69,0.61\n2,0.66,\n3,0.65,0.64\n")
    found = [read(tmp_path / name, ("accuracy", "safety")) for name in ("p.json", "p.csv")]
    assert found == [{"accuracy": [0.61, 0.64]}] * 2


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"acuracy": [0.1, 0.2]}', "acuracy"),
        ('{"accuracy": [0.1]}', "accuracy"),
        ('{"accuracy": [0.1, 61]}', "accuracy"),
        ('{"accuracy": [0.1, NaN]}', "accuracy"),
        ('{"accuracy": "high"}', "accuracy"),
        ('{"loss": [0.1, 0.2]}', None),
        ("[1]", None),
        ("{", None),
    ],
)
def test_what_is_no_progress_is_refused_by_name(tmp_path, text, field):
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "p.json", ("accuracy",))
    assert caught.value.field == field
