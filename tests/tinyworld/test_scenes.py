"""Scenes and pictures: the same everywhere, sane, and of one split alone."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.tinyworld.drawing import RGB, draw
from prefdata.tinyworld.scene import SHAPES, SIDE, SPLITS, Scene, Thing, lots, scene, side, twin

SCENES = st.builds(scene, st.sampled_from(SPLITS), st.integers(0, 10**6), st.integers(0, 3))


def test_pictures_are_the_same_on_every_machine():
    pictures = b"".join(draw(scene("test", number)).image.tobytes() for number in range(3))
    assert hashlib.sha256(pictures).hexdigest()[:16] == "4fa38fa55542f463"


@given(SCENES)
def test_scenes_have_one_to_six_things_inside_the_picture(shown):
    assert 1 <= len(shown.things) <= 6
    assert all(0 < thing.x < SIDE and 0 < thing.y < SIDE for thing in shown.things)


@given(SCENES)
def test_masks_are_disjoint_and_boxes_hold_them(shown):
    picture = draw(shown)
    assert picture.image.shape == (SIDE, SIDE, 3)
    assert picture.masks.sum(0).max() <= 1
    assert ((picture.seen >= 0) & (picture.seen <= 1)).all()
    for mask, box in zip(picture.masks, picture.boxes(), strict=True):
        if box is None:
            assert not mask.any()
            continue
        left, top, right, bottom = map(int, box)
        assert 0 <= left < right <= SIDE
        assert 0 <= top < bottom <= SIDE
        assert mask[top:bottom, left:right].sum() == mask.sum()


@given(SCENES)
def test_what_is_seen_has_the_colour_of_its_thing(shown):
    picture = draw(shown)
    for thing, mask in zip(shown.things, picture.masks, strict=True):
        if mask.sum() >= 20:
            middle = np.median(picture.image[mask], 0)
            assert np.abs(middle - np.array(RGB[thing.colour])).max() < 25


def test_what_stands_in_front_hides_what_stands_behind():
    behind, before = (Thing("square", colour, "large", 48, 48, 16) for colour in ("red", "blue"))
    picture = draw(Scene("two", (behind, before), 0.5))
    assert picture.seen.tolist() == [0, 1]
    assert picture.boxes()[0] is None


def test_half_of_a_thing_over_the_edge_is_half_seen():
    picture = draw(Scene("edge", (Thing("square", "red", "large", 0, 48, 16),), 0.5))
    assert picture.seen[0] == pytest.approx(0.5, abs=0.05)


@given(SCENES, st.integers(0, 1000))
def test_twins_differ_in_one_attribute_of_one_thing(shown, number):
    other, what = twin(shown, lots("train", number, 0, "twin"))
    assert (other.background, other.grain) == (shown.background, shown.grain)
    assert other.name != shown.name
    if what == "gone":
        assert len(other.things) == len(shown.things) - 1
        assert set(other.things) < set(shown.things)
        return
    pairs = [(asdict(a), asdict(b)) for a, b in zip(shown.things, other.things, strict=True) if a != b]
    assert len(pairs) == 1
    changed = [name for name, value in pairs[0][0].items() if value != pairs[0][1][name]]
    assert changed == [{"side": "x"}.get(what, what)]


def test_splits_are_disjoint():
    looks = [{(each.things, each.background) for each in _first(split)} for split in SPLITS]
    assert all(len(seen) == 100 for seen in looks)
    assert len(set.union(*looks)) == 400


def test_every_shape_is_about_as_frequent():
    shapes = [thing.shape for number in range(1000) for thing in scene("train", number).things]
    shares = [shapes.count(shape) / len(shapes) for shape in SHAPES]
    assert max(shares) < 1.4 * min(shares)


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="no split"):
        scene("exam", 0)


SIDES = [
    (20, 48, "left of"),
    (80, 50, "right of"),
    (48, 10, "above"),
    (49, 90, "below"),
    (20, 20, None),
    (48, 48, None),
]


@pytest.mark.parametrize(("x", "y", "where"), SIDES)
def test_sides_are_told_only_where_they_are_clear(x, y, where):
    assert side(Thing("star", "red", "small", x, y, 7), Thing("moon", "red", "small", 48, 48, 7)) == where


def _first(split: str) -> list[Scene]:
    return [scene(split, number) for number in range(100)]
