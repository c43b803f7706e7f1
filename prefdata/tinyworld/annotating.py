"""Simulated people who compare captions: captions of scenes, true and false ones, and votes that are often mistaken.

They stand in for the annotators of a real data set. Each of them mistakes one pair in four and follows a whim where
two captions are equally good, so they contradict each other, and their majorities run in circles now and then.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from prefdata.tinyworld.measure import mentions
from prefdata.tinyworld.scene import Scene, lots
from prefdata.tinyworld.wording import exchange

ANNOTATORS = ("anna", "boris", "chen")
CAPTIONS = 4  # of a scene, at most
MISTAKEN = 0.25  # the share of pairs that an annotator takes the wrong way round
Row = dict[str, Any]


def annotated(scene: Scene, split: str, number: int, seed: int) -> tuple[list[Row], list[Row]]:
    """Candidates for the prompt that asks to describe a scene, and the annotators' votes on every pair of them."""
    draw = lots(split, number, seed, "annotated")
    drawn = (exchange(scene, "describe", draw, honest=n == 0).answer for n in range(CAPTIONS))
    texts = {f"caption{n}": text for n, text in enumerate(dict.fromkeys(drawn))}
    prompt = {"prompt_id": f"{scene.name}-describe"}
    candidates = [{**prompt, "candidate_id": name, "text": text} for name, text in texts.items()]
    merits = {name: merit(scene, text) for name, text in texts.items()}
    votes = [
        {**prompt, "a": a, "b": b, "winner": _winner(merits[a], merits[b], draw), "judge": who}
        for a, b in combinations(texts, 2)
        for who in ANNOTATORS
    ]
    return candidates, votes


def merit(scene: Scene, text: str) -> tuple[int, int]:
    """What makes a caption better, in this order: fewer false mentions (negative), more of the scene's shapes named."""
    named, there = mentions(text), {thing.shape for thing in scene.things}
    looks = {(thing.shape, thing.colour) for thing in scene.things}
    false = sum(each not in looks if each.colour else each.shape not in there for each in named)
    return -false, len({each.shape for each in named} & there)


def _winner(a: tuple[int, int], b: tuple[int, int], draw: np.random.Generator) -> str:
    wrong, whim = draw.random() < MISTAKEN, str(draw.choice(["a", "b", "tie"]))
    return whim if a == b else "a" if (a > b) != wrong else "b"
