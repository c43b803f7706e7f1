"""Which pairs are shown, and what of them."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.report.claim_examples import MOST, examples, merge, widest

from .tables import claims_of, evidence, thing, verdict, verdicts_of

TEXT = "a dog a cat a hen"
WORDS = ("dog", "cat", "hen")
PROMPTS = [f"p{n}" for n in range(9)]


def pairs_of(rows):
    schema = pa.schema([(name, pa.string()) for name in ("prompt_id", "chosen_id", "rejected_id")])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def candidates_of(prompts):
    rows = [{"prompt_id": p, "candidate_id": c, "text": TEXT} for p in prompts for c in ("a", "b", "c")]
    return pa.Table.from_pylist(rows)


@st.composite
def verified(draw):
    """(pairs, verdicts): most prompts with several pairs, most claims with a verdict of each judge."""
    lots, fates = draw(st.randoms(use_true_random=False)), ["supported", "contradicted", "vacuous"]
    prompts = draw(st.sets(st.sampled_from(PROMPTS)).map(sorted))
    pairs = [(p, *lots.sample("abc", 2)) for p in prompts for _ in range(lots.randint(0, 4))]
    places = product(prompts, "abc", WORDS, ["eye", "ear", "truth"])
    return pairs, [(*place, lots.choice(fates)) for place in places if lots.random() < 0.8]


def tables(rows):
    found = {}
    for prompt, candidate, word, judge, fate in rows:
        vacuous = fate == "vacuous"
        said = verdict(thing(TEXT, word, candidate), "contradicted" if vacuous else fate, judge, vacuous=vacuous)
        found.setdefault(prompt, []).append(said)
    claims = {p: [thing(TEXT, word, c) for c in "abc" for word in WORDS] for p in found}
    return claims_of(claims), verdicts_of(found)


def widest_by_hand(pairs, rows):
    wrong = Counter((p, c, judge) for p, c, _, judge, fate in rows if fate == "contradicted")
    best = {}
    for prompt, chosen, rejected in pairs:
        gap = max(wrong[prompt, rejected, judge] - wrong[prompt, chosen, judge] for judge in ("eye", "ear"))
        best[prompt] = max(best.get(prompt, 0), gap)
    return sorted((gap for gap in best.values() if gap > 0), reverse=True)[:MOST]


@given(verified())
@settings(deadline=None)
def test_the_widest_gaps_are_shown_one_a_prompt(case):
    given_pairs, rows = case
    found = widest(pairs_of(given_pairs), tables(rows)[1])
    assert [row["gap"] for row in found] == widest_by_hand(given_pairs, rows)
    assert len({row["prompt_id"] for row in found}) == len(found)
    wrong = Counter((p, c, judge) for p, c, _, judge, fate in rows if fate == "contradicted")
    for row in found:
        prompt, judge = row["prompt_id"], row["judge"]
        assert (prompt, row["chosen_id"], row["rejected_id"]) in given_pairs
        assert wrong[prompt, row["rejected_id"], judge] - wrong[prompt, row["chosen_id"], judge] == row["gap"]


@given(verified())
@settings(max_examples=30, deadline=None)
def test_shards_give_what_the_whole_gives(case):
    given_pairs, rows = case

    def shown(prompts):
        claims, verdicts = tables([row for row in rows if row[0] in prompts])
        few = pairs_of([pair for pair in given_pairs if pair[0] in prompts])
        return examples(few, claims, verdicts, candidates_of(prompts), lambda prompt: None)

    assert merge([shown(PROMPTS[:4]), shown(PROMPTS[4:])]) == shown(PROMPTS)


def test_an_example_holds_both_texts_with_their_own_verdicts():
    rows = [("p0", "a", "dog", "eye", "supported"), ("p0", "b", "dog", "eye", "contradicted")]
    rows += [("p0", "b", "cat", "eye", "vacuous"), ("p0", "b", "cat", "ear", "supported")]
    rows += [("p0", "b", "dog", "truth", "supported"), ("p1", "b", "hen", "eye", "contradicted")]
    [found] = examples(pairs_of([("p0", "a", "b")]), *tables(rows), candidates_of(["p0", "p1"]), lambda prompt: None)
    assert json.loads(json.dumps(found)) == found
    assert (found["prompt_id"], found["judge"], found["gap"], found["picture"]) == ("p0", "eye", 1, None)
    chosen, rejected = found["sides"]
    assert (chosen["role"], rejected["role"], rejected["candidate_id"]) == ("chosen", "rejected", "b")
    marked = [[(piece["text"], piece["fate"]) for piece in side["pieces"] if piece["fate"]] for side in found["sides"]]
    assert marked == [[("dog", "supported")], [("dog", "contradicted"), ("cat", "vacuous")]]
    assert "in truth supported" in rejected["pieces"][1]["title"]
    assert rejected["fates"] == {"supported": 0, "contradicted": 1, "not_checkable": 0, "vacuous": 1}


def test_the_picture_of_an_example_has_the_boxes_of_both_sides(scene_files):
    [(path, picture)] = scene_files(1)
    boxes = [list(box) for box in picture.boxes() if box]
    own = {side: thing(TEXT, "dog", side) for side in "ab"}
    said = [
        verdict(own["a"], "supported", evidence=[evidence("supported", boxes=boxes[:1], scores=[0.9])]),
        verdict(own["b"], "contradicted", evidence=[evidence("contradicted", boxes=[[1, 2, 30, 40]], scores=[0.1])]),
    ]
    claims, verdicts = claims_of({"p0": list(own.values())}), verdicts_of({"p0": said})
    [found] = examples(pairs_of([("p0", "a", "b")]), claims, verdicts, candidates_of(["p0"]), {"p0": path}.get)
    assert sorted(box["stance"] for box in found["picture"]["boxes"]) == ["contradicted", "supported"]
    assert json.loads(json.dumps(found)) == found


def test_of_many_shards_the_widest_few_are_kept():
    parts = [[{"gap": gap, "prompt_id": f"p{gap}"}] for gap in range(1, MOST + 4)]
    assert [row["gap"] for row in merge(parts)] == [*range(MOST + 3, 3, -1)]
    assert merge([]) == []
