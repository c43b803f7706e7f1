"""Scores: how much a pair is worth a look."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prefdata.review.scores import ENOUGH, entropy, gaps, scores


def pool(rows: int = 1, **columns) -> pd.DataFrame:
    usual = {
        "conflict": False,
        "in_cycle": False,
        "probability": 0.5,
        "stratum": None,
        "chosen_id": None,
        "gold": False,
    }
    return pd.DataFrame({name: columns.get(name, [value] * rows) for name, value in usual.items()})


def test_entropy_is_one_bit_for_a_coin_and_none_for_what_is_certain():
    assert entropy(np.array([0.5, 1.0, 0.0, np.nan])).tolist() == [1.0, 0.0, 0.0, 1.0]
    assert entropy(np.array([0.25])) == pytest.approx(0.811278, abs=1e-6)


def test_conflict_and_cycle_add_up():
    found = scores(pool(4, conflict=[False, True, False, True], in_cycle=[False, False, True, True]))
    assert found.tolist() == [1.0, 2.0, 2.0, 3.0]


def test_strata_count_only_where_they_are_asked_for():
    assert gaps(pool(3)).tolist() == [1.0, 1.0, 1.0]


def test_a_stratum_that_is_short_of_exported_pairs_and_of_answers_scores_higher():
    rich = pool(100, stratum=["rich"] * 100, chosen_id=["x"] * 100, gold=[True] * ENOUGH + [False] * 50)
    poor = pool(10, stratum=["poor"] * 10, chosen_id=["x"] * 5 + [None] * 5)
    found = gaps(pd.concat([rich, poor], ignore_index=True))
    assert found[0] == 1.0  # has 50 answers, and more than the even share of 52.5 pairs
    assert found[-1] == pytest.approx(1 + 1 + (1 - 5 / 52.5))


def test_where_nothing_is_exported_all_strata_are_short_alike():
    assert gaps(pool(2, stratum=["a", "b"])).tolist() == [3.0, 3.0]
