"""Counts: what holds in every world that the witness leaves open."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.extract import extract
from prefdata.claims.rules.counting import claimed
from prefdata.claims.sight import Seen
from prefdata.models import VerifierConfig
from prefdata.questions import Prompt
from prefdata.verification import Verification

from .seen import FULL, MAYBE, SURE, a, verdict, view

YES, NO = "supported", "contradicted"
POOR = {**FULL, "all": 0.9}
WORDS = {"two": 2, "three": 3, "four": 4, "five": 5}
PHRASES = {
    **{word: (n, n) for word, n in WORDS.items()},
    **{f"at least {word}": (n, 99) for word, n in WORDS.items()},
    **{f"up to {word}": (0, n) for word, n in WORDS.items()},
    "three to five": (3, 5),
    "several": (3, 99),
}
CIRCLES = st.lists(
    st.builds(
        lambda colour, score: a("circle", *colour, score=score),
        st.sampled_from([("red",), ("blue",), ()]),
        st.sampled_from([SURE, MAYBE, 0.1]),
    ),
    max_size=5,
)


def numbers(circles: list[Seen], recall: bool) -> set[int]:
    """How many red circles there may be: those that are sure are there, of those that may be any, and of what is
    overlooked too; what has no known colour may have any."""
    sure = sum(c.score == SURE and c.attributes == {"red"} for c in circles)
    open_ones = [c for c in circles if c.score > 0.2 and c.attributes != {"blue"}]
    most = len(open_ones) + (0 if recall else 90)
    return set(range(sure, most + 1))


@given(CIRCLES, st.sampled_from(sorted(PHRASES)), st.booleans())
def test_a_count_is_what_holds_in_every_world(circles, phrase, recall):
    seen = view(*sorted(circles, key=lambda circle: -circle.score), recall=FULL if recall else POOR)
    low, high = PHRASES[phrase]
    possible = {low <= n <= high for n in numbers(circles, recall)}
    said = verdict(f"There are {phrase} red circles.", seen, next(iter(_words(phrase))))
    there = any(circle.score == SURE for circle in circles)
    some = any(circle.score > 0.2 and circle.attributes != {"blue"} for circle in circles)
    if not there or not some:  # then the circles, or their colour, are wrong, and not their number
        assert said not in (YES, NO)
    elif len(possible) == 1:
        assert said == (YES if possible.pop() else NO)
    else:
        assert said not in (YES, NO)


def _words(phrase: str) -> list[str]:
    low, high = PHRASES[phrase]
    number = f"{low}-{high}" if 0 < low < high < 99 else str(low or high)
    return [f"count circle {'>=' if high == 99 else '<=' if low == 0 else '='} {number}"]


@pytest.mark.parametrize(
    ("number", "said"), [(3, YES), (4, YES), (5, YES), (2, "undecided"), (8, "undecided"), (1, NO), (9, NO)]
)
def test_about_four_is_lenient(number, said):
    things = [a("circle") for _ in range(number)]
    assert verdict("There are about four circles.", view(*things), "count circle ~ 4") == said


def test_crowds_are_not_counted():
    many = [a("circle") for _ in range(12)]
    assert verdict("There are at least two circles.", view(*many), "count circle >= 2") == YES
    assert verdict("There are twelve circles.", view(*many), "count circle = 12") == "crowd"
    assert verdict("There are two circles.", view(*many), "count circle = 2") == NO
    assert verdict("There are twelve circles.", view(a("circle")), "count circle = 12") == "crowd"


def test_things_that_are_only_known_to_be_there_are_not_counted():
    assert verdict("There are two circles.", view(a("circle", box=None)), "count circle = 2") == "no_boxes"


def test_two_of_a_kind_are_at_most_as_many_as_the_class():
    people = [a("person") for _ in range(4)]
    assert verdict("There are two women.", view(*people), "count woman = 2") == "undecided"
    assert verdict("There are five women.", view(*people), "count woman = 5") == NO
    assert verdict("There are two people.", view(*people), "count person = 2") == NO


def test_two_that_do_something_may_be_two_of_many():
    people = [a("person") for _ in range(4)]
    assert verdict("Two people are sitting on a bench.", view(*people), "count person = 2") == "undecided"
    assert verdict("Two people are sitting on a bench.", view(*people[:2]), "count person = 2") == YES
    assert verdict("Five people are sitting on a bench.", view(*people), "count person = 5") == NO


def test_what_is_only_maybe_said_of_them_counts_too():
    """Two dogs that may be asleep are two of many, though nobody is asked whether they are asleep."""
    text, dogs = "There are two dogs. Two dogs are possibly running.", tuple(a("dog") for _ in range(3))
    truth, prompt = VerifierConfig("t", "truth"), Prompt("p", [], objects=dogs)
    found = asyncio.run(Verification(nobody).verify((truth,), prompt, text, extract("c", text)))
    said = [v["verdict"] for c, v in zip(found.claims, found.verdicts, strict=True) if c["type"] == "count"]
    assert said == [NO, "not_checkable"]


async def nobody(model, request):
    raise AssertionError


def test_a_general_word_is_not_counted():
    assert verdict("There are two animals.", view(a("dog"), a("cat")), "count animal = 2") == "general_word"


def test_a_count_of_small_things_takes_that_small_ones_are_not_overlooked():
    poor, one = {**FULL, "small": 0.3}, a("dog", "small")
    for text in ("There are two tiny dogs.", "There are two minuscule dogs.", "Two dogs are in the background."):
        assert verdict(text, view(one, recall=poor), "count dog = 2") == "low_recall"
        assert verdict(text, view(a("dog"), recall=poor), "count dog = 2") != NO
    assert verdict("There are two tiny dogs.", view(one), "count dog = 2") == NO
    assert verdict("There are two dogs.", view(a("dog"), recall=poor), "count dog = 2") == NO


def test_things_of_which_only_the_last_word_is_known_are_not_counted():
    for number in ("two", "at least two", "up to two"):
        for things in ([a("dog")], [a("dog")] * 4):
            sign = {"two": "=", "at least two": ">=", "up to two": "<="}[number]
            said = verdict(f"There are {number} guide dogs.", view(*things), f"count guide dog {sign} 2")
            assert said == "compound_word"
    assert verdict("There are two traffic lights.", view(), "count traffic light = 2") == "unmeasured"


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_number_is_an_interval_and_nonsense_is_none(low, high):
    for sign, number in itertools.product(("=", ">=", "<=", "~"), (str(low), f"{low}-{high}")):
        found = claimed(sign, number)
        assert found is not None
        assert found.allowed.low <= found.meant.low <= found.meant.high
        assert found.meant.high <= found.allowed.high
    for number in ("many", "-3", "3-", "²", "1.5", "9" * 320, "9" * 5000, f"2-{'9' * 400}", ""):
        assert claimed("=", number) is claimed("~", number) is None
    assert claimed("<", "2") is None
    assert claimed(None, None) is None
