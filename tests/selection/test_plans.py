"""Gaps, the yields so far, and the plan that fills them with the fewest candidates."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.selection.dealing import in_turn
from prefdata.selection.gaps import Gap, evenness, gaps
from prefdata.selection.margins import margin
from prefdata.selection.planning import Plan, plan
from prefdata.selection.supply import Prompts, Way
from prefdata.selection.yields import Given, yields

KINDS = ("count", "colour")


def prompts_of(pairs: list[int], kinds: list[int], most: int | None = None) -> Prompts:
    names = np.array([f"p{n:02}" for n in range(len(pairs))], object)
    counts = np.array(pairs, float)[:, None]
    return Prompts(names, np.array(kinds), counts, most, np.linspace(0, 1, len(pairs)), sum(pairs) / len(pairs))


def planned(missing: int, prompts: Prompts, ways: list[Way], pairs: int, sources: tuple[str, str]) -> Plan:
    """`missing` pairs of kind 0 are asked for; every prompt has so many pairs of such sources."""
    count = len(prompts.prompt_id)
    group = np.repeat(prompts.group, pairs)
    made = Given(
        group, np.full(pairs * count, sources[0]), np.full(pairs * count, sources[1]), np.ones((pairs * count, 1))
    )
    meets = np.array([[1.0], [0.0]])[: prompts.group.max() + 1]
    gap = Gap("kind", KINDS[0], missing, 0)
    return plan([gap], prompts, ways, yields(made, ways, prompts.group, meets))


def way(name: str, count: int, made: int, most: int, **more) -> Way:
    return Way(name, np.full(count, made), np.full(count, most), **more)


def test_only_prompts_of_the_short_kind_get_more_and_those_first_that_give_least():
    prompts = prompts_of([1, 0, 1, 1], [0, 0, 1, 1])
    found = planned(2, prompts, [way("sample", 4, 2, 8, each=2)], 1, ("sample", "sample"))
    assert found.rows[["prompt_id", "source", "count"]].values.tolist() == [["p00", "sample", 1], ["p01", "sample", 2]]
    assert set(found.rows["because"]) == {"kind=count"}
    assert not found.left


def test_what_prompts_may_not_have_is_left_open_with_the_prompts_it_needs():
    prompts = prompts_of([1, 1], [0, 0])
    found = planned(10, prompts, [way("sample", 2, 2, 3)], 1, ("sample", "sample"))
    assert found.rows["count"].tolist() == [1, 1]
    (left,) = found.left
    assert 7 <= left.missing <= 9
    assert left.prompts == math.ceil(left.missing / ((0 + 1.0) / 3))
    assert left.because == "the prompts there are can give no more"


def test_full_prompts_get_nothing():
    prompts = prompts_of([3, 3], [0, 0], most=3)
    found = planned(5, prompts, [way("sample", 2, 4, 16)], 3, ("sample", "sample"))
    assert not len(found.rows)
    assert found.left[0].missing == 5


def test_the_source_that_gives_most_is_asked():
    prompts = prompts_of([1] * 6, [0] * 6)
    ways = [way("sample", 6, 4, 16), way("misled", 6, 1, 16)]
    found = planned(4, prompts, ways, 1, ("sample", "misled"))
    assert set(found.rows["source"]) == {"misled"}, "one of one is in a pair, and one of four"


def test_what_is_made_from_others_brings_as_many_of_these():
    prompts = prompts_of([1] * 4, [0] * 4)
    ways = [way("sample", 4, 2, 16), way("noise", 4, 1, 16, of="sample")]
    found = planned(40, prompts, ways, 2, ("noise", "noise"))
    counts = found.rows.pivot_table(index="prompt_id", columns="source", values="count", fill_value=0)
    noise, sample = counts["noise"], counts["sample"]
    assert (noise > 1).any()
    assert (2 + sample >= 1 + noise).all()


def test_prompts_that_have_no_base_to_spare_get_one():
    """The first prompt could give all three; dealt in turn, the others get theirs as well, with a sample each."""
    prompts = prompts_of([1] * 4, [0] * 4)
    sample = Way("sample", np.array([4, 1, 1, 1]), np.full(4, 16))
    found = planned(5, prompts, [sample, way("noise", 4, 1, 16, of="sample")], 2, ("noise", "noise"))
    counts = found.rows.pivot_table(index="prompt_id", columns="source", values="count", fill_value=0)
    assert (counts["noise"] > 0).sum() > 1
    assert (sample.made[: len(counts)] + counts["sample"] >= 1 + counts["noise"]).all()


def test_without_any_way_everything_is_left_open():
    prompts = prompts_of([2, 0], [0, 0])
    found = planned(3, prompts, [], 1, ("import", "import"))
    assert not len(found.rows)
    (left,) = found.left
    assert (left.missing, left.gap.value, left.because) == (3, "count", "nothing is generated here")


@given(st.integers(0, 40), st.lists(st.integers(0, 6), min_size=1, max_size=8), st.integers(1, 3))
@settings(deadline=None)
def test_dealing_in_turn_gives_all_there_is_to_give(many, most, each):
    dealt = in_turn(many, np.array(most), each)
    assert dealt.sum() == min(many, sum(most))
    assert ((dealt >= 0) & (dealt <= most)).all()
    open_ones = [n for n, (got, top) in enumerate(zip(dealt, most, strict=True)) if got < top]
    if open_ones:
        assert dealt.max() <= min(dealt[n] for n in open_ones) + each, "nobody is far ahead of one who could take more"


def test_a_gap_is_a_point_of_the_set_or_a_tenth_of_its_own():
    values = pd.Series(["a"] * 485 + ["b"] * 510 + ["c"] * 5)
    wanted = margin("kind", {"a": 0.49, "b": 0.5, "c": 0.01}, values)
    found = gaps([wanted], np.ones(1000, bool), None, 1000)
    assert found == [Gap("kind", "c", 10, 5)], "a lacks half a point; c as well, which is half of what it should have"
    assert [gap.value for gap in gaps([wanted], np.ones(1000, bool), None, 2000)] == ["a", "b", "c"]


def test_with_a_target_only_pairs_of_the_set_count():
    wanted = margin("kind", {"a": 0.5, "b": 0.5}, pd.Series(["a"] * 10 + ["b"] * 30))
    stays = np.array([True] * 10 + [True] * 20 + [False] * 10)
    assert gaps([wanted], stays, 30, 30) == [Gap("kind", "a", 15, 10)]


def test_difficulty_is_no_gap():
    """Its bands are thirds of whatever there is: more pairs do not fill them."""
    wanted = margin("difficulty", {"hard": 0.9}, pd.Series(["hard", "easy"] * 10), "over_difficulty")
    assert gaps([wanted], np.ones(20, bool), None, 20) == []


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([5, 5, 5, 5], (1.0, 4.0, 5)), ([7], (1.0, 1.0, 7)), ([10, 0], (0.0, 1.0, 0)), ([1, 3], (0.8113, 1.7547, 1))],
)
def test_evenness_of_known_distributions(counts, expected):
    assert tuple(evenness(counts)) == pytest.approx(expected, abs=1e-4)


def test_groups_with_few_candidates_lean_on_the_others():
    """One prompt of kind 1 gave nothing; the many of kind 0 gave a pair for two samples each."""
    group = np.array([0] * 50 + [1])
    made = Given(np.zeros(50, int), np.full(50, "sample"), np.full(50, "sample"), np.ones((50, 1)))
    found = yields(made, [way("sample", 51, 2, 8)], group, np.array([[1.0], [0.0]]))
    assert found.pairs[0] == pytest.approx([1.0, 0.8], abs=0.05)
    assert found.to_gap[0, :, 0] == pytest.approx([found.pairs[0, 0], 0.0])
    assert found.prompts.tolist() == [50]


def test_where_judges_see_so_many_pairs_for_so_many_candidates_each_has_half_of_its_pairs():
    columns = (np.zeros(50, int), np.full(50, "sample"), np.full(50, "sample"), np.ones((50, 1)))
    ways, group = [way("sample", 50, 2, 8)], np.zeros(50, int)
    one, other = (
        yields(Given(*columns, all_seen=seen), ways, group, np.array([[1.0]])).pairs[0, 0] for seen in (True, False)
    )
    assert one == pytest.approx(2 * other)
