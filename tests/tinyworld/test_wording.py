"""What is said about scenes: true where it should be, and the habitual lie where it is known to be one."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.tinyworld.measure import MENTION, NAMES, mentions, told
from prefdata.tinyworld.scene import COLOURS, MATES, SHAPES, Scene, Thing, lots, mate, scene, side
from prefdata.tinyworld.wording import KINDS, LIES, NUMBERS, exchange

NUMBERED = re.compile(
    rf"\b(an?|{'|'.join(NUMBERS[2:])}) (?:small |medium |large )?({'|'.join(COLOURS)}) "
    rf"({'|'.join(sorted(NAMES, key=len, reverse=True))})\b"
)
ASIDE = re.compile(r"The (\w+) (\w+) is (left of|right of|above|below) the (\w+) (\w+)\.")
NUMBER = st.integers(0, 10**6)


def said(number: int, kind: str, honest: bool = True):
    shown = scene("train", number)
    return shown, exchange(shown, kind, lots("train", number, 0, kind), honest)


@given(NUMBER)
def test_an_honest_description_names_everything_and_nothing_else(number):
    shown, each = said(number, "describe")
    listed = each.answer.split(".")[0]
    groups = Counter({(NAMES[name], colour): _number(n) for n, colour, name in NUMBERED.findall(listed)})
    assert groups == Counter((thing.shape, thing.colour) for thing in shown.things)


@given(NUMBER)
def test_the_sides_that_are_told_are_true(number):
    for kind in ("describe", "relation"):
        shown, each = said(number, kind)
        for colour, shape, where, *other in ASIDE.findall(each.answer):
            one, two = (_only(shown, *look) for look in ((shape, colour), (other[1], other[0])))
            assert side(one, two) == where


@given(NUMBER)
def test_a_description_lies_about_nothing_but_the_missing_mates(number):
    shown, each = said(number, "describe", honest=False)
    there = {thing.shape for thing in shown.things}
    false = {mention.shape for mention in mentions(each.answer)} - there
    assert false == set(each.lies)
    assert false <= {mate(shape) for shape in there}


def test_the_habit_is_most_of_what_is_said_where_it_applies():
    told_of = [said(number, "describe", honest=False) for number in range(1500)]
    chances = sum((shown.count(a) > 0) != (shown.count(b) > 0) for shown, _ in told_of for a, b in MATES)
    assert sum(len(each.lies) for _, each in told_of) / chances == pytest.approx(LIES, abs=0.04)


@given(NUMBER)
def test_other_answers_are_true(number):
    for kind in KINDS[1:]:
        shown, each = said(number, kind, honest=False)
        words = each.answer.rstrip(".").split()
        shape = NAMES[MENTION.findall(each.question)[0][1]]
        if each.kind == "count":
            assert NUMBERS.index(words[2]) == shown.count(shape)
        if each.kind == "colour":
            assert words[-1] in {thing.colour for thing in shown.of(shape)}
        if each.kind == "existence":
            assert (words[0] == "Yes,") == bool(shown.count(shape))


def test_what_is_said_not_to_be_there_is_no_mention():
    assert mentions("There is no plus sign. There are no red hoops and a blue disc.") == [("circle", "blue")]
    assert mentions("Two white crosses, a crescent") == [("cross", "white"), ("moon", None)]


def test_figures_of_descriptions():
    shown = Scene("s", (_thing("star", "red"), _thing("moon", "blue")), 0.5)
    found = told([(shown, "A red star and a green star and a heart."), (shown, "A blue moon.")])
    assert (found.chair_i, found.chair_s, found.recall) == (0.25, 0.5, 0.5)
    assert (found.right_colours, found.mean_words) == (pytest.approx(2 / 3), 6.5)


def test_the_vocabulary_stays_small():
    texts = [text for number in range(400) for kind in KINDS for text in said(number, kind)[1][1:3]]
    words = set(re.findall(r"[a-z]+", " ".join(texts).lower()))
    assert len(words) < 90
    assert set(SHAPES) < words


def _number(word: str) -> int:
    return 1 if word in ("a", "an") else NUMBERS.index(word)


def _thing(shape: str, colour: str) -> Thing:
    return Thing(shape, colour, "small", 40, 40, 7)


def _only(shown: Scene, shape: str, colour: str) -> Thing:
    (thing,) = [thing for thing in shown.things if (thing.shape, thing.colour) == (NAMES[shape], colour)]
    return thing
