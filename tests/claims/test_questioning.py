"""A claim becomes two questions in plain English, of which just one has the answer yes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims import lexicon
from prefdata.claims.claim import claim
from prefdata.claims.extract import extract
from prefdata.claims.inflection import an, gerund, plural
from prefdata.claims.morphology import singular, verb_form
from prefdata.claims.questioning import questions

from .scoring import SETS, sentences

FEWER = "there are fewer than two pieces of corn"
NOT_BETWEEN = "there are not between four and five birds"
ASKED = [
    (("object", "dog"), "Is there a dog", "there is no dog", ""),
    (("object", "umbrella"), "Is there an umbrella", "there is no umbrella", ""),
    (("object", "grass"), "Is there any grass", "there is no grass", ""),
    (("object", "skis"), "Are there any skis", "there are no skis", ""),
    (("attribute", "circle", "red"), "Is there a red circle", "there is no red circle", ""),
    (("attribute", "car", "parked"), "Is there a car", "there is no car", " that is parked"),
    (("attribute", "skis", "leaning"), "Are there any skis", "there are no skis", " that are leaning"),
    (("attribute", "chair", "scattered"), "Are there any chairs", "there are no chairs", " that are scattered"),
    (("count", "knife", "=", "2"), "Are there exactly two knives", "there are not exactly two knives", ""),
    (("count", "person", ">=", "3"), "Are there at least three people", "there are fewer than three people", ""),
    (("count", "sheep", "<=", "4"), "Are there at most four sheep", "there are more than four sheep", ""),
    (("count", "bird", "~", "30"), "Are there about thirty birds", "there are not about thirty birds", ""),
    (("count", "bird", "=", "4-5"), "Are there between four and five birds", NOT_BETWEEN, ""),
    (("count", "dog", "=", "1"), "Is there exactly one dog", "there is not exactly one dog", ""),
    (("count", "corn", ">=", "2"), "Are there at least two pieces of corn", FEWER, ""),
    (("relation", "cup", "on", "table"), "Is there a cup", "there is no cup", " that is on a table"),
    (("relation", "cup", "next to", "cup"), "Is there a cup", "there is no cup", " that is next to another cup"),
    (("relation", "ring", "left of", "star"), "Is there a ring", "there is no ring", " that is to the left of a star"),
    (("relation", "man", "background", "image"), "Is there a man", "there is no man", " that is in the background"),
    (("relation", "oven", "left", "room"), "Is there an oven", "there is no oven", " that is on the left of a room"),
    (("relation", "sign", "top left", "image"), "Is there a sign", "there is no sign", " that is at the top left"),
    (("relation", "bird", "in", "sky"), "Is there a bird", "there is no bird", " that is in the sky"),
    (("relation", "road", "lined with", "tree"), "Is there a road", "there is no road", " that is lined with trees"),
    (("action", "man", "ride", "horse"), "Is there a man", "there is no man", " that is riding a horse"),
    (("action", "cat", "lie"), "Is there a cat", "there is no cat", " that is lying"),
    (("action", "dog", "look", "camera"), "Is there a dog", "there is no dog", " that is looking at a camera"),
    (("action", "man", "have", "hat"), "Is there a man", "there is no man", " that has a hat"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "asks", "denies", "clause"), ASKED, ids=[" ".join(row[0]) for row in ASKED])
def test_both_questions_are_plain_english(said, asks, denies, clause):
    kind, *words = said
    asked = questions(claim("c", kind, (0, 1), *words))
    assert asked == (f"{asks} in the picture{clause}?", f"Is it true that {denies} in the picture{clause}?")


def test_a_denial_is_asked_about_as_what_it_denies():
    affirmed, denied = (questions(claim("c", "object", (0, 1), "dog", negated=negated)) for negated in (False, True))
    assert affirmed == denied


@pytest.mark.parametrize(
    "said",
    [
        ("prior", "mood"),
        ("object", "person", "other"),
        ("attribute", "car"),
        ("relation", "car", "on"),
        ("relation", "car", "between", "tree"),
        ("action", "man"),
        ("count", "dog", ">=", "many"),
        ("count", "dog", ">=", "4-5"),
        ("count", "dog"),
    ],
    ids=" ".join,
)
def test_what_nobody_can_be_asked_without_the_text_has_no_questions(said):
    kind, *words = said
    assert questions(claim("c", kind, (0, 1), *words)) is None


# A gap, an article that does not fit, two words of which one is enough.
FAULTS = re.compile(r"  | a [aeio]| an [^aeioux]|None|\b(a|an|the|any|no) (a|an|the|any|no|is|are)\b")


def test_questions_about_real_captions_have_no_faults_of_form():
    claims = [found for part in SETS for row in sentences(part) for found in extract("c", row["sentence"])]
    asked = [questions(found) for found in claims if found["type"] != "prior"]
    texts = {text for each in asked if each for text in each}
    assert len(texts) > 1500
    assert sum(each is None for each in asked) < 0.01 * len(asked)
    assert not [text for text in texts if FAULTS.search(text.removeprefix("Is it true that "))]
    assert all(re.fullmatch(r"(Is|Are) (it|there) .+\?", text) for text in texts)


words = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


@given(
    st.sampled_from(["object", "count", "attribute", "relation", "action", "prior"]),
    words,
    words | st.none(),
    words | st.none(),
)
def test_the_two_questions_about_any_claim_differ(kind, subject, predicate, target):
    asked = questions(claim("c", kind, (0, 1), subject, predicate, target))
    assert asked is None or (asked.asks != asked.denies and asked.denies.startswith("Is it true that there "))


def test_plurals_lead_back_to_their_nouns():
    nouns = [noun for noun in lexicon.NOUNS if singular(noun) == noun]
    assert sum(singular(plural(noun)) == noun for noun in nouns) > 0.996 * len(nouns)
    classes = [name for name in lexicon.COCO_OF if " " not in name and singular(name) == name]
    assert [name for name in classes if singular(plural(name)) != name] == ["doggie", "ski"]
    spelt = {"city": "cities", "toy": "toys", "fox": "foxes", "dish": "dishes", "fireman": "firemen", "sheep": "sheep"}
    assert {noun: plural(noun) for noun in spelt} == spelt
    assert plural("chest of drawers") == "chests of drawers"
    assert plural("police officer") == "police officers"


def test_gerunds_lead_back_to_their_verbs():
    right = sum(verb_form(gerund(verb)) == (verb, "ing") for verb in lexicon.VERB_LEMMAS)
    assert right > 0.995 * len(lexicon.VERB_LEMMAS)
    assert [gerund(verb) for verb in ("be", "sing", "tie up", "see")] == ["being", "singing", "tying up", "seeing"]


@pytest.mark.parametrize(
    "words", ["a unicorn", "an umbrella", "a utensil", "a used car", "an hour", "a one-way sign", "an iphone"]
)
def test_the_article_goes_by_the_sound(words):
    assert an(words.partition(" ")[2]) == words
