"""Scenes: which things there are and where, drawn by lot from a seed. Nothing is painted here.

Coordinates are in pixels of a SIDE × SIDE picture, x to the right and y down. Scenes of one split never
occur in another: the split's name is part of every seed.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

SIDE = 96
SHAPES = ("circle", "square", "triangle", "star", "heart", "cross", "ring", "moon")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "black", "white")
SIZES = {"small": 7.0, "medium": 11.0, "large": 16.0}  # half the side of the box
# What usually comes together: of a scene with one of them, MATES have the other in this share of scenes.
MATES = (("circle", "square"), ("triangle", "star"), ("heart", "ring"), ("cross", "moon"))
TOGETHER = 0.5
SPLITS = ("train", "calibration", "choice", "test")
TRIES = 60


@dataclass(frozen=True)
class Thing:
    """One object. `radius` is half the side of its box before anything hides it; `turn` is in radians."""

    shape: str
    colour: str
    size: str
    x: float
    y: float
    radius: float
    turn: float = 0.0


@dataclass(frozen=True)
class Scene:
    """Things from back to front on a background (grey level in [0, 1]); `grain` is the seed of the picture's noise."""

    name: str
    things: tuple[Thing, ...]
    background: float
    grain: int = 0

    def count(self, shape: str) -> int:
        return sum(thing.shape == shape for thing in self.things)

    def of(self, shape: str) -> list[Thing]:
        return [thing for thing in self.things if thing.shape == shape]


def mate(shape: str) -> str:
    """The shape that usually comes with it."""
    return next(b if shape == a else a for a, b in MATES if shape in (a, b))


def scene(split: str, number: int, seed: int = 0) -> Scene:
    """The scene of that number; the same on every machine."""
    draw = lots(split, number, seed)
    things: list[Thing] = []
    for shape in _shapes(draw):
        _place(things, _thing(draw, shape), draw)
    background, grain = float(draw.uniform(0.35, 0.65)), int(draw.integers(2**31))
    return Scene(f"{split}-{seed}-{number}", tuple(things), background, grain)


def lots(split: str, number: int, seed: int, purpose: str = "scene") -> np.random.Generator:
    """Random numbers that belong to a scene and a purpose alone."""
    if split not in SPLITS:
        raise ValueError(f'"{split}" is no split; use {", ".join(SPLITS)}')
    digest = hashlib.sha256(f"{purpose}/{split}/{seed}/{number}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def _shapes(draw: np.random.Generator) -> list[str]:
    """One to six things: kinds with their mates, now and then a crowd of one kind."""
    if draw.random() < 0.1:
        return [str(draw.choice(SHAPES))] * int(draw.integers(3, 7))
    found: list[str] = []
    for kind in draw.permutation(len(MATES))[: draw.integers(1, 4)]:
        pair = MATES[kind]
        first = int(draw.integers(2))
        found += [pair[first], pair[1 - first]] if draw.random() < TOGETHER else [pair[first]]
    if draw.random() < 0.3:
        found += [found[0]] * int(draw.integers(1, 3))
    return found[:6]


def _thing(draw: np.random.Generator, shape: str) -> Thing:
    size = str(draw.choice(list(SIZES)))
    turn = float(draw.uniform(-0.3, 0.3)) if shape not in ("circle", "ring") else 0.0
    radius = SIZES[size] * float(draw.uniform(0.9, 1.1))
    return Thing(shape, str(draw.choice(COLOURS)), size, 0.0, 0.0, radius, turn)


def _place(things: list[Thing], thing: Thing, draw: np.random.Generator) -> None:
    """Put it where it hides nothing; a thing without room is left out, unless it is the first.

    One in twelve may overlap another or stand over the edge: such things are hard to see, and are known to be.
    """
    hard = draw.random() < 1 / 12
    edge = thing.radius * (0.4 if hard else 1.05)
    for _ in range(TRIES):
        x, y = draw.uniform(edge, SIDE - edge, 2)
        put = replace(thing, x=float(x), y=float(y))
        if all(apart(put, other) > (0.7 if hard else 1.15) for other in things):
            things.append(put)
            return


def apart(one: Thing, other: Thing) -> float:
    """The distance of two centres as a share of that at which their boxes would touch along an axis."""
    return max(abs(one.x - other.x), abs(one.y - other.y)) / (one.radius + other.radius)


def twin(original: Scene, draw: np.random.Generator) -> tuple[Scene, str]:
    """The scene with one attribute of one thing changed, and which: shape, colour, gone or side.

    Where a thing cannot go, or cannot go to the other side without meeting another, its colour changes instead.
    """
    at, what = int(draw.integers(len(original.things))), str(draw.choice(["shape", "colour", "gone", "side"]))
    thing, others = original.things[at], original.things[:at] + original.things[at + 1 :]
    moved = replace(thing, x=SIDE - thing.x)
    stuck = abs(moved.x - thing.x) < thing.radius or any(apart(moved, other) < 1.15 for other in others)
    if (what == "gone" and not others) or (what == "side" and stuck):
        what = "colour"
    changed = {
        "shape": replace(thing, shape=_other(draw, SHAPES, thing.shape)),
        "colour": replace(thing, colour=_other(draw, COLOURS, thing.colour)),
        "side": moved,
    }.get(what)
    things = (*original.things[:at], *([changed] if changed else []), *original.things[at + 1 :])
    return replace(original, name=f"{original.name}-{what}{at}", things=things), what


def _other(draw: np.random.Generator, names: tuple[str, ...], not_this: str) -> str:
    return str(draw.choice([name for name in names if name != not_this]))


def side(one: Thing, other: Thing) -> str | None:
    """How one stands to the other: left of, right of, above or below; None where it is not clear.

    The rule of GenEval (Ghosh et al. 2023): the offset of the centres, shrunk by a tenth of the summed sizes,
    must have more than half of its length along the direction.
    """
    dx, dy = (_shrunk(b - a, 0.2 * (one.radius + other.radius)) for a, b in ((other.x, one.x), (other.y, one.y)))
    length = math.hypot(dx, dy)
    if not length:
        return None
    clear = [name for name, part in _DIRECTIONS.items() if (dx, dy)[part[0]] * part[1] / length > 0.9]
    return clear[0] if clear else None


_DIRECTIONS = {"left of": (0, -1), "right of": (0, 1), "above": (1, -1), "below": (1, 1)}


def _shrunk(value: float, by: float) -> float:
    return math.copysign(max(0.0, abs(value) - by), value)
