"""How right the rules are on the tiny world, with the truth as witness, and with its boxes and pixels alone.

    python -m tests.claims.tiny_rules [calibration|choice|test] [scenes]

Three texts a scene: its own description, with the habitual lies; that of the next scene; its own with colours, sizes,
numbers and directions drawn anew. What is true is told by `tiny_truth`. Claims that the grammar misreads are left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from prefdata.claims.claim import Claim
from prefdata.claims.extract import extract
from prefdata.claims.rules import rulings
from prefdata.claims.sight import Seen, Trust, View, Vocabulary, Witness
from prefdata.claims.verdict import NOT_CHECKABLE, Ruling
from prefdata.metrics.files import word_list
from prefdata.tinyworld import WEIGHTS
from prefdata.tinyworld.drawing import draw
from prefdata.tinyworld.scene import SHAPES, SIDE, Scene, lots, scene
from prefdata.tinyworld.wording import exchange

from .tiny_truth import allowed, misread, twisted

KNOWN, BOXES = "known", "boxes"  # what is told of things: all, or their boxes alone
TEXTS = ("own", "next", "twisted")
ALL = dict.fromkeys(("all", "small", "medium", "large"), 1.0)
MEASURED = 1500  # scenes of "calibration" that the size words are measured on


class Ruled(NamedTuple):
    """What the rules say of a claim, and whether it is right; None where they say nothing."""

    text: str
    claim: Claim
    ruling: Ruling
    right: bool | None


@cache
def sides() -> dict[str, dict[str, tuple[float, float]]]:
    """Shape → size word → the shortest and the longest side of such things, as a share of the picture's."""
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(MEASURED):
        shown = scene("calibration", number)
        picture = draw(shown)
        for thing, box, seen in zip(shown.things, picture.boxes(), picture.seen, strict=True):
            if box and seen == 1:
                longer = max(box[2] - box[0], box[3] - box[1]) / SIDE
                found.setdefault((thing.shape, thing.size), []).append(longer)
    each = {shape: [(size, found[of, size]) for of, size in found if of == shape] for shape in SHAPES}
    return {shape: {size: (min(s) - 0.005, max(s) + 0.005) for size, s in sizes} for shape, sizes in each.items()}


@cache
def witness(told: str) -> Witness:
    """The truth about the tiny world."""
    words = word_list(WEIGHTS / "synonyms.txt")
    trust = {shape: Trust(0.5, 0.5, ALL, sides()[shape] if told == BOXES else {}) for shape in SHAPES}
    return Witness("truth", Vocabulary(SHAPES, words), trust)


def view(shown: Scene, told: str, folder: Path) -> View:
    """A scene as the witness sees it; its picture is written to the folder."""
    picture = draw(shown)
    path = folder / f"{shown.name}.png"
    Image.fromarray(picture.image).save(path)
    known = (frozenset((thing.colour, thing.size)) if told == KNOWN else None for thing in shown.things)
    things = zip(shown.things, picture.boxes(), known, strict=True)
    seen = tuple(Seen(thing.shape, 1.0, box, attributes) for thing, box, attributes in things)
    return View(witness(told), seen, path, SIDE, SIDE)


def texts(split: str, number: int) -> dict[str, str]:
    """What is said of a scene."""
    draw = lots(split, number, 0, "describe")
    own = exchange(scene(split, number), "describe", draw).answer
    other = exchange(scene(split, number + 1), "describe", draw).answer
    return dict(zip(TEXTS, (own, other, twisted(own, draw)), strict=True))


def ruled(split: str, number: int, told: str, folder: Path) -> Iterator[Ruled]:
    """What the rules say of all that is said of a scene, but for what the grammar misreads."""
    shown = scene(split, number)
    seen = view(shown, told, folder)
    for kind, text in texts(split, number).items():
        claims = extract("c", text)
        found, lost = rulings(claims, seen), misread(text, claims)
        for claim in (claim for claim in claims if claim["claim_id"] not in lost):
            ruling = found[claim["claim_id"]]
            said = allowed(shown, text, claim)
            right = None if ruling.verdict == NOT_CHECKABLE else getattr(said, ruling.verdict)
            yield Ruled(kind, claim, ruling, right)


def report(split: str, scenes: int, told: str) -> None:
    counts: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(scenes):
            for each in ruled(split, number, told, Path(folder)):
                kind, verdict = each.claim["type"], each.ruling.verdict
                what = each.ruling.reason if each.right is None else verdict if each.right else f"{verdict} WRONGLY"
                counts[each.text, kind, str(what)] += 1
    for text, kind in sorted({key[:2] for key in counts}):
        found = {key[2]: n for key, n in counts.items() if key[:2] == (text, kind)}
        print(f"{told:6}{text:8}{kind:10}{sum(found.values()):6} ", found)


if __name__ == "__main__":
    for told in (KNOWN, BOXES):
        report(sys.argv[1] if sys.argv[1:] else "choice", int(sys.argv[2]) if sys.argv[2:] else 1000, told)
