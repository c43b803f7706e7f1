"""Shares are met within a point or the shortfall is named, with as many pairs as can be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from prefdata.selection.balancing import balance
from prefdata.selection.gaps import shares
from prefdata.selection.margins import Margin, Sides, margin
from prefdata.selection.pairing import select
from prefdata.selection.settings import Length, Selection

from .frames import many

QUARTERS = st.permutations([0.5, 0.25, 0.25]).map(tuple)
Counts = dict[tuple[str, str], int]


def pairs_of(counts: Counts, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """So many pairs of each cell, with their strata."""
    rows = [cell for cell, count in counts.items() for _ in range(count)]
    strata = pd.DataFrame(rows, columns=["one", "other"])
    pick = np.random.default_rng(seed)
    pairs = pd.DataFrame({"strength": pick.random(len(rows)), "margin": 1.0})
    return pairs.assign(prompt_id=[f"p{n:05}" for n in range(len(rows))]), strata


def kept(counts: Counts, wanted: dict[str, dict[str, float]], **more) -> tuple[pd.DataFrame, tuple[Margin, ...], int]:
    pairs, strata = pairs_of(counts)
    margins = tuple(margin(name, of, strata[name]) for name, of in wanted.items())
    found = balance(pairs, margins, **more)
    return strata[found.reason == np.array(None)], margins, found.amount


def cells(one: int, other: int, most: int, least: int = 0):
    """Counts of a table of so many rows and columns."""
    return st.lists(st.integers(least, most), min_size=one * other, max_size=one * other).map(
        lambda counts: dict(zip(product("abc"[:one], "xyz"[:other]), counts, strict=True))
    )


@given(cells(3, 1, 30), QUARTERS)
@settings(deadline=None, max_examples=60)
def test_of_one_margin_the_scarcest_value_says_how_many(counts, of):
    assume(all(counts.values()))
    found, _, _ = kept(counts, {"one": dict(zip("abc", of, strict=True))})
    assert len(found) == int(min(count / share for count, share in zip(counts.values(), of, strict=True)) + 1e-9)


@given(cells(2, 2, 7), st.sampled_from([0.25, 0.5, 0.75]), st.sampled_from([0.25, 0.5, 0.75]))
@settings(deadline=None, max_examples=60)
def test_of_two_margins_as_many_pairs_stay_as_whole_tables_allow(counts, one, other):
    """Tables of whole numbers with exact shares exist for every multiple of four up to the optimum, and no further."""
    best = 0
    for table in product(*(range(count + 1) for count in counts.values())):
        total = sum(table)
        if (table[0] + table[1], table[0] + table[2]) == (one * total, other * total):
            best = max(best, total)
    assume(best)
    found, _, _ = kept(counts, {"one": {"a": one, "b": 1 - one}, "other": {"x": other, "y": 1 - other}})
    assert best <= len(found) < best + 4


@given(cells(3, 3, 400, least=1), QUARTERS, QUARTERS, st.sampled_from([None, 50, 300, 5000]))
@settings(deadline=None, max_examples=60)
def test_shares_are_met_within_a_point_where_every_cell_has_pairs(counts, one, other, target):
    wanted = {"one": dict(zip("abc", one, strict=True)), "other": dict(zip("xyz", other, strict=True))}
    found, margins, amount = kept(counts, wanted, target=target)
    assume(target is None or len(found) < sum(counts.values()))
    largest = len(kept(counts, wanted)[0])
    if target is None or target <= largest:
        assert len(found) == amount == (target or largest)
        for each in margins:
            for value, share in zip(each.values, each.share, strict=True):
                away = abs((found[each.name] == value).sum() - share * len(found))
                assert away < max(0.01 * len(found), 2), (each.name, value)
    else:
        assert len(found) == min(target, sum(counts.values())), "the number is kept, the shares come as near as can be"


@given(cells(3, 3, 60), QUARTERS, QUARTERS, st.sampled_from([None, 40, 400]))
@settings(deadline=None, max_examples=60)
def test_whatever_is_off_by_more_than_a_point_is_named(counts, one, other, target):
    wanted = {"one": dict(zip("abc", one, strict=True)), "other": dict(zip("xyz", other, strict=True))}
    assume(sum(counts.values()))
    pairs, strata = pairs_of(counts)
    margins = tuple(margin(name, of, strata[name]) for name, of in wanted.items())
    stays = balance(pairs, margins, target=target).reason == np.array(None)
    named = {(row["margin"], row["value"]) for row in shares(margins, stays, 1) if row["off"]}
    total = stays.sum()
    for name, of in wanted.items():
        for value, share in of.items():
            count = (strata[name][stays] == value).sum()
            is_off = abs(count - share * total) > 0.01 * total and abs(count - share * total) >= 1
            assert is_off == ((name, value) in named)


def test_a_value_without_pairs_leaves_its_share_to_the_others_in_proportion():
    counts = {("a", "x"): 0, ("b", "x"): 900, ("c", "x"): 900}
    found, _, _ = kept(counts, {"one": {"a": 0.4, "b": 0.4, "c": 0.2}})
    assert found["one"].value_counts().to_dict() == {"b": 900, "c": pytest.approx(450, abs=14)}


def test_margins_that_contradict_each_other_come_as_near_as_can_be():
    """All of a is x: half cannot be a while only a tenth is x."""
    counts = {("a", "x"): 500, ("b", "y"): 500}
    found, _, _ = kept(counts, {"one": {"a": 0.5, "b": 0.5}, "other": {"x": 0.1, "y": 0.9}})
    share = (found["one"] == "a").mean()
    assert 0.1 - 0.01 <= share <= 0.5 + 0.01
    assert len(found) >= 500


def test_a_target_beyond_what_shares_allow_fills_up_the_other_values():
    counts = {("a", "x"): 10, ("b", "x"): 500, ("c", "x"): 500}
    found, _, amount = kept(counts, {"one": {"a": 0.5, "b": 0.25, "c": 0.25}}, target=400)
    assert (len(found), amount) == (400, 400)
    assert found["one"].value_counts().to_dict() == {"a": 10, "b": 195, "c": 195}


@given(cells(2, 2, 200, least=20))
@settings(deadline=None, max_examples=30)
def test_of_a_cell_the_strongest_pairs_stay(counts):
    pairs, strata = pairs_of(counts)
    wanted = {"one": {"a": 0.7, "b": 0.3}, "other": {"x": 0.5, "y": 0.5}}
    margins = tuple(margin(name, of, strata[name]) for name, of in wanted.items())
    pairs["stays"] = balance(pairs, margins).reason == np.array(None)
    for _, own in pairs.groupby([strata["one"], strata["other"]]):
        kept_strength, lost = own["strength"][own["stays"]], own["strength"][~own["stays"]]
        assert kept_strength.min() >= lost.max() or not len(lost) or not len(kept_strength)


def test_equals_are_kept_by_lot_and_not_by_their_names():
    pairs = pd.DataFrame({"prompt_id": [f"p{n:04}" for n in range(1000)], "strength": 0.5, "margin": 1.0})
    stays = balance(pairs, (), target=300).reason == np.array(None)
    assert 0.2 < stays[:500].mean() < 0.4
    assert 0.2 < stays[500:].mean() < 0.4


def sided(longer: int, shorter: int, rate: float) -> tuple[pd.DataFrame, Sides]:
    sign = np.array([1] * longer + [-1] * shorter)
    pairs, _ = pairs_of({("a", "x"): len(sign)})
    return pairs, Sides({"all": rate}, pd.Categorical(["all"] * len(sign)), sign)


@given(st.integers(0, 200), st.integers(0, 200), st.sampled_from([0.0, 0.3, 0.5, 0.675, 1.0]))
@settings(deadline=None, max_examples=60)
def test_only_the_excess_of_longer_winners_is_left_out(longer, shorter, rate):
    pairs, sides = sided(longer, shorter, rate)
    assume(len(pairs))
    reason = balance(pairs, (), sides).reason
    allowed = longer if rate == 1 else int(rate / (1 - rate) * shorter + 1e-9)
    assert (reason[sides.sign > 0] == np.array(None)).sum() == min(longer, allowed)
    assert (reason[sides.sign < 0] == np.array(None)).all(), "a shorter winner is never too much"
    assert set(reason) <= {None, "length_excess"}


def test_the_weakest_of_the_longer_winners_go():
    pairs, sides = sided(100, 20, 0.5)
    out = balance(pairs, (), sides).reason == "length_excess"
    assert pairs["strength"][out].max() < pairs["strength"][~out & (sides.sign > 0)].min()


WANTED = {"kind": {"reason": 0.3, "tell": 0.25, "talk": 0.25, "make": 0.2}, "from": {"people": 0.2, "models": 0.8}}
THERE = {"kind": {"reason": 0.15, "tell": 0.45, "talk": 0.3, "make": 0.1}, "from": {"people": 0.1, "models": 0.9}}
MIX = {"easy": 0.15, "moderate": 0.6, "hard": 0.25}


@pytest.mark.parametrize("target", [None, 1500])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_quotas_difficulty_and_length_are_met_together(seed, target):
    comparisons = many(20_000, seed, **THERE)
    comparisons["theta_a"] = comparisons["probability"] * 3
    gold = Length(0.45, by="kind", by_value={"tell": 0.3})
    asked = Selection(quotas=WANTED, difficulty=MIX, length=gold, target_pairs=target, min_probability=0.5)
    found = select(comparisons, asked)
    assert len(found.pairs) == (target or len(found.pairs)) > 1000
    strata = found.strata.loc[found.pairs.index]
    for name, of in {**WANTED, "difficulty": MIX}.items():
        for value, share in of.items():
            assert (strata[name] == value).mean() == pytest.approx(share, abs=0.01)
    longer = np.sign(found.pairs["chars_chosen"] - found.pairs["chars_rejected"])
    for value in WANTED["kind"]:
        own = longer[(strata["kind"] == value) & (longer != 0)]
        assert (own > 0).mean() <= gold.by_value.get(value, 0.45) + 0.005
    reasons = set(found.drops["reason"].to_pylist())
    assert reasons == {"over_quota", "over_difficulty", "length_excess"} | ({"over_target"} if target else set())


def test_weights_bring_the_weighted_rate_to_that_of_gold_labels_and_drop_nothing():
    comparisons = many(5000, 3, kind={"a": 0.5, "b": 0.5})
    gold = Length(0.4, by="kind", by_value={"a": 0.2}, how="weight")
    found = select(comparisons, Selection(length=gold, min_probability=0.5))
    assert not len(found.drops)
    longer = np.sign(found.pairs["chars_chosen"] - found.pairs["chars_rejected"])
    for value, rate in (("a", 0.2), ("b", 0.4)):
        own = (found.strata["kind"] == value) & (longer != 0)
        weight = found.pairs["length_weight"][own]
        assert weight[longer > 0].sum() / weight.sum() == pytest.approx(rate)
        assert (weight[longer < 0] == 1).all()


def test_where_longer_ones_win_too_rarely_nothing_is_done():
    found = select(many(2000, 4), Selection(length=Length(0.9), min_probability=0.5))
    assert not len(found.drops)
    assert (found.pairs["length_weight"] == 1).all()


def test_values_with_few_pairs_are_matched_together():
    comparisons = many(1000, 5, kind={"a": 0.96, "b": 0.02, "c": 0.02})
    gold = Length(0.5, by="kind", by_value={"b": 0.0})
    found = select(comparisons, Selection(length=gold, min_probability=0.5))
    assert found.sides is not None
    assert sorted(found.sides.group.categories) == ["a", "all others"]


def test_a_share_that_is_missing_to_one_goes_to_all_other_values():
    comparisons = many(3000, 6, kind={"a": 0.2, "b": 0.5, "c": 0.3})
    found = select(comparisons, Selection(quotas={"kind": {"a": 0.4}}, min_probability=0.5))
    strata = found.strata.loc[found.pairs.index, "kind"].value_counts(normalize=True)
    assert strata["a"] == pytest.approx(0.4, abs=0.01)
    assert strata["b"] / strata["c"] == pytest.approx(5 / 3, abs=0.3)
