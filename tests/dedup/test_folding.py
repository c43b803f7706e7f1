"""Folding: what says the same is the same text, and what asks something else is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.dedup.folding import compared, folded
from prefdata.questions import said_last

from .alike import user


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, world!", "hello   World"),
        ("What is “this”?", 'what is "this"'),
        ("天空是什么颜色？", "天空 是什么颜色"),
        ("ＦＵＬＬ width", "full width"),
        ("don’t stop", "don't stop"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301"),
        ("one\n\n two\t three …", "one two three"),
        ("List:\nfirst; second.", "list first second"),
    ],
)
def test_what_says_the_same_is_one_text(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 5²?", "What is 52?"),
        ("What is 3.5 + 1?", "What is 35 + 1?"),
        ("What is .5 + 1?", "What is 5 + 1?"),
        ("What is 5!?", "What is 5?"),
        ("What is 7 - 2?", "What is 7 + 2?"),
        ("Is a < b?", "Is a > b?"),
        ("H₂O", "H2 0"),
        ("f(x)", "f x"),
        ("a_b", "ab"),
        ("???", "..."),
        ("10:30", "1030"),
        ("不是", "是"),
    ],
)
def test_what_asks_something_else_is_another_text(one, other):
    assert folded(one) != folded(other)


@given(st.text())
def test_folding_again_changes_nothing_but_what_it_laid_bare(text):
    once = folded(text)
    assert "\n" not in once
    assert once == once.strip()
    assert folded(folded(once)) == folded(once)


@given(st.text(min_size=1))
def test_a_text_that_shows_anything_stays_something(text):
    assert folded(text) or not any(char.isalnum() for char in text)


def test_a_system_message_is_not_part_of_the_text_but_of_its_frame():
    told = [compared(user("Tell me of the sea.", system=who)) for who in (None, "You are a pirate.", "You are a king.")]
    assert len({each.text for each in told}) == 1
    assert len({each.frame for each in told}) == 3


def test_a_style_is_taken_out_of_the_text_and_put_into_the_frame():
    messages = user("What is in the picture?")
    rich = compared(said_last(messages, "Answer richly."), ("rich", "Answer richly."))
    plain = compared(said_last(messages, "Answer plainly."), ("plain", "Answer plainly."))
    assert rich.text == plain.text == compared(messages).text
    assert rich.frame != plain.frame


def test_turns_stand_one_a_line():
    asked = compared(user("One?", "Two.", "Three!"))
    assert (asked.text, asked.turns) == ("one\ntwo\nthree", 3)


def test_numbers_stand_in_their_order():
    assert compared(user("Is 3.50 more than 12, or ７?", "No: 3.")).numbers == "3.50 12 7 3"


def test_a_prompt_of_a_system_message_alone_is_compared_by_it():
    assert compared([{"role": "system", "content": "Speak."}]).text == "speak"
