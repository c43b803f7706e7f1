"""Scenes → pictures, with the mask and the visible box of every thing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from prefdata.tinyworld.scene import SIDE, Scene, Thing

FINE = 4  # drawn at four times the size and averaged: smooth edges, the same everywhere
RGB = {
    "red": (214, 40, 40),
    "green": (36, 160, 70),
    "blue": (40, 80, 220),
    "yellow": (245, 215, 40),
    "purple": (140, 60, 180),
    "orange": (245, 135, 30),
    "black": (20, 20, 20),
    "white": (245, 245, 245),
}
Point = tuple[float, float]


class Picture(NamedTuple):
    """image: uint8 [SIDE, SIDE, 3]; masks: what is seen of each thing, bool [things, SIDE, SIDE]; seen: the share
    of each thing that is neither hidden nor outside [things]."""

    image: np.ndarray
    masks: np.ndarray
    seen: np.ndarray

    def boxes(self) -> list[tuple[float, float, float, float] | None]:
        """x0, y0, x1, y1 of what is seen of each thing, or None."""
        return [_box(mask) for mask in self.masks]


def draw(scene: Scene) -> Picture:
    """Paint the things from back to front on a lightly grained background."""
    image = np.full((SIDE, SIDE, 3), scene.background * 255)
    masks = np.zeros((len(scene.things), SIDE, SIDE), bool)
    whole = np.zeros(len(scene.things))
    for at, thing in enumerate(scene.things):
        left, top, cover = _cover(thing)
        whole[at] = (cover >= 0.5).sum()
        there, part = _common(left, top, len(cover))
        shown = cover[part]
        image[there] += shown[..., None] * (np.array(RGB[thing.colour]) - image[there])
        masks[(slice(at), *there)] &= shown < 0.5
        masks[(at, *there)] = shown >= 0.5
    grain = np.random.Generator(np.random.PCG64(scene.grain)).normal(0, 3, image.shape)
    painted = np.clip(image + grain, 0, 255).round().astype(np.uint8)
    return Picture(painted, masks, masks.sum((1, 2)) / np.maximum(whole, 1))


def _cover(thing: Thing) -> tuple[int, int, np.ndarray]:
    """Left, top and the share of each pixel that the thing covers, in [0, 1], [width, width]; it may stick out."""
    width = 2 * math.ceil(thing.radius * 1.5) + 2
    left, top = math.floor(thing.x) - width // 2, math.floor(thing.y) - width // 2
    canvas = Image.new("L", (width * FINE, width * FINE))
    centre = ((thing.x - left) * FINE, (thing.y - top) * FINE)
    _paint(ImageDraw.Draw(canvas), thing, centre, thing.radius * FINE)
    fine = np.asarray(canvas, np.float32).reshape(width, FINE, width, FINE)
    return left, top, fine.mean((1, 3)) / 255


def _common(left: int, top: int, width: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Rows and columns of what lies in the picture: where it is there, and where in the thing's own square."""
    starts = [(max(0, start), min(SIDE, start + width)) for start in (top, left)]
    there = tuple(slice(*ends) for ends in starts)
    part = tuple(slice(a - start, b - start) for (a, b), start in zip(starts, (top, left), strict=True))
    return (there[0], there[1]), (part[0], part[1])


def _paint(pen: ImageDraw.ImageDraw, thing: Thing, centre: Point, radius: float) -> None:
    x, y = centre
    box = (x - radius, y - radius, x + radius, y + radius)
    if thing.shape in ("circle", "ring"):
        pen.ellipse(box, 255)
    if thing.shape == "ring":
        inner = radius * 0.55
        pen.ellipse((x - inner, y - inner, x + inner, y + inner), 0)
    if thing.shape == "moon":
        pen.ellipse(box, 255)
        dx, dy = radius * 0.55 * math.cos(thing.turn), radius * 0.55 * math.sin(thing.turn)
        inner = radius * 0.85
        pen.ellipse((x + dx - inner, y + dy - inner, x + dx + inner, y + dy + inner), 0)
    if outline := _outline(thing.shape):
        pen.polygon([_turned(point, thing.turn, centre, radius) for point in outline], 255)


def _outline(shape: str) -> list[Point]:
    """The corners of a shape within [-1, 1]²; none for round ones."""
    if shape == "square":
        return [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
    if shape == "triangle":
        return [(0, -1), (0.95, 0.8), (-0.95, 0.8)]
    if shape == "star":
        turns = [(math.pi * n / 5, 1.0 if n % 2 == 0 else 0.42) for n in range(10)]
        return [(r * math.sin(a), -r * math.cos(a)) for a, r in turns]
    if shape == "cross":
        arm = 0.33
        quarter = [(-arm, -1.0), (arm, -1.0), (arm, -arm)]
        return [_turned(p, math.pi / 2 * n, (0, 0), 1) for n in range(4) for p in quarter]
    if shape == "heart":
        return [_heart(2 * math.pi * n / 40) for n in range(40)]
    return []


def _heart(t: float) -> Point:
    """A point of the heart curve, t in radians."""
    return math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 17


def _turned(point: Point, turn: float, centre: Point, radius: float) -> Point:
    x, y = point
    return (
        centre[0] + radius * (x * math.cos(turn) - y * math.sin(turn)),
        centre[1] + radius * (x * math.sin(turn) + y * math.cos(turn)),
    )


def _box(mask: np.ndarray) -> tuple[float, float, float, float] | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
