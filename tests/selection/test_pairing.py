"""Every comparison is a pair or a drop with one reason, and what must not matter does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.errors import PrefdataError
from prefdata.selection.pairing import Selected, select
from prefdata.selection.settings import Length, Selection

from .frames import OPEN, comparison, frame, prompts, tagged

KEY = ["prompt_id", "view", "a", "b"]
KINDS = {"count": 0.5, "colour": 0.3, "read": 0.2}
rules = st.builds(
    Selection,
    min_votes=st.integers(1, 2),
    min_probability=st.sampled_from([0.5, 0.55]),
    max_pairs_per_prompt=st.sampled_from([None, 1, 2]),
    target_pairs=st.sampled_from([None, None, 1, 4]),
    pairing=st.sampled_from(["all", "best_rest", "best_worst", "best_random", "two_sigma", "margin_quantile"]),
    margin_quantile=st.sampled_from([0.0, 0.3, 1.0]),
    difficulty=st.sampled_from([None, {"easy": 0.2, "moderate": 0.5, "hard": 0.3}]),
    length=st.sampled_from([None, Length(0.5), Length(0.4, by="kind"), Length(0.3, how="weight")]),
    quotas=st.sampled_from(
        [{}, {"kind": KINDS}, {"kind": KINDS, "source": {"sample": 0.6}}, {"length": {"short": 1.0}}]
    ),
)


def chosen_over(found: Selected) -> set[tuple[str, str, str]]:
    columns = (found.pairs[name] for name in ("prompt_id", "chosen_id", "rejected_id"))
    return set(zip(*columns, strict=True))


def reason_of(row: dict, asked: Selection = OPEN, **beside: dict) -> str | None:
    found = select(frame([row, *beside.values()]), asked)
    drops = found.drops.to_pandas().set_index(["prompt_id", "a", "b"])["reason"]
    return drops.get((row["prompt_id"], row["a"], row["b"]))


def with_tags(comparisons: pd.DataFrame) -> bool:
    return len(comparisons) > 0


@given(prompts(), rules)
@settings(deadline=None, max_examples=50)
def test_every_comparison_is_a_pair_or_a_drop_with_one_reason(comparisons, asked):
    if not with_tags(comparisons):
        return
    found = select(comparisons, asked)
    rows = [*found.pairs[["prompt_id", "a", "b"]].itertuples(index=False, name=None)]
    rows += [(drop["prompt_id"], drop["a"], drop["b"]) for drop in found.drops.to_pylist()]
    assert sorted(rows) == sorted(comparisons[["prompt_id", "a", "b"]].itertuples(index=False, name=None))
    assert all(drop["reason"] and drop["stage"] for drop in found.drops.to_pylist())


@given(prompts(), rules)
@settings(deadline=None, max_examples=50)
def test_pairs_follow_labels_and_ties_never_become_pairs(comparisons, asked):
    if not with_tags(comparisons):
        return
    pairs = select(comparisons, asked).pairs
    assert pairs["label"].isin(["a", "b"]).all()
    assert (pairs["chosen_id"] == np.where(pairs["label"] == "a", pairs["a"], pairs["b"])).all()
    assert (pairs["rejected_id"] == np.where(pairs["label"] == "a", pairs["b"], pairs["a"])).all()
    assert pairs["reason"].isna().all()
    own = comparisons.loc[pairs.index]
    assert own[["obstacle", "handling", "twin_of", "contaminated"]].isna().all(axis=None)
    assert own["failed_a"].isna().where(pairs["label"] == "a", own["failed_b"].isna()).all()


@given(prompts(), rules, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_the_order_of_rows_changes_nothing(comparisons, asked, pick):
    if not with_tags(comparisons):
        return
    order = list(range(len(comparisons)))
    pick.shuffle(order)
    one, other = select(comparisons, asked), select(comparisons.iloc[order], asked)
    assert chosen_over(one) == chosen_over(other)
    assert one.drops.equals(other.drops)


@given(prompts(), rules)
@settings(deadline=None, max_examples=50)
def test_swapped_sides_give_the_same_pairs(comparisons, asked):
    if not with_tags(comparisons):
        return
    swapped = comparisons.rename(columns={**_swap("_a", "_b", comparisons), "a": "b", "b": "a"})
    swapped["label"] = swapped["label"].map({"a": "b", "b": "a", "tie": "tie"})
    swapped["probability"] = 1 - swapped["probability"]
    distinct = asked.pairing == "all" and asked.max_pairs_per_prompt is None  # else equals are told apart by place
    if distinct and asked.target_pairs is None and not asked.quotas and not asked.difficulty and not asked.length:
        assert chosen_over(select(comparisons, asked)) == chosen_over(select(swapped, asked))
    assert len(select(comparisons, asked).pairs) == len(select(swapped, asked).pairs)


def _swap(one: str, other: str, comparisons: pd.DataFrame) -> dict[str, str]:
    sided = [name.removesuffix(one) for name in comparisons if name.endswith(one)]
    return {f"{name}{a}": f"{name}{b}" for name in sided for a, b in ((one, other), (other, one))}


@given(prompts())
@settings(deadline=None, max_examples=30)
def test_other_names_of_prompts_select_as_many(comparisons):
    asked = Selection(pairing="best_worst", min_probability=0.5, quotas={"kind": KINDS})
    if not with_tags(comparisons):
        return
    renamed = comparisons.assign(prompt_id=comparisons["prompt_id"].map(lambda name: f"z{9 - int(name[1:])}"))
    one, other = select(comparisons, asked), select(renamed, asked)
    assert len(one.pairs) == len(other.pairs)
    assert one.pairs["tags"].value_counts().to_dict() == other.pairs["tags"].value_counts().to_dict()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"obstacle": "empty_text"}, "empty_text"),
        ({"contaminated": "bench.jsonl"}, "contaminated"),
        ({"twin_of": "o"}, "duplicate_prompt"),
        ({"votes": 0, "both_bad": 1, "label": None}, "both_bad"),
        ({"label": "tie"}, "tie"),
        ({"handling": "conflict_to_review", "label": None}, "conflict_to_review"),
        ({"label": None}, "unresolved"),
        ({"failed_a": "grammar"}, "failed_check"),
        ({"failed_b": "grammar"}, None),
        ({"below_a": "safety", "unrated_a": "tone"}, "below_floor"),
        ({"unrated_a": "safety"}, "not_rated"),
        ({"unrated_b": "safety"}, None),
        ({"votes": 1}, "few_votes"),
        ({"probability": 0.6}, "weak_probability"),
        ({"probability": np.nan}, None),
    ],
)
def test_each_reason_is_given(change, reason):
    asked = Selection(min_votes=2, min_probability=0.7)
    assert reason_of(comparison(**change), asked) == reason


def test_a_label_is_followed_even_against_the_weight_of_the_votes():
    row = comparison(label="b", weight_a=3.0, weight_b=1.0, wins_a=3, wins_b=1, probability=0.3)
    (pair,) = select(frame([row]), OPEN).pairs.to_dict("records")
    assert (pair["chosen_id"], pair["rejected_id"], pair["wins_chosen"]) == ("b", "a", 1)
    assert (pair["probability"], pair["margin"]) == (0.7, 0.0)


def test_drops_say_what_they_are_like():
    rows = [comparison("p", failed_a="grammar"), comparison("q", twin_of="o"), comparison("r", contaminated="x.jsonl")]
    drops = select(frame(rows), OPEN).drops.to_pylist()
    assert {drop["reason"]: drop["detail"] for drop in drops} == {
        "failed_check": "grammar", "duplicate_prompt": "o", "contaminated": "x.jsonl"
    }  # fmt: skip


def test_the_limit_a_prompt_holds_in_each_view_by_itself():
    rows = [comparison(a=a, b=b, view=view) for view in ("", "safety") for a, b in (("a", "b"), ("a", "c"), ("b", "c"))]
    found = select(frame(rows), Selection(max_pairs_per_prompt=2))
    assert found.pairs["view"].value_counts().to_dict() == {"": 2, "safety": 2}
    assert found.drops["reason"].to_pylist() == ["over_max_pairs"] * 2


def test_hard_negatives_come_back_hardest_first():
    logps = {"a": -1.0, "b": -0.2, "c": -0.9, "d": -3.0}
    rows = [
        comparison(a=a, b=b, logp_a=logps[a], logp_b=logps[b], theta_a=0.0, theta_b=-float(n))
        for n, (a, b) in enumerate([("a", "b"), ("a", "c"), ("a", "d")])
    ]
    found = select(frame(rows), Selection(pairing="best_worst", hard_negatives=1))
    assert set(zip(found.pairs["rejected_id"], found.pairs["hard"], strict=True)) == {("d", False), ("b", True)}
    assert found.drops["reason"].to_pylist() == ["not_paired"]
    assert found.pairs.set_index("rejected_id")["implicit_margin"].round(6).to_dict() == {"d": 2.0, "b": -0.8}


def test_nothing_that_failed_a_check_comes_back_as_a_hard_negative():
    rows = [comparison(logp_a=-2.0, logp_b=-1.0, failed_a="grammar"), comparison("q", logp_a=-2.0, logp_b=-1.0)]
    found = select(frame(rows), Selection(pairing="best_worst", hard_negatives=5))
    assert found.pairs["prompt_id"].tolist() == ["q"]


@pytest.mark.parametrize("asked", [Selection(hard_negatives=2), Selection(pairing="hard_negative")])
def test_without_log_probabilities_hard_negatives_are_refused(asked):
    with pytest.raises(PrefdataError, match="no log-probability is known"):
        select(frame([comparison()]), asked)


def test_a_quota_on_a_tag_that_no_prompt_has_is_refused():
    rows = frame([comparison(tags=tagged(kind="count"))])
    with pytest.raises(PrefdataError, match=r'quotas.kinds: no prompt has the tag "kinds".*name one of .*kind'):
        select(rows, Selection(quotas={"kinds": {"count": 1.0}}))


def test_no_comparisons_give_no_pairs():
    found = select(frame([comparison()]).iloc[:0], Selection(target_pairs=3, quotas={"source": {"sample": 1.0}}))
    assert len(found.pairs) == len(found.drops) == 0
