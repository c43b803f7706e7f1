"""A model's claims are taken only where it quotes the text."""

from __future__ import annotations

import json

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims import asking
from prefdata.claims.claim import mention

TEXT = "A red car is parked near a bike. A red car is rare."


def row(**changes):
    base = {
        "type": "object",
        "subject": "car",
        "predicate": None,
        "object": None,
        "negated": False,
        "hedged": False,
        "quote": "car",
    }
    return {**base, **changes}


def read(*rows):
    found = asking.read("Here: " + json.dumps({"claims": list(rows)}), "c", TEXT)
    assert found is not None
    return found


def test_the_form_of_an_answer_is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(asking.SCHEMA)
    jsonschema.validate({"claims": [row()]}, asking.SCHEMA)


def test_claims_have_the_place_of_their_quote_and_their_parent():
    rows = [row(), row(type="attribute", predicate="Red", quote="red"), row(subject="bike", quote="bike")]
    claims, dropped = read(*rows)
    assert not dropped
    assert [(c["type"], c["subject"], c["predicate"], mention(TEXT, c)) for c in claims] == [
        ("attribute", "car", "red", "red"),
        ("object", "car", None, "car"),
        ("object", "bicycle", None, "bike"),
    ]
    assert claims[0]["parent_id"] == claims[1]["claim_id"]


def test_the_same_words_again_are_the_next_place():
    claims, _ = read(row(), row())
    assert [c["char_span"] for c in claims] == [[6, 9], [39, 42]]


def test_what_quotes_nothing_is_dropped_with_its_reason():
    bad = [row(quote="Car!"), row(quote=" "), row(subject=None), row(type="mood"), "car"]
    claims, dropped = read(*bad)
    assert not claims
    assert [drop.reason for drop in dropped] == [
        "quote_not_in_text",
        "no_quote",
        "no_subject",
        "unknown_type",
        "not_an_object",
    ]


def test_an_answer_that_is_no_such_json_is_none():
    assert asking.read("I see a car.", "c", TEXT) is None
    assert asking.read('{"claims": "car"}', "c", TEXT) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(list(row())), json_values | st.sampled_from(["car", "object", "red"])),
        max_size=5,
    )
)
def test_any_json_is_read(rows):
    found = asking.read(json.dumps({"claims": rows}), "c", TEXT)
    assert found is not None
    assert len(found[0]) + len(found[1]) <= len(rows)
