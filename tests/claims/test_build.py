"""A build whose judge verifies claims: verdicts become votes, votes become pairs, and all of it can be read."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ..conftest import bytes_of, drops, triplets

OBJECTS = [
    {"name": "dog", "box": [0, 0, 40, 40]},
    {"name": "dog", "box": [60, 0, 99, 40]},
    {"name": "frisbee", "box": [40, 50, 60, 60]},
]
TEXTS = {
    "true": "There are two dogs and a frisbee.",
    "false": "There are two dogs, a frisbee and a cat.",
    "terse": "There is a dog.",
    "vague": "It is a happy, peaceful and pleasant atmosphere.",
}
TRUTH = {"verifiers": [{"name": "known", "kind": "truth"}], "judges": [{"name": "eyes", "kind": "claims"}]}


def files(**texts: str) -> dict[str, list[dict]]:
    prompt = {"prompt_id": "p", "messages": [{"role": "user", "content": "Describe the picture."}], "objects": OBJECTS}
    candidates = [{"prompt_id": "p", "candidate_id": name, "text": text} for name, text in texts.items()]
    return {"prompts.jsonl": [prompt], "candidates.jsonl": candidates}


def votes(run) -> dict[tuple[str, str], str]:
    found = {}
    for path in run.work.glob("generate-*/vote-*.parquet"):
        for row in pd.read_parquet(path).itertuples():
            found[row.a, row.b] = row.winner
    return found


def test_who_lies_less_and_says_no_less_is_chosen(build):
    run = build(files(**{name: TEXTS[name] for name in ("true", "false")}), **TRUTH)
    (row,) = triplets(run)
    assert (row["chosen_id"], row["rejected_id"]) == ("true", "false")
    provenance = json.loads(row["provenance"])
    assert provenance["judges"] == {"eyes": {"chosen": 1}}
    assert provenance["claims"]["rejected"]["eyes"]["contradicted"] == 1
    assert provenance["claims"]["chosen"]["eyes"]["contradicted"] == 0


def test_every_claim_has_a_verdict_with_evidence(build):
    run = build(files(**TEXTS), **TRUTH)
    claims, verdicts = (pd.read_parquet(run.verified[kind]) for kind in ("claim", "verdict"))
    assert set(claims["claim_id"]) == set(verdicts["claim_id"])
    cat = claims[claims["subject"] == "cat"].iloc[0]
    said = verdicts[verdicts["claim_id"] == cat["claim_id"]].iloc[0]
    assert (cat["candidate_id"], said["judge"], said["verdict"]) == ("false", "eyes", "contradicted")
    start, end = cat["char_span"]
    assert TEXTS["false"][start:end] == "cat"
    (seen,) = said["evidence"]
    assert (seen["source"], seen["verdict"]) == ("known", "contradicted")


def test_pairs_without_a_vote_say_why(build):
    run = build(files(**TEXTS), **TRUTH)
    assert votes(run) == {("false", "true"): "b", ("terse", "true"): "b"}
    why = {(row["a"], row["b"]): row["reason"] for row in drops(run) if row["kind"] == "vote"}
    assert why[("false", "terse")] == "says_too_little"
    assert why[("true", "vague")] == "nothing_checkable"


def test_what_was_contradicted_is_never_chosen_even_if_people_like_it(build):
    given = files(**{name: TEXTS[name] for name in ("true", "false")})
    given["votes.jsonl"] = [
        {"prompt_id": "p", "a": "false", "b": "true", "winner": "a", "judge": f"fan {n}"} for n in range(3)
    ]
    run = build(given, **TRUTH)
    assert triplets(run) == []
    (drop,) = [row for row in drops(run) if row["stage"] == "select"]
    assert (drop["reason"], drop["detail"]) == ("failed_check", "no_contradiction")


def test_candidates_that_say_the_same_are_verified_once_and_named_as_they_are(build, tmp_path):
    run = build(files(one=TEXTS["true"], two=TEXTS["true"], three=TEXTS["false"]), **TRUTH)
    first = bytes_of(run)
    claims = pd.read_parquet(run.verified["claim"])
    assert set(claims["candidate_id"]) == {"one", "three"}
    assert not claims.duplicated(["candidate_id", "claim_id"]).any()
    assert bytes_of(build(files(one=TEXTS["true"], two=TEXTS["true"], three=TEXTS["false"]), **TRUTH)) == first


def test_verdicts_are_scored_by_what_the_prompt_knows(build):
    far = {"verifiers": [{"name": "far", "kind": "noisy", "miss": 0.5}], "judges": [{"name": "far", "kind": "claims"}]}
    run = build(files(**{name: TEXTS[name] for name in ("true", "false")}), **far)
    verdicts = pd.read_parquet(run.verified["verdict"])
    assert set(verdicts["judge"]) == {"far", "truth"}
    assert "right when it supports" in run.report.read_text(encoding="utf-8")


def test_a_statement_that_must_not_be_made_loses_without_any_image(build):
    reports = {
        "plain": "There is a dog on the left.",
        "older": "There is a dog on the left, unchanged since the prior study.",
    }
    said = {"verifiers": [{"name": "known", "kind": "truth"}, {"name": "said", "kind": "statements"}]}
    run = build(files(**reports), **said, judges=TRUTH["judges"])
    (row,) = triplets(run)
    assert (row["chosen_id"], row["rejected_id"]) == ("plain", "older")
    verdicts = pd.read_parquet(run.verified["verdict"])
    rules = {each["rule_id"] for found in verdicts[verdicts["verdict"] == "contradicted"]["evidence"] for each in found}
    assert rules == {"statement:earlier_examinations"}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"judges": [{"name": "eyes", "kind": "claims"}]}, "judges.0"),
        ({**TRUTH, "judges": [{"name": "truth", "kind": "claims"}]}, "judges.0.name"),
        ({**TRUTH, "judges": [{"name": "eyes", "kind": "claims", "verifiers": ["ears"]}]}, "judges.0.verifiers"),
        ({**TRUTH, "judges": [{"name": "eyes", "kind": "claims", "extract": "mentions"}]}, "judges.0.extract"),
        ({**TRUTH, "judges": [{"name": "eyes", "kind": "claims", "extract": "model"}]}, "judges.0.extractor"),
        ({**TRUTH, "selection": {"must_pass": ["no_contradictions"]}}, "selection.must_pass"),
        ({"verifiers": [{"name": "yolo", "kind": "detector"}]}, "verifiers.0"),
        ({"verifiers": [{"name": "yolo", "kind": "detector", "weights": "no.pt"}]}, "verifiers.0.weights"),
        ({"verifiers": [{"name": "known", "kind": "truth", "weights": "no.pt"}]}, "verifiers.0.weights"),
        ({"verifiers": [{"name": "said", "kind": "statements", "statements": {"x": "("}}]}, "statements.x"),
    ],
)
def test_a_config_that_cannot_work_names_the_field(build, capsys, config, field):
    build(files(**TEXTS), code=2, **config)
    said = capsys.readouterr().err
    assert field in said
    assert "To mend it" in said
