"""A corruption that can be checked is kept only if it is false; what a judge by construction makes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prefdata.calls.request import CallError
from prefdata.claims.sight import Seen
from prefdata.judges.origin import votes
from prefdata.models import OriginJudge, Source
from prefdata.questions import Given, Prompt
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import SHAPES, lots, mate, scene
from prefdata.tinyworld.wording import exchange

from .corrupted import TINY, TRUTH, made

INJECT = replace(TINY, confirm=(TRUTH,))
ALTER = {how: Source(how, "alter", how=how, confirm=(TRUTH,)) for how in ("count", "colour", "size", "position")}
OMIT = Source("omit", "omit", confirm=(TRUTH,))


def seen(shape: str, colour: str = "red", size: str = "small", x: float = 10.0) -> Seen:
    return Seen(shape, 1.0, (x, 10.0, x + 8, 18.0), frozenset([colour, size]))


def test_what_is_there_is_not_injected_but_what_comes_next():
    for shape in SHAPES:
        alone, both = (seen(shape),), (seen(shape), seen(mate(shape), x=60))
        assert made(INJECT, f"There is a {shape}.", alone).origin["edit"]["subject"] == mate(shape)
        told = made(INJECT, f"There is a {shape}.", both)
        assert told.origin["edit"]["subject"] not in (shape, mate(shape))
        assert told.origin["confirmed"] is True


def test_where_all_that_could_be_named_is_there_the_candidate_is_dropped():
    with pytest.raises(CallError) as caught:
        made(INJECT, "There is a circle.", tuple(seen(shape, x=11 * n) for n, shape in enumerate(SHAPES)))
    assert caught.value.reason == "edit_not_confirmed"
    assert caught.value.detail.count("supported") == 3, "it says what was tried, and what was found"


def test_what_nobody_can_check_is_dropped():
    with pytest.raises(CallError) as caught:
        made(replace(INJECT, partners=None), "There is a red knife and a dog.", None)
    assert caught.value.reason == "nothing_to_edit", "nothing is known to be so"


def test_a_claim_that_is_false_already_is_not_changed():
    with pytest.raises(CallError, match="nothing_to_edit"):
        made(ALTER["colour"], "There is a blue circle.", (seen("circle", "red"),))
    told = made(ALTER["colour"], "There is a blue circle and a red star.", (seen("circle"), seen("star", x=50)))
    assert told.origin["edit"]["subject"] == "star"
    with pytest.raises(CallError, match="nothing_to_edit"):
        made(INJECT, "There is a moon.", (seen("circle"),))


def test_an_edit_that_makes_something_true_is_not_kept():
    things = (seen("circle", "red"), *(seen("circle", colour, x=20) for colour in ("blue", "green", "yellow")))
    told = made(ALTER["colour"], "There is a red circle.", things)
    assert told.text in ("There is a black circle.", "There is a white circle.")


def test_without_verifiers_an_edit_stands_unconfirmed():
    told = made(replace(ALTER["colour"], confirm=()), "There is a red circle.")
    assert told.origin["confirmed"] is False
    assert set(told.origin["edit"]) == {"claim_id", "type", "subject", "from", "to", "char_span"}


def test_only_what_is_so_is_left_out():
    things = (seen("circle"), seen("star", x=40))
    assert made(OMIT, "There is a circle, a moon and a star.", (*things[:1], seen("moon", x=70))).text == (
        "There is a circle and a star."
    )
    with pytest.raises(CallError, match="nothing_to_edit"):
        made(OMIT, "There is a circle and a moon.", things)
    with pytest.raises(CallError, match="nothing_to_edit"):
        made(OMIT, "The picture shows a circle. There is a star by a moon.", things)
    told = made(OMIT, "The picture shows a circle. There is a moon. There is a star.", things)
    assert told.text == "The picture shows a circle. There is a moon."


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.sampled_from(sorted(ALTER)))
def test_what_is_confirmed_of_an_honest_description_is_false_of_the_scene(number, how):
    shown = scene("train", number)
    things = tuple(
        Seen(thing.shape, 1.0, box, frozenset([thing.colour, thing.size]))
        for thing, box in zip(shown.things, draw(shown).boxes(), strict=True)
        if box
    )
    text = exchange(shown, "describe", lots("train", number, 0, "describe"), honest=True).answer
    try:
        told = made(ALTER[how], text, things)
    except CallError:
        return
    honest = {text for each in range(40) for text in _told(shown, number, each)}
    assert told.text not in honest


def _told(shown, number: int, each: int) -> set[str]:
    return {exchange(shown, "describe", lots("train", number, each, "again"), honest=True).answer}


JUDGE = OriginJudge("by_construction", "corruption")
PROMPT = Prompt("p", [{"role": "user", "content": "?"}])


def test_a_candidate_is_preferred_over_what_was_made_from_it_to_be_worse():
    candidates = {
        "z": Given("A dog.", "sample"),
        "alter:z": Given("A cat.", "alter", base="z", corrupted=True),
        "zz": Given("A bird.", "inject", base="alter:z", corrupted=True),
        "edit:z": Given("One dog.", "edit", base="z"),
        "liar#0": Given("No dog.", "liar", corrupted=True),
        "omit:gone": Given("Dog.", "omit", base="gone", corrupted=True),
    }
    found = {(a, b): winner for a, b, winner in votes(JUDGE, PROMPT, candidates)}
    assert found == {("alter:z", "z"): "b", ("alter:z", "zz"): "a"}
    assert all(pair in set(combinations(sorted(candidates), 2)) for pair in found)
