"""Counts: what holds in every world that the witness leaves open."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.rules.counting import claimed
from prefdata.claims.sight import Seen

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
    most = len(open_ones) + (0 if recall else 100)
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


def test_a_general_word_is_not_counted():
    assert verdict("There are two animals.", view(a("dog"), a("cat")), "count animal = 2") == "general_word"


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_number_is_an_interval_and_nonsense_is_none(low, high):
    for sign, number in itertools.product(("=", ">=", "<=", "~"), (str(low), f"{low}-{high}")):
        found = claimed(sign, number)
        assert found is not None
        assert found.allowed.low <= found.meant.low <= found.meant.high
        assert found.meant.high <= found.allowed.high
    assert claimed("=", "many") is None
    assert claimed("<", "2") is None
    assert claimed(None, None) is None
