"""Damage is real, in proportion, and the same again."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.sources import HOW
from prefdata.sources.degrade import WORD, degraded

TEXT = "The quick brown fox jumps over the lazy dog near the old stone bridge at dawn."
texts = st.text(st.characters(codec="utf-8"), max_size=200)


def words(text: str) -> Counter:
    return Counter(WORD.findall(text))


@pytest.mark.parametrize("how", HOW["degrade"])
def test_a_text_is_damaged_and_again_in_the_same_way(how):
    damaged = degraded(TEXT, how, 0.2, ["elephant"])
    assert damaged != TEXT
    assert damaged == degraded(TEXT, how, 0.2, ["elephant"])


@pytest.mark.parametrize("how", HOW["degrade"])
@given(text=texts, share=st.floats(0.01, 1))
def test_any_text_can_be_given(how, text, share):
    degraded(text, how, share, [])


@given(st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta"]), min_size=3, max_size=20).map(" ".join))
def test_swapping_keeps_every_word_and_dropping_adds_none(text):
    assert words(degraded(text, "swap_words", 0.5, [])) == words(text)
    assert not words(degraded(text, "drop_words", 0.5, [])) - words(text)


def test_the_share_says_how_many_words_are_touched():
    text = " ".join(f"w{n}" for n in range(100))
    assert sum((words(text) - words(degraded(text, "drop_words", 0.3, []))).values()) == 30
    assert degraded(text, "truncate", 0.3, []) == " ".join(f"w{n}" for n in range(70))
    assert sum(words(degraded(text, "repeat", 0.3, [])).values()) == 130
    assert sum((words(text) - words(degraded(text, "replace_words", 0.3, ["x"]))).values()) > 20


def test_chinese_needs_no_spaces():
    assert len(degraded("今天天气很好我们去公园散步", "drop_words", 0.3, [])) == 13 - 4
