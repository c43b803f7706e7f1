"""Scenes as files: pictures, prompts about them for a build, and the truth to score by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from prefdata.tinyworld.annotating import annotated
from prefdata.tinyworld.detector import targets
from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.scene import SIDE, Scene, lots, scene
from prefdata.tinyworld.wording import KINDS, NUMBERS, SYNONYMS, Exchange, exchange

PICTURES = "pictures"
PROMPTS = "prompts.jsonl"
TRUTH = "truth.jsonl"
CAPTIONS = "captions.jsonl"
VOTES = "votes.jsonl"


def write(out: Path, split: str, scenes: int, kinds: Sequence[str] = KINDS, seed: int = 0) -> tuple[int, int]:
    """Write `scenes` pictures of a split, their prompts and their truth → how many pictures and prompts."""
    (out / PICTURES).mkdir(parents=True, exist_ok=True)
    prompts: list[dict[str, Any]] = []
    truths: list[dict[str, Any]] = []
    for number in range(scenes):
        shown = scene(split, number, seed)
        picture = draw(shown)
        Image.fromarray(picture.image).save(out / _image(shown))
        asked = (exchange(shown, kind, lots(split, number, seed, f"asked {kind}"), honest=True) for kind in kinds)
        prompts += _prompts(shown, picture, asked)
        truths.append(truth(shown, picture))
    _jsonl(out / PROMPTS, prompts)
    _jsonl(out / TRUTH, truths)
    return scenes, len(prompts)


def write_annotations(out: Path, split: str, scenes: int, seed: int = 0) -> None:
    """Write captions of the same scenes as candidates, and what simulated annotators think of them as votes."""
    told = [annotated(scene(split, number, seed), split, number, seed) for number in range(scenes)]
    _jsonl(out / CAPTIONS, [row for candidates, _ in told for row in candidates])
    _jsonl(out / VOTES, [row for _, votes in told for row in votes])


def _prompts(shown: Scene, picture: Picture, asked: Iterable[Exchange]) -> Iterator[dict[str, Any]]:
    """A prompt a question, as schemas/prompt.schema.json has it. Where a scene has nothing to ask about (no relation
    is clear), another kind stands in, and each kind is asked once."""
    there = objects(shown, picture)
    for each in {each.kind: each for each in asked}.values():
        yield {
            "prompt_id": f"{shown.name}-{each.kind}",
            "messages": [{"role": "user", "content": each.question}],
            "image": _image(shown),
            "tags": {"question_type": each.kind},
            "reference": each.answer,
            "units": units(shown, each),
            "objects": there,
        }


def objects(shown: Scene, picture: Picture) -> list[dict[str, Any]]:
    """All of which something is seen, as a prompt has it; the place of what is nearly hidden is not said."""
    things = zip(shown.things, targets(picture), picture.seen, strict=True)
    return [
        {"name": thing.shape, "box": box, "attributes": [thing.colour, thing.size]}
        for thing, box, seen in things
        if seen
    ]


def units(shown: Scene, asked: Exchange) -> list[list[str]]:
    """What a good answer mentions: the shapes of a description, else the word that answers."""
    if asked.kind == "describe":
        return [list(dict.fromkeys((shape, SYNONYMS[shape]))) for shape in dict.fromkeys(t.shape for t in shown.things)]
    words = asked.answer.rstrip(".").split()
    if asked.kind == "count":
        return [[words[2], str(NUMBERS.index(words[2]))]]
    if asked.kind == "existence":
        return [[words[0].rstrip(",").lower()]]
    return [[words[-1]]] if asked.kind == "colour" else [[words[4]]]


def truth(shown: Scene, picture: Picture) -> dict[str, Any]:
    """What is in a picture: each thing from back to front, its box (x0, y0, x1, y1 in pixels, of what is seen of it,
    null where nothing is) and the share of it that is seen."""
    things = zip(shown.things, picture.boxes(), picture.seen, strict=True)
    return {
        "picture": shown.name,
        "image": _image(shown),
        "side": SIDE,
        "objects": [
            {
                "shape": thing.shape,
                "colour": thing.colour,
                "size": thing.size,
                "box": box,
                "seen": round(float(seen), 3),
            }
            for thing, box, seen in things
        ],
    }


def _image(shown: Scene) -> str:
    return f"{PICTURES}/{shown.name}.png"


def _jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
