"""How well the tiny world's models do, against the scenes' truth: hallucination and recall of descriptions, right
answers to the other questions, and precision and recall of the detector."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from prefdata.claims.calibration import overlap
from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.scene import COLOURS, SHAPES, SIZES, Scene, lots, scene
from prefdata.tinyworld.wording import DESCRIBE, KINDS, SYNONYMS, exchange, plural

if TYPE_CHECKING:
    from prefdata.tinyworld.detector import Detector, Found
    from prefdata.tinyworld.policy import Policy

NAMES = {
    form: shape for shape in SHAPES for word in (shape, SYNONYMS[shape]) for form in (word, plural(word))
}  # every way to name a shape
MENTION = re.compile(
    rf"\b(?:({'|'.join(COLOURS)}) )?({'|'.join(sorted(NAMES, key=len, reverse=True))})\b", re.IGNORECASE
)
NEGATED = re.compile(r"\bno (?:\w+ )?(?:plus )?\w+", re.IGNORECASE)


class Mention(NamedTuple):
    """A thing that a text says is there, and its colour where that is said."""

    shape: str
    colour: str | None


class Told(NamedTuple):
    """Shares of a set of descriptions, corpus-micro (Rohrbach et al. 2018): chair_i of the mentions are of shapes that
    are not there, chair_s of the descriptions have such a mention, recall of the scenes' shapes are mentioned;
    right_colours of the mentions of shapes that are there have a colour in which that shape is there."""

    chair_i: float
    chair_s: float
    recall: float
    right_colours: float
    mean_words: float
    descriptions: int


class Rate(NamedTuple):
    """Detections that are right, things that are found; None where there were none."""

    precision: float | None
    recall: float | None
    things: int


def mentions(text: str) -> list[Mention]:
    """The things that a text says are there, with repeats; what it says is not there is left out."""
    said = MENTION.findall(NEGATED.sub(" ", text))
    return [Mention(NAMES[word.lower()], colour.lower() or None) for colour, word in said]


def told(descriptions: Iterable[tuple[Scene, str]]) -> Told:
    """The figures of descriptions of scenes; there must be at least one."""
    false = said = lying = found = there = painted = right = words = count = 0
    for shown, text in descriptions:
        named, shapes = mentions(text), {thing.shape for thing in shown.things}
        bad = [mention for mention in named if mention.shape not in shapes]
        coloured = [mention for mention in named if mention.shape in shapes and mention.colour]
        looks = {(thing.shape, thing.colour) for thing in shown.things}
        said, false, lying = said + len(named), false + len(bad), lying + bool(bad)
        there, found = there + len(shapes), found + len(shapes & {mention.shape for mention in named})
        painted, right = painted + len(coloured), right + sum(mention in looks for mention in coloured)
        words, count = words + len(text.split()), count + 1
    return Told(
        false / max(said, 1), lying / count, found / max(there, 1), right / max(painted, 1), words / count, count
    )


def describe(policy: Policy, split: str, scenes: int, seed: int = 0, **settings: Any) -> Told:
    """The figures of a policy's descriptions of a split's scenes, greedy unless `settings` say otherwise."""
    shown = [scene(split, number, seed) for number in range(scenes)]
    images = [draw(each).image for each in shown]
    said = policy.answer(images, [DESCRIBE[n % len(DESCRIBE)] for n in range(scenes)], **settings)
    return told(zip(shown, said, strict=True))


def answers(policy: Policy, split: str, scenes: int, seed: int = 0) -> dict[str, float]:
    """The share of greedy answers that are right to the letter, by kind of question (all but descriptions)."""
    shown = [scene(split, number, seed) for number in range(scenes)]
    asked = [
        (draw(each).image, exchange(each, kind, lots(split, number, seed, f"asked {kind}"), honest=True))
        for number, each in enumerate(shown)
        for kind in KINDS[1:]
    ]
    said = policy.answer([image for image, _ in asked], [each.question for _, each in asked])
    right: dict[str, list[bool]] = defaultdict(list)
    for (_, each), text in zip(asked, said, strict=True):
        right[each.kind].append(text.strip() == each.answer)
    return {kind: float(np.mean(right[kind])) for kind in KINDS[1:]}


def detect(detector: Detector, split: str, scenes: int, seed: int = 0) -> dict[str, Rate]:
    """Precision and recall on a split's scenes: "all", by shape, and by size (recall alone: a false one has none)."""
    shown = [scene(split, number, seed) for number in range(scenes)]
    pictures = [draw(each) for each in shown]
    found = detector.detect([picture.image for picture in pictures])
    rows = [
        row for looked in zip(shown, pictures, found, strict=True) for row in matched(*looked)
    ]  # (shape, size, was it found), or (shape, None, was it right)
    groups: dict[str, list[tuple[str, str | None, bool]]] = {"all": rows}
    groups |= {shape: [row for row in rows if row[0] == shape] for shape in SHAPES}
    groups |= {size: [row for row in rows if row[1] == size] for size in SIZES}
    return {name: _rate(group) for name, group in groups.items()}


def matched(shown: Scene, picture: Picture, found: Sequence[Found]) -> list[tuple[str, str | None, bool]]:
    """A row (shape, size, was it found) for each thing, and a row (shape, None, was it right) for each detection.

    A detection is right if it overlaps a thing of its shape that none before it took by half (IoU). Things of which
    little is seen count neither way, and neither do detections of them.
    """
    from prefdata.tinyworld.detector import SEEN

    boxes, taken, said = picture.boxes(), set(), []
    for one in found:
        overlaps = [
            overlap(one.box, box) if box and thing.shape == one.shape and at not in taken else 0.0
            for at, (thing, box) in enumerate(zip(shown.things, boxes, strict=True))
        ]
        best = int(np.argmax(overlaps))
        if overlaps[best] >= 0.5:
            taken.add(best)
        if overlaps[best] < 0.5 or picture.seen[best] >= SEEN:
            said.append((one.shape, None, overlaps[best] >= 0.5))
    things = enumerate(zip(shown.things, picture.seen, strict=True))
    return said + [(thing.shape, thing.size, at in taken) for at, (thing, seen) in things if seen >= SEEN]


def _rate(rows: Sequence[tuple[str, str | None, bool]]) -> Rate:
    said, there = ([row[2] for row in rows if (row[1] is None) == is_said] for is_said in (True, False))
    return Rate(sum(said) / len(said) if said else None, sum(there) / len(there) if there else None, len(there))
