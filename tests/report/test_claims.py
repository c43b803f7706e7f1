"""Counts of claims and verdicts, and what is shown of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.claim import claim
from prefdata.report.claims import FATES, HEIGHT, TRUTH, WIDTH, _meet, counts, curve, judge_table, shown
from prefdata.report.numbers import add

from .tables import claims_of, thing, verdict, verdicts_of

TEXT = "a dog a cat a hen a cow a pig"
WORDS = ("dog", "cat", "hen", "cow", "pig")
SAID = ("supported", "contradicted", "not_checkable")
JUDGES = ("eye", "ear", "nose", TRUTH)

one_verdict = st.tuples(
    st.sampled_from(["p", "q", "r"]),
    st.sampled_from(WORDS),
    st.sampled_from(JUDGES),
    st.sampled_from(SAID),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "hedged", "unmeasured"]),
)
ROWS = st.lists(one_verdict, max_size=40, unique_by=lambda row: row[:3])


def tables(rows):
    """The rows as claims (the same ones, with the same ids, of every prompt) and verdicts."""
    made = {word: thing(TEXT, word, kind="object" if word in WORDS[:3] else "count") for word in WORDS}
    said = {}
    for prompt, word, judge, verdict_word, vacuous, conflict, reason in rows:
        more = {"vacuous": vacuous, "conflict": conflict, "reason": reason}
        said.setdefault(prompt, []).append(verdict(made[word], verdict_word, judge, **more))
    named = {prompt: {word for p, word, *_ in rows if p == prompt} for prompt in said}
    return claims_of({p: [made[w] for w in sorted(words)] for p, words in named.items()}), verdicts_of(said)


def fate(row):
    return "vacuous" if row[4] else row[3]


def counted_by_hand(rows):
    """The same counts, verdict by verdict."""
    truth = {row[:2]: fate(row) for row in rows if row[2] == TRUTH}
    kind = {word: "object" if word in WORDS[:3] else "count" for word in WORDS}
    judges = {}
    for row in rows:
        if row[2] == TRUTH:
            continue
        judge = judges.setdefault(row[2], {"fates": Counter(), "types": {}, "reasons": Counter(), "conflicts": 0})
        known = truth.get(row[:2])
        for word in ("supported", "contradicted"):
            right = word if word == "supported" else ("contradicted", "vacuous")
            wrong = "supported" if word == "contradicted" else ("contradicted", "vacuous")
            score = judge.setdefault(word, {"right": 0, "wrong": 0})
            score["right"] += fate(row) == word and known is not None and known in right
            score["wrong"] += fate(row) == word and known is not None and known in wrong
        judge["fates"][fate(row)] += 1
        judge["types"].setdefault(kind[row[1]], Counter())[fate(row)] += 1
        judge["conflicts"] += row[5]
        if fate(row) == "not_checkable":
            judge["reasons"][row[6] or "no reason given"] += 1
    return {"types": Counter(kind[word] for _, word in {row[:2] for row in rows}), "judges": judges}


@given(ROWS)
def test_counts_are_those_of_counting_by_hand(rows):
    found = counts(*tables(rows))
    assert found == counted_by_hand(rows)
    assert json.loads(json.dumps(found)) == found


@given(ROWS)
def test_counts_add_up_over_shards(rows):
    parts = [counts(*tables([row for row in rows if (row[0] == "p") == here])) for here in (True, False)]
    assert add(*parts) == counts(*tables(rows))


@given(ROWS)
def test_every_claim_of_a_judge_has_one_fate(rows):
    for judge in judge_table(counts(*tables(rows))):
        assert sum(judge[fate] for fate in FATES) == pytest.approx(1)
        assert judge["claims"] == sum(row[2] == judge["name"] for row in rows)


def row(word, judge, said, vacuous=False):
    return ("p", word, judge, said, vacuous, False, None)


def test_precision_is_of_what_a_judge_decided_and_the_truth_knows():
    truth = [row(word, TRUTH, said) for word, said in zip(WORDS, (*SAID, "supported", "supported"), strict=True)]
    eye = [row("dog", "eye", "supported"), row("cat", "eye", "supported"), row("hen", "eye", "contradicted")]
    eye += [row("cow", "eye", "contradicted"), row("pig", "eye", "not_checkable")]
    [judge] = judge_table(counts(*tables([*truth, *eye])))
    assert (judge["precision_supported"], judge["scored_supported"]) == (0.5, 2)
    assert (judge["precision_contradicted"], judge["scored_contradicted"]) == (0.0, 1)
    assert judge["precision"] == pytest.approx(1 / 3)
    assert judge["not_checkable"] == 0.2


def test_what_is_vacuous_in_truth_is_not_so():
    rows = [row("dog", TRUTH, "not_checkable", vacuous=True), row("dog", "eye", "contradicted")]
    assert judge_table(counts(*tables(rows)))[0]["precision_contradicted"] == 1.0


def test_without_truth_there_is_no_precision():
    [judge] = judge_table(counts(*tables([row("dog", "eye", "supported")])))
    assert judge["precision"] is judge["precision_supported"] is judge["precision_contradicted"] is None


def test_nothing_is_shown_where_nobody_judged():
    assert shown(counts(*tables([])), []) is None
    assert shown(counts(*tables([row("dog", TRUTH, "supported")])), []) is None


def test_a_claim_without_a_type_of_its_own_still_counts():
    of = claim("c", "prior", (0, 1), "mood")
    found = counts(claims_of({}), verdicts_of({"p": [verdict(of, "supported")]}))
    assert found["judges"]["eye"]["fates"] == {"supported": 1}


points = st.lists(
    st.tuples(st.text("abc ", min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8
)


@given(points)
def test_points_lie_in_the_picture_and_labels_clear_of_each_other(rows):
    found = curve([{"name": name, "precision": p, "not_checkable": open_} for name, p, open_ in rows])
    assert found is not None
    for point in found["points"]:
        assert -0.1 <= point["x"] <= WIDTH + 0.1
        assert -0.1 <= point["y"] <= HEIGHT + 0.1
    for n, label in enumerate(found["points"]):
        assert not any(_meet(label, other) for other in found["points"][:n])


def test_who_is_righter_stands_higher_and_who_leaves_more_open_stands_further_right():
    judges = [{"name": f"j{n}", "precision": 0.9 + n / 100, "not_checkable": n / 10} for n in range(4)]
    found = curve(judges)
    assert found is not None
    assert [point["name"] for point in found["points"]] == ["j3", "j2", "j1", "j0"]
    assert sorted(found["points"], key=lambda point: -point["x"]) == found["points"]


def test_two_judges_with_a_known_truth_make_no_curve():
    judges = [{"name": name, "precision": 0.9, "not_checkable": 0.1} for name in "ab"]
    assert curve([*judges, {"name": "c", "precision": None, "not_checkable": 0.1}]) is None
    assert curve([*judges, {"name": "c", "precision": 0.8, "not_checkable": 0.1}]) is not None
