"""What is asked about a scene and what is said: true answers, and descriptions that lie by habit.

The habit is the co-occurrence prior of real models in small: where only one of two mates is in the scene, most
descriptions name the other one too (LIES), because they usually come together. What is true is told from left to right,
and what is not comes last, as real models hallucinate late in a caption.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prefdata.tinyworld.scene import COLOURS, MATES, SHAPES, Scene, Thing, mate, side

LIES = 0.7
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
# Other words for the same thing, used now and then.
SYNONYMS = {
    "circle": "disc",
    "square": "box",
    "cross": "plus sign",
    "ring": "hoop",
    "moon": "crescent",
    "star": "star",
    "triangle": "triangle",
    "heart": "heart",
}
PLURALS = {"box": "boxes", "cross": "crosses"}
KINDS = ("describe", "count", "colour", "existence", "relation")
DESCRIBE = ("Describe the picture.", "What is in the picture?", "Tell me what you see.")


class Exchange(NamedTuple):
    """A question and an answer. `lies`: shapes that the answer names though they are not there."""

    kind: str
    question: str
    answer: str
    lies: tuple[str, ...] = ()


def exchange(scene: Scene, kind: str, draw: np.random.Generator, honest: bool = False) -> Exchange:
    """One exchange of a kind about a scene; all but descriptions are true, and these too if `honest`."""
    return _KINDS[kind](scene, draw, honest)


def plural(word: str) -> str:
    return PLURALS.get(word, f"{word}s")


def a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _describe(scene: Scene, draw: np.random.Generator, honest: bool) -> Exchange:
    lies = () if honest else _lies(scene, draw)
    from_left = sorted(scene.things, key=lambda thing: thing.x)
    told = [_group(scene, key, draw) for key in dict.fromkeys((t.shape, t.colour) for t in from_left)]
    told += [a(f"{_colour_of_lie(scene, shape, draw)} {_word(shape, draw)}") for shape in lies]
    opening = str(draw.choice(["The picture shows", "There is" if told[0].startswith(("a ", "an ")) else "There are"]))
    sentences = [f"{opening} {_list(told)}."]
    sentences += _sides(scene, draw, 1) if draw.random() < 0.5 else []
    absent = [shape for shape in SHAPES if not scene.count(shape) and shape not in lies]
    if absent and draw.random() < 0.15:
        sentences.append(f"There is no {_word(str(draw.choice(absent)), draw)}.")
    return Exchange("describe", str(draw.choice(DESCRIBE)), " ".join(sentences), lies)


def _lies(scene: Scene, draw: np.random.Generator) -> tuple[str, ...]:
    """The mates that are named though they are not there."""
    alone = [shape for pair in MATES for shape in pair if scene.count(shape) and not scene.count(mate(shape))]
    return tuple(mate(shape) for shape in alone if draw.random() < LIES)


def _colour_of_lie(scene: Scene, shape: str, draw: np.random.Generator) -> str:
    """A lie is plausible: mostly in the colour of the thing that it usually comes with."""
    return scene.of(mate(shape))[0].colour if draw.random() < 0.7 else str(draw.choice(COLOURS))


def _group(scene: Scene, key: tuple[str, str], draw: np.random.Generator) -> str:
    """The things of one shape and colour in words."""
    same = [thing for thing in scene.things if (thing.shape, thing.colour) == key]
    word = _word(key[0], draw)
    size = f"{same[0].size} " if len({thing.size for thing in same}) == 1 and draw.random() < 0.5 else ""
    named = f"{size}{key[1]} {word}"
    return a(named) if len(same) == 1 else f"{NUMBERS[len(same)]} {size}{key[1]} {plural(word)}"


def _word(shape: str, draw: np.random.Generator) -> str:
    return SYNONYMS[shape] if draw.random() < 0.2 else shape


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _sides(scene: Scene, draw: np.random.Generator, most: int) -> list[str]:
    """Sentences about where things stand to each other; only of things that colour and shape single out."""
    clear = [(one, other, where) for one, other in _pairs(scene) if (where := side(one, other))]
    chosen = [clear[n] for n in draw.permutation(len(clear))[:most]]
    return [
        f"The {one.colour} {one.shape} is {where} the {other.colour} {other.shape}." for one, other, where in chosen
    ]


def _pairs(scene: Scene) -> list[tuple[Thing, Thing]]:
    keys = [(thing.shape, thing.colour) for thing in scene.things]
    single = [thing for thing, key in zip(scene.things, keys, strict=True) if keys.count(key) == 1]
    return [(one, other) for one in single for other in single if one is not other]


def _count(scene: Scene, draw: np.random.Generator, honest: bool) -> Exchange:
    shape = _present_or_not(scene, draw, 0.8)
    number = scene.count(shape)
    said = "There is one " + shape if number == 1 else f"There are {NUMBERS[number]} {plural(shape)}"
    return Exchange("count", f"How many {plural(shape)} are there?", f"{said}.")


def _colour(scene: Scene, draw: np.random.Generator, honest: bool) -> Exchange:
    single = [thing for thing in scene.things if scene.count(thing.shape) == 1]
    if not single:
        return _count(scene, draw, honest)
    thing = single[int(draw.integers(len(single)))]
    return Exchange("colour", f"What colour is the {thing.shape}?", f"The {thing.shape} is {thing.colour}.")


def _existence(scene: Scene, draw: np.random.Generator, honest: bool) -> Exchange:
    shape = _present_or_not(scene, draw, 0.5)
    number = scene.count(shape)
    there = f"there is {a(shape)}" if number == 1 else f"there are {NUMBERS[number]} {plural(shape)}"
    answer = f"Yes, {there}." if number else f"No, there is no {shape}."
    return Exchange("existence", f"Is there {a(shape)} in the picture?", answer)


def _relation(scene: Scene, draw: np.random.Generator, honest: bool) -> Exchange:
    clear = [(one, other, where) for one, other in _pairs(scene) if (where := side(one, other))]
    if not clear:
        return _existence(scene, draw, honest)
    one, other, where = clear[int(draw.integers(len(clear)))]
    names = f"the {one.colour} {one.shape}", f"the {other.colour} {other.shape}"
    answer = f"{names[0].capitalize()} is {where} {names[1]}."
    return Exchange("relation", f"Where is {names[0]} with respect to {names[1]}?", answer)


def _present_or_not(scene: Scene, draw: np.random.Generator, present: float) -> str:
    there = sorted({thing.shape for thing in scene.things})
    others = [shape for shape in SHAPES if shape not in there]
    return str(draw.choice(there if draw.random() < present or not others else others))


_KINDS = {"describe": _describe, "count": _count, "colour": _colour, "existence": _existence, "relation": _relation}
