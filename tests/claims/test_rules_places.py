"""Where things are: to each other, and in the picture."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prefdata.claims.extract import extract
from prefdata.claims.rules import rulings
from prefdata.claims.sight import Box, Seen, Trust

from .seen import FULL, MAYBE, a, at, ruled, verdict, view

YES, NO, OPEN = "supported", "contradicted", "undecided"
POOR = {**FULL, "all": 0.9}
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}
BOXES = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h), st.floats(0, 80), st.floats(0, 80), st.floats(1, 40), st.floats(1, 40)
)


def stands(one: Box, where: str, other: Box) -> str:
    """Where the dog stands to the cat."""
    words = f"relation dog {where} cat"
    return verdict(f"The dog is {where} the cat.", view(a("dog", box=one), a("cat", box=other)), words)


def geneval(one: Box, other: Box) -> set[str]:
    """The relative positions of GenEval, from its paper's description (Ghosh et al. 2023, appendix)."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = (
        ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]) for box in (one, other)
    )
    dx, dy = ax - bx, ay - by
    dx = math.copysign(max(abs(dx) - 0.1 * (aw + bw), 0), dx)
    dy = math.copysign(max(abs(dy) - 0.1 * (ah + bh), 0), dy)
    length = math.hypot(dx, dy) or math.inf
    parts = {"left of": -dx, "right of": dx, "above": -dy, "below": dy}
    return {name for name, part in parts.items() if part / length > 0.5}


@given(BOXES, BOXES)
def test_a_direction_holds_as_geneval_has_it(one, other):
    assert {where for where in OPPOSITE if stands(one, where, other) == YES} == geneval(one, other)


@given(BOXES, BOXES)
@example((0.0, 1.0, 1.0, 2.0), (0.0, 0.8, 1.0, 1.8))  # just where rounding decides
def test_directions_mirror_each_other(one, other):
    for where, opposite in OPPOSITE.items():
        assert stands(one, where, other) == stands(other, opposite, one)
        if stands(one, where, other) == YES:
            assert stands(one, opposite, other) == NO


@given(BOXES, BOXES)
def test_only_what_lies_clearly_the_other_way_is_contradicted(one, other):
    if stands(one, "left of", other) == NO:
        assert one[0] + one[2] > other[0] + other[2]
    if stands(one, "above", other) == NO:
        assert one[1] + one[3] > other[1] + other[3]


def test_a_thing_right_above_is_neither_left_nor_right():
    assert stands((40, 10, 50, 20), "left of", (40, 60, 50, 70)) == OPEN
    assert stands((45, 10, 55, 20), "left of", (40, 60, 50, 70)) == NO  # a little to the right


def test_a_denied_direction_is_the_other_way_round():
    seen = view(at("dog", 20, 50), at("cat", 80, 50))
    assert verdict("The dog is not left of the cat.", seen, "relation dog left of cat") == NO
    assert verdict("The dog is not right of the cat.", seen, "relation dog right of cat") == YES


def test_relations_are_about_the_things_that_are_described():
    seen = view(at("circle", 20, 50, "red"), at("circle", 80, 50, "blue"), at("star", 50, 50, "green"))
    relation = "relation circle left of star"
    assert verdict("The red circle is left of the green star.", seen, relation) == YES
    assert verdict("The blue circle is left of the green star.", seen, relation) == NO
    assert verdict("The circle is left of the green star.", seen, relation) == "several_meant"
    assert verdict("The red circle is left of the black star.", seen, relation) == "no_such_thing"
    assert verdict("The red circle is left of the heart.", seen, "relation circle left of heart") == "no_such_thing"


def test_the_other_thing_is_found_behind_the_words_of_the_relation():
    seen = view(at("circle", 50, 50), at("star", 20, 50, "red"), at("star", 80, 50, "blue"))
    text = "There is a red star. The circle is left of the blue star. There is a red star."
    assert verdict(text, seen, "relation circle left of star") == YES
    text = "The circle is left of the blue star and the heart."
    both = view(*seen.seen, at("heart", 90, 50))
    assert verdict(text, both, "relation circle left of star") == YES
    assert verdict(text, both, "relation circle left of heart") == YES
    text = "There is a star. The circle is left of it. A blue star is on the right."
    assert verdict(text, seen, "relation circle left of star") == "several_meant"


def test_several_that_all_stand_so_are_not_several():
    seen = view(at("circle", 10, 50), at("circle", 20, 50), at("star", 80, 50))
    assert verdict("Two circles are to the left of the star.", seen, "relation circle left of star") == YES
    assert verdict("Two circles are to the right of the star.", seen, "relation circle right of star") == NO


def test_a_contradiction_takes_that_both_are_surely_there_and_none_is_overlooked():
    def said(dog: Seen, recall: dict[str, float]) -> str:
        seen = view(dog, at("dog", 80, 20), at("cat", 20, 50), recall=recall)
        return verdict("The dog is left of the cat.", seen, "relation dog left of cat")

    assert said(at("dog", 80, 50), FULL) == NO
    assert said(at("dog", 80, 50), POOR) == "low_recall"
    assert said(at("dog", 2, 50, score=MAYBE), FULL) == "several_meant"
    unsure = view(at("circle", 80, 50), at("circle", 70, 20, "blue"), at("star", 20, 50))
    assert verdict("The red circle is left of the star.", unsure, "relation circle left of star") == OPEN


