"""What must not change labels does not: names, sides, the order of rows, ties, a judge's repeated votes."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prefdata.labels import measures
from prefdata.labels.coding import block, merged, spans
from prefdata.labels.comparisons import compare, strengths, table
from prefdata.labels.handling import Handling, handle

from .conftest import NAMES, vote_sets

SOME = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
ALL = [
    Handling(*words)
    for words in product(
        ("majority", "strength", "relabel", "drop"), ("repair", "strength", "majority", "relabel", "drop")
    )
]
HANDLINGS = st.sampled_from(ALL)
VOTES = vote_sets(weighted=True)
PROMPTS = ("p1", "p2", "第三")
OF_VOTES = ("wins", "weight", "theta")  # columns of one side
Vote = dict[str, object]
Pair = tuple[str, str, str]


def labelled(found, how: Handling) -> dict[Pair, dict]:
    """(prompt, winner or smaller id, other) → all that is said of a pair, from the first one's side."""
    rows = {}
    for row in table(found, handle(found, strengths(found), how)).to_pylist():
        rows[row["prompt_id"], row["a"], row["b"]] = row
        rows[row["prompt_id"], row["b"], row["a"]] = turned(row)
    return rows


def turned(row: dict) -> dict:
    """The same comparison with its sides swapped."""
    other = {"a": "b", "b": "a"}
    sides = {f"{name}_{side}": row[f"{name}_{other[side]}"] for name in OF_VOTES for side in "ab"}
    probability = None if row["probability"] is None else 1 - row["probability"]
    label = other.get(row["label"], row["label"])
    return {**row, **sides, "a": row["b"], "b": row["a"], "label": label, "probability": probability}


def assert_alike(one: dict[Pair, dict], other: dict[Pair, dict]) -> None:
    assert one.keys() == other.keys()
    for pair, row in one.items():
        numbers = [name for name, value in row.items() if isinstance(value, float)]
        assert {k: v for k, v in row.items() if k not in numbers} == {
            k: v for k, v in other[pair].items() if k not in numbers
        }
        assert [row[name] for name in numbers] == pytest.approx([other[pair][name] for name in numbers], abs=1e-7)


@SOME
@given(votes=VOTES, how=HANDLINGS, names=st.permutations(NAMES), prompts=st.permutations(PROMPTS))
def test_other_ids_give_the_same_labels(coded, votes, how, names, prompts):
    name, prompt = dict(zip(NAMES, names, strict=True)), dict(zip(PROMPTS, prompts, strict=True))
    renamed = [{**v, "prompt_id": prompt[v["prompt_id"]], "a": name[v["a"]], "b": name[v["b"]]} for v in votes]
    expected = {
        (prompt[p], name[a], name[b]): {**row, "prompt_id": prompt[p], "a": name[a], "b": name[b]}
        for (p, a, b), row in labelled(compare(coded(votes)), how).items()
    }
    assert_alike(labelled(compare(coded(renamed)), how), expected)


@SOME
@given(votes=VOTES, how=HANDLINGS, seed=st.integers(0, 10**6))
def test_swapped_sides_and_shuffled_rows_give_the_same_labels(coded, votes, how, seed):
    shuffled, other = list(votes), {"a": "b", "b": "a"}
    random.Random(seed).shuffle(shuffled)
    shuffled[::2] = [
        {**v, "a": v["b"], "b": v["a"], "winner": other.get(v["winner"], v["winner"])} for v in shuffled[::2]
    ]
    assert_alike(labelled(compare(coded(shuffled)), how), labelled(compare(coded(votes)), how))


