"""What a text denies, how far, and what it only likens, asks or wishes for."""

from __future__ import annotations

import gc
import time

import pytest

from prefdata.claims import lexicon
from prefdata.claims.extract import extract


def things(text: str) -> dict[str, str]:
    """Subject → how it is named: "there", "denied", "other" (only some are denied), "maybe"; of two the last."""
    return {claim["subject"]: _said(claim) for claim in extract("c", text) if claim["type"] == "object"}


def _said(claim) -> str:
    if claim["negated"]:
        return claim["predicate"] or "denied"
    return "maybe" if claim["hedged"] else "there"


def counts(text: str) -> list[tuple[str | None, str | None]]:
    return [(claim["predicate"], claim["object"]) for claim in extract("c", text) if claim["type"] == "count"]


def places(text: str) -> set[tuple[str, str | None, str | None]]:
    return {
        (claim["subject"], claim["predicate"], claim["object"])
        for claim in extract("c", text)
        if claim["type"] == "relation"
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("There are no people other than the man.", "man"),
        ("No one is in the picture except a man.", "man"),
        ("The image is devoid of people except for a lone surfer.", "surfer"),
        ("There is nobody besides the woman.", "woman"),
        ("There is nobody but the woman.", "woman"),
        ("Apart from the man there are no people.", "man"),
    ],
)
def test_what_is_left_out_of_a_denial_is_there_and_the_denial_is_of_others(text, left):
    assert things(text) == {"person": "other", left: "there"}


@pytest.mark.parametrize(
    "text",
    [
        "The image does not show any dogs, cats, or birds.",
        "There aren't any dogs, cats or birds.",
        "The image doesn't contain dogs, cats, or birds.",
        "I cannot see any dogs, cats or birds.",
        "There isn't a dog, a cat, or a bird.",
        "There is no sign of dogs, cats or birds.",
    ],
)
def test_a_denial_reaches_every_thing_of_its_list(text):
    assert things(text) == {"dog": "denied", "cat": "denied", "bird": "denied"}


def test_neither_denies_both():
    assert things("Neither people nor cars are present.") == {"person": "denied", "car": "denied"}


@pytest.mark.parametrize("kind", ["moving", "running", "sleeping", "parked"])
def test_no_before_a_participle_denies_such_things(kind):
    claims = extract("c", f"There are no {kind} dogs.")
    assert {(c["type"], c["subject"], c["predicate"], c["negated"]) for c in claims} == {
        ("object", "dog", None, True),
        ("attribute", "dog", kind, True),
    }


@pytest.mark.parametrize(
    "text",
    [
        "The man has no tie, while the woman smiles.",
        "A man without a tie.",
        "The man wears no tie.",
        "The man does not have a tie.",
    ],
)
def test_what_somebody_has_not_may_be_elsewhere(text):
    assert things(text)["tie"] == "other"


def test_what_a_picture_or_nothing_has_not_is_nowhere():
    assert things("The image has no ties.") == {"tie": "denied"}
    assert things("There is a dog and no cat.") == {"dog": "there", "cat": "denied"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("There are over three dogs.", [(">=", "4")]),
        ("There are well over five dogs.", [(">=", "6")]),
        ("There are under five dogs.", [("<=", "4")]),
        ("There are between two and four dogs.", [("=", "2-4")]),
        ("Almost ten dogs are there.", [("~", "10")]),
        ("Two dogs and a third dog are there.", [(">=", "2")]),
        ("The number two bus stops.", []),
        ("The two truck is red.", []),
        ("Three pieces of cake lie on a plate.", []),
        ("The cats are under two chairs.", [("=", "2")]),
        ("A dog sits between two cats and four birds.", [("=", "2"), ("=", "4")]),
    ],
)
def test_numbers_with_words_before_them(text, said):
    assert counts(text) == said


@pytest.mark.parametrize("digits", [7, 320, 5000])
def test_a_number_of_too_many_digits_is_none(digits):
    assert counts("9" * digits + " dogs") == []
    assert counts("between 2 and " + "9" * digits + " dogs") in ([], [("=", "2")])


def test_a_place_after_and_is_where_what_follows_is():
    text = "On the left there is a dog and on the right a cat."
    assert places(text) == {("dog", "left", "image"), ("cat", "right", "image")}
    text = "To the left of the dog is a cat, and to the right is a car."
    assert places(text) == {("cat", "left of", "dog")}
    assert places("A dog lies on the bed and on the rug.") == {("dog", "on", "bed"), ("dog", "on", "rug")}


@pytest.mark.parametrize("deed", ["is turned", "faces", "points", "is running", "is moving", "turns its head"])
def test_a_direction_is_no_place(deed):
    assert places(f"The dog {deed} to the left.") == set()
    assert places("The dog sits to the left.") == {("dog", "left", "image")}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("There is a cat instead of a dog.", {"cat": "there"}),
        ("The cake is shaped like a dog.", {"cake": "there"}),
        ("The vase is used as a cup.", {"vase": "there"}),
        ("The surfboard is as long as a car.", {"surfboard": "there"}),
        ("A cat lies there. Is there a dog?", {"cat": "there"}),
        ("It is unclear whether there is a dog.", {"dog": "maybe"}),
        ("A dog or a cat lies there.", {"dog": "maybe", "cat": "maybe"}),
        ("The animal is either a dog or a cat.", {"animal": "there", "dog": "maybe", "cat": "maybe"}),
        ("There is no dog or cat.", {"dog": "denied", "cat": "denied"}),
        ("There is space for a bed.", {"bed": "maybe"}),
        ("The bench is for people to sit on.", {"bench": "there", "person": "maybe"}),
        ("A bench made for two people.", {"bench": "there", "person": "maybe"}),
    ],
)
def test_what_is_likened_asked_offered_or_hoped_for_is_not_said_to_be_there(text, named):
    assert things(text) == named


@pytest.mark.parametrize(
    "word", ["chicken", "notebook", "street light", "container", "jet ski", "cd player", "railroad tie", "flower bed"]
)
def test_words_of_another_sense_stand_for_no_class(word):
    assert lexicon.coco_class(word) is None
    assert word in things(f"There is a {word}.")


@pytest.mark.parametrize("piece", ["a ", "dog, ", "dog or ", "not any dogs, ", "two ", "or a cat, ", "no "])
def test_time_grows_with_the_length_of_a_text_and_not_faster(piece):
    def taken(times: int) -> float:
        gc.collect()
        gc.disable()  # it would look through what all tests before this one have left
        try:
            start = time.process_time()
            extract("c", piece * times)
            return time.process_time() - start
        finally:
            gc.enable()

    assert taken(8000) < 20 * taken(1000) + 0.1  # 8 times the length; a square would be 64