def test_what_needs_depth_is_not_told_from_boxes():
    seen = view(at("dog", 50, 20), at("cat", 50, 80))
    for where in ("on", "in", "behind", "in front of", "under", "on top of"):
        assert verdict(f"The dog is {where} the cat.", seen, f"relation dog {where} cat") == "needs_depth"
    assert verdict("The dog is above the cat.", seen, "relation dog above cat") == YES
    assert verdict("The dog is below the cat.", seen, "relation dog below cat") == NO


def test_things_without_boxes_stand_nowhere():
    seen = view(a("dog", box=None), at("cat", 50, 50))
    assert verdict("The dog is left of the cat.", seen, "relation dog left of cat") == "no_boxes"


@pytest.mark.parametrize(("gap", "near"), [(0, YES), (4, YES), (6, OPEN), (38, OPEN), (41, NO)])
def test_near_goes_by_the_gap_in_sizes(gap, near):
    seen = view(at("dog", 10, 50), at("cat", 20 + gap, 50))
    assert verdict("The dog is next to the cat.", seen, "relation dog next to cat") == near
    assert verdict("The dog is near the cat.", seen, "relation dog near cat") == near
    claims = [{**claim, "predicate": "far from"} for claim in extract("c", "The dog is near the cat.")
              if claim["type"] == "relation"]  # fmt: skip
    far = next(iter(rulings(claims, seen).values()))
    assert (far.reason or far.verdict) == {YES: OPEN, NO: YES, OPEN: OPEN}[near]  # in depth


@given(BOXES, BOXES)
def test_boxes_never_show_that_things_are_not_far_from_each_other(one, other):
    assert stands(one, "far from", other) in (YES, OPEN)


def test_evidence_of_a_relation_is_all_that_may_be_meant():
    seen = view(at("dog", 20, 20), at("dog", 40, 40), at("cat", 80, 30))
    ruling = ruled("The dog is right of the cat.", seen)["relation dog right of cat"]
    assert ruling.verdict == NO
    assert ruling.boxes == ((15, 15, 25, 25), (35, 35, 45, 45), (75, 25, 85, 35))
    assert ruling.scores == (0.9, 0.9, 0.9)
    assert ruling.trust is not None


def test_evidence_of_a_relation_names_the_trust_in_what_is_known_worst():
    seen = view(at("dog", 20, 20), at("cat", 80, 30))
    worse = Trust(0.7, 0.2, {**FULL, "all": 0.995})
    trust = {**seen.witness.trust, "cat": worse}
    known = replace(seen, witness=replace(seen.witness, trust=trust))
    for one, where, other in (("dog", "right of", "cat"), ("cat", "left of", "dog")):
        assert ruled(f"The {one} is {where} the {other}.", known)[f"relation {one} {where} {other}"].trust == worse


def test_where_one_is_seen_another_such_one_is_not_thought_to_be_overlooked():
    seen = view(at("dog", 80, 50), at("cat", 20, 50), recall={**FULL, "small": 0.3})
    words = "relation dog left of cat"
    assert verdict("The dog is left of the cat.", seen, words) == NO
    assert verdict("The tiny dog is left of the cat.", view(at("dog", 80, 50, "small"), seen.seen[1]), words) == NO
    tiny = view(at("dog", 80, 50, "small"), seen.seen[1], recall={**FULL, "small": 0.3})
    assert verdict("The tiny dog is left of the cat.", tiny, words) == NO
    rarely = view(at("dog", 80, 50, "small"), seen.seen[1], recall=dict.fromkeys(FULL, 0.3))
    assert verdict("The tiny dog is left of the cat.", rarely, words) == "low_recall"


PLACES = {
    "on the left side": "left",
    "in the upper left corner": "upper left corner",
    "in the center": "center",
    "at the bottom": "bottom",
    "in the corner": "corner",
}


@pytest.mark.parametrize(
    ("place", "x", "y", "said"),
    [("on the left side", 20, 50, YES), ("on the left side", 50, 50, OPEN), ("on the left side", 80, 50, NO),
     ("in the upper left corner", 20, 20, YES), ("in the upper left corner", 20, 80, NO),
     ("in the upper left corner", 50, 20, OPEN), ("in the center", 50, 50, YES), ("in the center", 30, 50, OPEN),
     ("in the center", 10, 50, NO), ("in the center", 50, 90, NO), ("at the bottom", 50, 80, YES),
     ("at the bottom", 50, 20, NO), ("in the corner", 90, 10, YES), ("in the corner", 50, 10, NO),
     ("in the corner", 35, 10, OPEN)],
)  # fmt: skip
def test_places_in_the_picture_go_by_thirds(place, x, y, said):
    words = f"relation dog {PLACES[place]} image"
    assert verdict(f"There is a dog {place} of the picture.", view(at("dog", x, y)), words) == said


@given(st.floats(0, 100), st.floats(0, 100))
def test_what_is_left_is_not_right(x, y):
    seen = view(at("dog", x, y, half=1))
    left, right = (
        verdict(f"There is a dog on the {side} of the picture.", seen, f"relation dog {side} image")
        for side in ("left", "right")
    )
    assert {left, right} in ({YES, NO}, {OPEN})


def test_the_background_needs_depth():
    words = "relation dog background image"
    assert verdict("There is a dog in the background.", view(at("dog", 50, 50)), words) == "needs_depth"