@SOME
@given(votes=VOTES, seed=st.integers(0, 10**6))
def test_shuffled_rows_give_the_same_measures(coded, votes, seed):
    shuffled = list(votes)
    random.Random(seed).shuffle(shuffled)
    rows = [measures.table(measures.measure(compare(coded(v)))).to_pylist() for v in (votes, shuffled)]
    for one, other in zip(*rows, strict=True):
        assert {k: v for k, v in one.items() if k != "cyclicity"} == {
            k: v for k, v in other.items() if k != "cyclicity"
        }
        assert (one["cyclicity"] is None) == (other["cyclicity"] is None)
        assert one["cyclicity"] is None or one["cyclicity"] == pytest.approx(other["cyclicity"], abs=1e-9)


@SOME
@given(votes=vote_sets(), ties=vote_sets(most=20), how=HANDLINGS)
def test_more_ties_only_make_ties(coded, votes, ties, how):
    """They change no conflict, cycle or repair, and no label but to a tie or, where it is by strength, by strength."""
    before = labelled(compare(coded(votes)), how)
    after = labelled(compare(coded(votes + [{**vote, "winner": "tie"} for vote in ties])), how)
    for pair, row in after.items():
        old = before.get(pair)
        if old is None:
            assert (row["label"], row["handling"], row["in_cycle"]) == ("tie", None, False)
            continue
        same = ("wins_a", "wins_b", "weight_a", "weight_b", "conflict", "in_cycle", "repair")
        assert [row[name] for name in same] == [old[name] for name in same]
        if "strength" not in (how.conflicts, how.cycles) and row["label"] != "tie":
            assert (row["label"], row["handling"]) == (old["label"], old["handling"])


@SOME
@given(votes=VOTES, how=HANDLINGS)
def test_prompts_have_nothing_to_do_with_each_other(coded, votes, how):
    """Each prompt alone gives the rows it has among the others, to the last bit: no pair is another prompt's."""
    whole = labelled(compare(coded(votes)), how)
    assert {(p, *sorted((a, b))) for p, a, b in whole} == {(v["prompt_id"], *sorted((v["a"], v["b"]))) for v in votes}
    for prompt in {vote["prompt_id"] for vote in votes}:
        alone = labelled(compare(coded([vote for vote in votes if vote["prompt_id"] == prompt])), how)
        assert alone == {pair: row for pair, row in whole.items() if pair[0] == prompt}


@SOME
@given(votes=VOTES, how=HANDLINGS, seed=st.integers(0, 10**6))
def test_repeated_votes_of_a_judge_change_nothing_where_they_are_merged(codes, votes, how, seed):
    repeats = random.Random(seed).choices(votes, k=10)
    mixed = votes + repeats
    random.Random(seed).shuffle(mixed)
    one, other = (merged(codes(rows)) for rows in (votes, mixed))
    first, second = (compare(block(found, *spans(found)[0])) for found in (one, other))
    assert_alike(labelled(second, how), labelled(first, how))


def test_only_equal_votes_of_one_judge_in_one_order_are_merged(codes):
    vote = {"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j", "order": "ab"}
    kept = [
        vote,
        {**vote, "winner": "b"},
        {**vote, "winner": "tie"},
        {**vote, "order": "ba"},
        {**vote, "judge": "k"},
        {**vote, "b": "z"},
        {**vote, "prompt_id": "q"},
    ]
    written_otherwise = {**vote, "a": "y", "b": "x", "winner": "b", "order": "ba"}  # x won, shown first
    found = merged(codes([*kept, vote, written_otherwise, *kept]))
    assert len(found.prompt) == len(kept)
    assert (found.prompt[1:] >= found.prompt[:-1]).all()


def test_of_equal_votes_the_heaviest_then_the_surest_stays(codes):
    vote = {"prompt_id": "p", "a": "x", "b": "y", "winner": "a", "judge": "j"}
    given_ = [(1.0, 0.9), (2.0, 0.6), (2.0, 0.8), (0.5, 1.0)]
    rows = [{**vote, "weight": weight, "confidence": confidence} for weight, confidence in given_]
    found = merged(codes(rows))
    assert (found.weight.tolist(), found.confidence.tolist()) == ([2.0], [0.8])
