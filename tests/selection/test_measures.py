"""What is measured of pairs before they are balanced: floors, bands of difficulty, strata, lengths."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.errors import PrefdataError
from prefdata.selection.difficulty import bands
from prefdata.selection.floors import standing
from prefdata.selection.length import weights
from prefdata.selection.orienting import oriented
from prefdata.selection.pairing import select
from prefdata.selection.settings import Selection
from prefdata.selection.strata import evidence, strata

from .frames import comparison, frame, many, prompts, tagged


@given(prompts())
@settings(deadline=None, max_examples=60)
def test_the_standing_of_a_candidate_is_the_share_of_rated_ones_that_are_no_better(comparisons):
    compared = oriented(comparisons)
    compared["group"] = compared["prompt_id"]
    known = {
        (row["prompt_id"], row[side]): row[f"quality_{side}"] for row in comparisons.to_dict("records") for side in "ab"
    }
    rated = [quality for quality in known.values() if not np.isnan(quality)]
    if not rated:
        return
    for found, chosen in zip(standing(compared), compared["quality_chosen"], strict=True):
        expected = np.nan if np.isnan(chosen) else sum(each <= chosen for each in rated) / len(rated)
        assert found == pytest.approx(expected, nan_ok=True)


def test_a_chosen_one_below_the_floor_or_rated_by_nobody_is_left_out():
    qualities = {"p0": 0.1, "p1": 0.5, "p2": 0.9, "p3": np.nan}
    rows = [comparison(name, quality_a=quality) for name, quality in qualities.items()]
    found = select(frame(rows), Selection(chosen_floor=0.6))
    assert found.pairs["prompt_id"].tolist() == ["p1", "p2"], "p1 is as good as two thirds"
    reasons = {drop["prompt_id"]: drop["reason"] for drop in found.drops.to_pylist()}
    assert reasons == {"p0": "below_chosen_floor", "p3": "chosen_not_rated"}


def test_a_floor_where_nobody_rates_is_refused():
    with pytest.raises(PrefdataError, match="nobody has rated any"):
        select(frame([comparison()]), Selection(chosen_floor=0.6))


def test_bands_are_thirds_by_the_policys_own_margin():
    pairs = pd.DataFrame({"implicit_margin": np.linspace(-1, 1, 99), "gap": 0.0})
    found = bands(pairs)
    assert found.value_counts().to_dict() == {"easy": 33, "moderate": 33, "hard": 33}
    assert (pairs["implicit_margin"][found == "hard"] < -0.3).all()


def test_pairs_without_it_make_thirds_of_their_own():
    pairs = pd.DataFrame({"implicit_margin": [np.nan] * 30 + [5.0] * 30, "gap": [*range(30), *range(30)]})
    found = bands(pairs)
    assert found[:30].value_counts().to_dict() == {"easy": 10, "moderate": 10, "hard": 10}
    assert (found[30:] == "moderate").all(), "all alike"


def test_what_is_known_of_no_pair_is_moderate():
    assert (bands(pd.DataFrame({"implicit_margin": [np.nan] * 3, "gap": [np.nan] * 3})) == "moderate").all()


def test_the_mix_of_difficulties_shows_in_the_pairs():
    comparisons = many(3000, 0)
    comparisons["logp_a"] = np.random.default_rng(0).normal(size=3000)
    comparisons["logp_b"] = 0.0
    mix = {"easy": 0.15, "moderate": 0.6, "hard": 0.25}
    found = select(comparisons, Selection(difficulty=mix, min_probability=0.5))
    share = found.pairs["difficulty"].value_counts(normalize=True)
    assert all(share[band] == pytest.approx(wanted, abs=0.01) for band, wanted in mix.items())
    margins = found.pairs.groupby("difficulty")["implicit_margin"].mean()
    assert margins["hard"] < margins["moderate"] < margins["easy"]
    assert set(found.drops["reason"].to_pylist()) == {"over_difficulty"}


def test_bands_that_a_mix_does_not_name_share_what_it_leaves():
    found = select(many(3000, 1), Selection(difficulty={"hard": 0.6}, min_probability=0.5))
    comparisons = found.pairs["difficulty"].value_counts(normalize=True)
    assert comparisons.get("hard", 0.0) == pytest.approx(0.0), "all gaps are alike: none is hard, and it is named"
    spread = many(3000, 1)
    spread["theta_a"] = spread["probability"]
    found = select(spread, Selection(difficulty={"hard": 0.6}, min_probability=0.5))
    assert found.pairs["difficulty"].value_counts(normalize=True)["hard"] == pytest.approx(0.6, abs=0.01)


def test_strata_are_tags_and_what_is_measured():
    row = comparison(
        tags=tagged(kind="count", source="hidden"), source_a="sample", source_b="noise", error_b="hallucination",
        chars_a=250.0, evidence="both",
    )  # fmt: skip
    found = strata(oriented(frame([row, comparison("q", label="b", tags="{}", evidence=None)])))
    assert found.iloc[0].to_dict() == {
        "kind": "count", "source": "sample", "rejected_source": "noise", "error_type": "hallucination",
        "length": "medium", "evidence": "both",
    }  # fmt: skip
    assert found.iloc[1][["kind", "error_type", "evidence", "length"]].tolist() == ["none", "none", "none", "short"]


def test_evidence_says_who_voted():
    def judge(name: str) -> dict:
        return {"judge": name, "a": 1, "b": 0, "tie": 0}

    lists = [[judge("rubric")], [judge("Ann")], [judge("Ann"), judge("rubric")], []]
    assert evidence(pa.chunked_array([lists[:2], lists[2:]]), {"rubric"}).tolist() == [
        "models",
        "imported",
        "both",
        None,
    ]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([-1, 0, 1])), min_size=1, max_size=60))
def test_weights_never_rise_and_bring_the_rate_down_to_gold(rows):
    group = pd.Categorical([name for name, _ in rows], categories=["a", "b"])
    sign, rates = np.array([side for _, side in rows]), {"a": 0.3, "b": 1.0}
    weight = weights(rates, group, sign)
    assert ((weight >= 0) & (weight <= 1)).all()
    assert (weight[sign != 1] == 1).all()
    for name, rate in rates.items():
        own = np.asarray(group == name) & (sign != 0)
        total, longer = weight[own].sum(), weight[own & (sign == 1)].sum()
        plain = (sign[own] == 1).mean() if own.any() else 0.0
        assert not total or longer / total == pytest.approx(min(rate, plain))


def test_tags_are_read_as_json():
    found = strata(oriented(frame([comparison(tags=json.dumps({"kind": "数量"}))])))
    assert found["kind"].tolist() == ["数量"]
