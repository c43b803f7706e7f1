"""Colours by pixels: on flat things, hollow and concave ones, in shade, on photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefdata.claims.pixels import size
from prefdata.claims.rules import colour
from prefdata.claims.rules.cielab import lab
from prefdata.claims.rules.colour import TERMS
from prefdata.claims.sight import Box, Seen, View, Vocabulary, Witness
from prefdata.tinyworld.drawing import RGB, draw
from prefdata.tinyworld.scene import COLOURS, SHAPES, SIZES, Scene, Thing

# The eleven colours as screens show them (CSS Color Level 4, 6.1; brown and purple as there).
CSS = {
    "black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0), "yellow": (255, 255, 0),
    "blue": (0, 0, 255), "brown": (150, 75, 0), "purple": (128, 0, 128), "pink": (255, 105, 180),
    "orange": (255, 140, 0), "grey": (128, 128, 128),
}  # fmt: skip
# What nobody would call them.
FAR = {"black": "yellow", "white": "red", "red": "green", "green": "red", "yellow": "blue", "blue": "yellow"} | {
    "brown": "blue", "purple": "green", "pink": "green", "orange": "green", "grey": "red",
}  # fmt: skip
BOX = (40, 40, 80, 80)
RNG = np.random.default_rng


def seen(pixels: np.ndarray, *boxes: Box) -> View:
    """A view of a picture in memory."""
    height, width = pixels.shape[:2]
    things = tuple(Seen("thing", box=box) for box in boxes)
    view = View(Witness("eye", Vocabulary(("thing",)), {}), things, Path("memory"), width, height)
    view.__dict__["pixels"] = pixels
    return view


def colours(pixels: np.ndarray, box: Box = BOX, *others: Box) -> dict[str, bool | str]:
    """What is said of each term."""
    found = colour.shares(seen(pixels, box, *others), box)
    return {term: colour.has(found, term) for term in TERMS}


def yes(said: dict[str, bool | str]) -> set[str]:
    return {term for term, answer in said.items() if answer is True}


def no(said: dict[str, bool | str]) -> set[str]:
    return {term for term, answer in said.items() if answer is False}


def painted(what: tuple[int, int, int], behind: tuple[int, int, int] = (60, 110, 90), noise: float = 3) -> np.ndarray:
    """A square in a picture of 120 × 120."""
    pixels = np.full((120, 120, 3), behind, float)
    pixels[40:80, 40:80] = what
    return (pixels + RNG(0).normal(0, noise, pixels.shape)).clip(0, 255).astype(np.uint8)


def test_cielab_of_known_colours():
    """Values of Bruce Lindbloom's calculator (brucelindbloom.com), sRGB under D65."""
    known = {(255, 0, 0): (53.2, 80.1, 67.2), (0, 0, 255): (32.3, 79.2, -107.9), (255, 255, 255): (100, 0, 0)}
    assert np.allclose(lab(np.array(list(known))), list(known.values()), atol=0.5)


@pytest.mark.parametrize("term", TERMS)
def test_plain_colours_have_their_name_and_no_other(term):
    behind = (60, 110, 90) if term not in ("green", "grey") else (200, 120, 60)
    said = colours(painted(CSS[term], behind))
    assert yes(said) == {term}
    assert FAR[term] in no(said)


@given(st.sampled_from(SHAPES), st.sampled_from(COLOURS), st.sampled_from(sorted(SIZES)), st.floats(0.35, 0.65),
       st.floats(-0.3, 0.3))  # fmt: skip
def test_shapes_of_any_form_on_any_grey(shape, name, size_word, grey, turn):
    one = Thing(shape, name, size_word, 48, 48, SIZES[size_word], turn)
    picture = draw(Scene("one", (one,), grey))
    box = picture.boxes()[0]
    said = colours(picture.image, box)
    assert name not in no(said)
    assert yes(said) <= {name}
    assert yes(said) or name == "white" or size_word == "small"


def test_what_looks_like_its_surroundings_has_no_colour_that_can_be_told():
    assert set(colours(painted((60, 110, 90))).values()) == {"undecided"}


def test_a_thing_that_fills_the_picture_has_nothing_around_it():
    assert set(colours(painted((255, 0, 0)), (0, 0, 120, 120)).values()) == {"undecided"}


@given(st.sampled_from(["red", "green", "blue", "yellow", "purple", "orange"]), st.integers(0, 2**32 - 1))
def test_shade_does_not_contradict(term, seed):
    """Light falls off to half across the thing, as on a ball."""
    picture = painted(CSS[term], (150, 150, 150), noise=0).astype(float)
    picture[40:80, 40:80] *= np.linspace(1, 0.5, 40)[:, None, None]
    picture += RNG(seed).normal(0, 6, picture.shape)
    assert term not in no(colours(picture.clip(0, 255).astype(np.uint8)))


def test_a_thing_in_two_colours_is_contradicted_in_neither():
    picture = painted(CSS["red"])
    picture[40:80, 40:60] = CSS["white"]
    said = colours(picture)
    assert not {"red", "white"} & no(said)
    assert yes(said) <= {"red", "white"}


def test_a_colour_that_is_also_behind_the_thing_is_not_contradicted():
    """A blue and white bus before a white wall."""
    picture = painted(CSS["blue"], (235, 235, 235))
    picture[40:60, 40:80] = (230, 230, 230)
    said = colours(picture)
    assert said["white"] is not False
    assert said["red"] is False


def test_another_thing_in_the_box_tells_nothing():
    picture = painted(CSS["blue"])
    picture[40:80, 40:66] = CSS["red"]
    assert "blue" not in yes(colours(picture))
    assert yes(colours(picture, BOX, (30, 30, 66, 90))) == {"blue"}


def test_a_part_is_told_though_the_whole_is_around_it():
    picture = painted(CSS["green"], (200, 150, 120))
    assert yes(colours(picture, BOX, (10, 10, 110, 110))) == {"green"}


@pytest.mark.parametrize("scale", [1, 4, 12])
def test_large_pictures_are_told_as_small_ones(scale):
    picture = painted(CSS["purple"]).repeat(scale, 0).repeat(scale, 1)
    x0, y0, x1, y1 = (edge * scale for edge in BOX)
    assert yes(colours(picture, (x0, y0, x1, y1))) == {"purple"}


@given(st.tuples(*[st.floats(-20, 140)] * 4))
def test_any_box_gets_an_answer(edges):
    x0, y0, x1, y1 = edges
    colours(painted(CSS["red"]), (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))


def test_a_real_photograph():
    """A blue bus with a white roof before a yellow house: the picture that comes with ultralytics."""
    ultralytics = pytest.importorskip("ultralytics")
    path = Path(ultralytics.__file__).parent / "assets" / "bus.jpg"
    bus, people = (15, 229, 800, 740), [(50, 400, 245, 903), (222, 405, 345, 860), (670, 385, 810, 880)]
    things = tuple(Seen("thing", box=box) for box in (bus, *people))
    view = View(Witness("eye", Vocabulary(("thing",)), {}), things, path, *size(path))
    found = colour.shares(view, bus)
    said = {term: colour.has(found, term) for term in TERMS}
    assert yes(said) == {"blue"}
    assert {"red", "orange", "yellow"} <= no(said)
    assert not {"white", "grey", "black"} & no(said)


def test_the_tiny_world_is_no_prototype():
    """The colours are other people's: none of the tiny world's own is among them."""
    text = (Path(colour.__file__).with_name("colours.txt")).read_text(encoding="utf-8")
    assert not {"".join(f"{value:02x}" for value in rgb) for rgb in RGB.values()} & set(text.split())
