"""Claims are extracted with their exact place, from any text, and always the same."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata import contracts
from prefdata.claims.claim import KINDS, mention
from prefdata.claims.extract import extract
from prefdata.claims.grammar.phrases import PHRASES
from tests.claims import scoring

pieces = st.sampled_from(
    [
        *map(" ".join, PHRASES),
        "dogs",
        "the red car",
        "is",
        ",",
        ".",
        "'s",
        "’s",
        "…",
        "İ",
        "ﬁ",
        "\n",
        "13",
        "2/3",
        "é",
        "½",
    ]
)
texts = st.one_of(
    st.text(max_size=200), st.lists(pieces, max_size=25).map(" ".join), st.lists(pieces, max_size=25).map("".join)
)


def said(text: str) -> set[tuple[str, str, str | None, str | None]]:
    """What a text claims, in short; a denied claim with "not", one that is only maybe so with "maybe"."""
    marks = {(False, False): "", (True, False): "not ", (False, True): "maybe ", (True, True): "maybe not "}
    return {
        (marks[c["negated"], c["hedged"]] + c["type"], c["subject"], c["predicate"], c["object"])
        for c in extract("c", text)
    }


@given(texts)
def test_any_text_is_taken_and_every_span_lies_in_it(text):
    claims = extract("c", text)
    for claim in claims:
        start, end = claim["char_span"]
        assert 0 <= start < end <= len(text)
        assert mention(text, claim).strip() == mention(text, claim)
    assert claims == extract("c", text)


@given(texts)
def test_ids_are_unique_and_parents_are_object_claims(text):
    claims = {claim["claim_id"]: claim for claim in extract("c", text)}
    assert len(claims) == len(extract("c", text))
    for claim in claims.values():
        parent = claims.get(claim["parent_id"])
        assert claim["parent_id"] is None or (parent["type"], parent["subject"]) == ("object", claim["subject"])


def test_claims_follow_their_schema():
    validator = jsonschema.Draft202012Validator(json.loads((contracts.folder() / "claim.schema.json").read_text()))
    for row in scoring.sentences("tune"):
        for claim in extract("c", row["sentence"]):
            validator.validate(claim)
            assert claim["type"] in KINDS


def test_ids_depend_on_the_candidate_and_the_text_alone():
    one, two = extract("a", "A red car."), extract("b", "A red car.")
    assert [c["claim_id"] for c in one] == [c["claim_id"] for c in extract("a", "A red car.")]
    assert not {c["claim_id"] for c in one} & {c["claim_id"] for c in two}


def test_a_plain_sentence():
    assert said("Two small dogs are lying next to a red bike.") == {
        ("object", "dog", None, None),
        ("count", "dog", "=", "2"),
        ("attribute", "dog", "small", None),
        ("action", "dog", "lie", None),
        ("relation", "dog", "next to", "bicycle"),
        ("object", "bicycle", None, None),
        ("attribute", "bicycle", "red", None),
    }


@pytest.mark.parametrize(
    "text",
    [
        "There are no dogs.",
        "There isn't any dog.",
        "There are not any dogs.",
        "The photo lacks dogs.",
    ],
)
def test_what_is_denied(text):
    assert ("not object", "dog", None, None) in said(text)


def test_no_other_leaves_room_for_the_first():
    assert said("There are no other people.") == {("not object", "person", "other", None)}


@pytest.mark.parametrize(
    "text",
    [
        "It is possibly a dog.",
        "It appears to be a dog.",
        "It might be a dog.",
        "It looks like a dog.",
        "That is likely a dog.",
    ],
)
def test_what_is_only_maybe_so(text):
    assert ("maybe object", "dog", None, None) in said(text)


def test_what_is_not_visible_is_denied_and_what_does_not_do_something_is_not():
    assert said("The dog is not visible.") == {("not object", "dog", None, None)}
    assert said("None of the dogs are running.") == {("object", "dog", None, None), ("not action", "dog", "run", None)}
    assert said("This is not a dog.") == {("not object", "dog", None, None)}


def test_what_is_not_done_to_a_thing_leaves_open_whether_it_is_there():
    assert said("The man is not wearing a hat.") == {
        ("object", "man", None, None),
        ("not action", "man", "wear", "hat"),
        ("maybe object", "hat", None, None),
    }


def test_the_shapes_of_a_drawn_world():
    found = said("Two blue circles are to the left of a large green square, and there is no triangle.")
    assert ("relation", "circle", "left of", "square") in found
    assert ("attribute", "square", "green", None) in found
    assert ("not object", "triangle", None, None) in found


def test_a_hedge_ends_with_its_clause():
    found = said("The man appears to be reading, and there is a dog.")
    assert ("maybe action", "man", "read", None) in found
    assert {("object", "man", None, None), ("object", "dog", None, None)} <= found


@pytest.mark.parametrize(
    ("words", "sign", "number"),
    [
        ("two", "=", "2"), ("13", "=", "13"), ("twenty-five", "=", "25"), ("at least 3", ">=", "3"),
        ("several", ">=", "3"),
        ("a couple of", "=", "2"), ("a group of", ">=", "2"), ("around ten", "~", "10"), ("up to four", "<=", "4"),
        ("two other", ">=", "2"), ("four or five", "=", "4-5"), ("a dozen", "=", "12"),
    ],
)  # fmt: skip
def test_quantities(words, sign, number):
    assert ("count", "bird", sign, number) in said(f"There are {words} birds.")


def test_some_of_more_and_one_of_several_count_nothing():
    assert not {c for c in said("One of the men and two of the dogs are running.") if c[0] == "count"}


def test_places_in_the_picture_and_in_things():
    assert ("relation", "cup", "left", "image") in said("There is a cup on the left side.")
    assert ("relation", "cup", "left", "table") in said("There is a cup on the left side of the table.")
    assert ("relation", "cup", "left of", "table") in said("There is a cup to the left of the table.")
    assert ("relation", "tree", "background", "image") in said("In the background, there is a tree.")


def test_what_a_thing_is_likened_to_and_what_a_sign_says_are_no_claims():
    assert said("The pattern is similar to that of a leopard.") == set()
    assert said('The sign reads "no dogs".') == {("object", "sign", None, None)}


def test_attributes_and_relations_hang_on_the_thing_they_are_about():
    claims = extract("c", "A red car is next to a tree.")
    car = next(c for c in claims if c["subject"] == "car" and c["type"] == "object")
    assert {c["type"] for c in claims if c["parent_id"] == car["claim_id"]} == {"attribute", "relation"}


def test_a_no_ends_where_a_thing_has_an_article_or_a_number_of_its_own():
    def denied(text: str) -> dict[str, bool]:
        return {found["subject"]: found["negated"] for found in extract("c", text) if found["type"] == "object"}

    assert denied("There is no ring, a star and two hearts.") == {"ring": True, "star": False, "heart": False}
    assert denied("There is no ring or a star.") == {"ring": True, "star": True}
    assert denied("There are no rings, stars or hearts.") == {"ring": True, "star": True, "heart": True}
    assert denied("There is no plus sign.") == {"plus sign": True}


def test_a_denied_number_denies_the_number_alone():
    (found,) = [each for each in extract("c", "There are no six circles.") if each["type"] == "object"]
    assert (found["negated"], found["predicate"]) == (True, "other")


def test_a_word_that_may_be_an_adjective_is_the_thing_where_its_phrase_ends():
    text = "There is a star, a yellow square and a circle."
    assert [each["subject"] for each in extract("c", text) if each["type"] == "object"] == ["star", "square", "circle"]


def test_what_is_absent_is_denied_however_it_is_said():
    for text in ("There are 0 hearts.", "There are zero hearts.", "The heart is absent."):
        assert [each["negated"] for each in extract("c", text) if each["type"] == "object"] == [True], text
        assert all(each["type"] != "count" for each in extract("c", text)), text


def test_more_than_two_are_three_at_least():
    (found,) = [each for each in extract("c", "There are more than two circles.") if each["type"] == "count"]
    assert (found["predicate"], found["object"]) == (">=", "3")
