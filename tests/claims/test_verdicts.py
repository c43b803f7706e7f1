"""What several sources say of a claim, made one verdict."""

from __future__ import annotations

import itertools

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from prefdata import contracts
from prefdata.claims.claim import Claim, claim
from prefdata.claims.extract import extract
from prefdata.claims.rules import rulings
from prefdata.claims.verdict import Evidence, Verdict, Word, blind, evidence, verdicts

from .seen import a, view

YES, NO, OPEN = "supported", "contradicted", "not_checkable"
WORDS = st.sampled_from([YES, NO, OPEN])


def says(source: str, word: Word, confidence: float | None = None, reason: str | None = None) -> Evidence:
    return {**blind(source, reason or "undecided"), "verdict": word, "confidence": confidence}


def alone(*found: Evidence, deciding: frozenset[str] = frozenset(), hedged: bool = False) -> Verdict:
    """The verdict on one claim of which this evidence was found."""
    one = claim("c", "object", (0, 3), "dog", hedged=hedged)
    return verdicts([one], {one["claim_id"]: found}, deciding)[0]


@given(st.lists(WORDS, max_size=4), st.integers(0, 3))
def test_decisive_sources_agree_or_truth_decides(words, truth):
    found = [says(f"s{n}", word, n / 10) for n, word in enumerate(words)]
    decisive = [n for n, word in enumerate(words) if word != OPEN]
    said = alone(*found, deciding=frozenset([f"s{truth}"]))
    conflict = len({words[n] for n in decisive}) == 2
    assert said["conflict"] == conflict
    if decisive and (not conflict or decisive[0] == truth):
        assert (said["verdict"], said["confidence"]) == (words[decisive[0]], decisive[0] / 10)
        assert said["reason"] is None
    else:
        assert (said["verdict"], said["confidence"]) == (OPEN, None)
        assert said["reason"] == ("disagreement" if conflict else "undecided" if words else "not_asked")
    assert said["evidence"] == found


def test_the_last_source_says_why_nobody_can_tell():
    found = says("truth", OPEN, reason="no_truth"), says("yolo", OPEN, reason="low_recall")
    assert alone(*found)["reason"] == "low_recall"


def test_what_may_be_so_and_moods_are_not_checkable_whatever_is_found():
    said = alone(says("eye", YES), hedged=True)
    assert (said["verdict"], said["reason"]) == (OPEN, "hedged")
    mood = claim("c", "prior", (0, 4), "mood")
    assert verdicts([mood], {})[0]["reason"] == "subjective"


def chain(length: int) -> list[Claim]:
    """Claims each of which rests on the one before."""
    claims: list[Claim] = []
    for n in range(length):
        parent = claims[-1]["claim_id"] if claims else None
        claims.append(claim("c", "object", (n, n + 1), "dog", parent_id=parent))
    return claims


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_all_that_rests_on_what_is_contradicted_is_vacuous(words):
    claims = chain(len(words))
    found = {one["claim_id"]: [says("eye", word)] for one, word in zip(claims, words, strict=True)}
    for n, said in enumerate(verdicts(claims, found)):
        assert said["vacuous"] == (NO in words[:n])
        if said["vacuous"]:
            assert (said["verdict"], said["confidence"], said["reason"]) == (OPEN, None, "vacuous")
        else:
            assert said["verdict"] == words[n]


def test_claims_that_rest_on_each_other_or_on_nothing_known_are_judged_alone():
    one, two = chain(2)
    one["parent_id"] = two["claim_id"]
    assert [said["vacuous"] for said in verdicts([one, two], {})] == [False, False]
    orphan = claim("c", "attribute", (0, 3), "dog", "red", parent_id="gone")
    assert verdicts([orphan], {orphan["claim_id"]: [says("eye", YES)]})[0]["verdict"] == YES


def test_an_error_is_counted_once():
    claims = extract("c", "There are two small red circles left of the star.")
    seen = view(a("star"))
    found = {name: [evidence(ruling, seen.witness)] for name, ruling in rulings(claims, seen).items()}
    said = verdicts(claims, found)
    assert [each["verdict"] for each in said].count(NO) == 1
    assert sum(each["vacuous"] for each in said) == 4


def test_verdicts_keep_to_the_schema():
    claims = extract("c", "There are two red circles. The mood is calm. There may be a cat, and a dog is on the left.")
    seen = view(a("circle", "red"), a("dog"))
    found = {name: [evidence(ruling, seen.witness)] for name, ruling in rulings(claims, seen).items()}
    for said, word in itertools.product(verdicts(claims, found), [None, blind("vqa", "no_image")]):
        said["evidence"] += [word] if word else []
        jsonschema.validate(said, contracts.schema("verdict"))
