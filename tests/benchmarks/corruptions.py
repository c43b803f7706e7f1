"""Are corruptions false in truth, and do most survive? Scored against the scenes, never by who confirmed them.

    python -m tests.benchmarks.corruptions [--split choice] [--edits 2000] [--by truth | --by nobody]

Bases are honest descriptions of the tiny world's scenes and the shipped policy's own answers at temperature 1. The
targets: of the survivors 99 % are false, of the edits 90 % survive. `--by nobody` shows how much is false unconfirmed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from prefdata.calls.request import CallError
from prefdata.claims.sight import Seen
from prefdata.keys import file_key
from prefdata.models import Source, VerifierConfig
from prefdata.questions import Prompt
from prefdata.sources.draft import Traced
from prefdata.sources.drafting import VERIFIED
from prefdata.tinyworld.drawing import Picture, draw
from prefdata.tinyworld.measure import NAMES
from prefdata.tinyworld.policy import Policy
from prefdata.tinyworld.scene import Scene, Thing, lots, scene
from prefdata.tinyworld.wording import KINDS, NUMBERS, exchange
from prefdata.verification import Verification

WEIGHTS = Path(__file__).parents[2] / "prefdata" / "tinyworld" / "weights"
SOURCES = {
    "inject": Source("inject", "inject", partners=WEIGHTS / "partners.txt"),
    **{how: Source(how, "alter", how=how) for how in ("count", "colour", "size", "position", "distance")},
}
WORDS = WEIGHTS / "synonyms.txt"
EYES = {
    name: WEIGHTS / "detector" / file
    for name, file in (("weights", "detector.pt"), ("calibration", "calibration.json"))
}
VERIFIERS = {
    "detector": (VerifierConfig("yolo", "detector", **EYES, synonyms=WORDS),),
    "truth": (VerifierConfig("truth", "truth", synonyms=WORDS),),
    "nobody": (),
}
SIZE_WORDS = {"tiny": "small", "small": "small", "medium": "medium", "large": "large", "huge": "large"}
MANY = (*NUMBERS, "seven", "eight")
PHRASE = re.compile(
    rf"\b(?P<number>an?|the|{'|'.join(MANY[1:])}) (?:(?P<size>{'|'.join(SIZE_WORDS)}) )?"
    rf"(?:(?P<colour>[a-z]+) )?(?P<noun>{'|'.join(sorted(NAMES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
RELATION = re.compile(r"(left of|right of|above|below|under|on top of|next to|close to)")


class Base(NamedTuple):
    """A scene and what is said of it."""

    shown: Scene
    picture: Picture
    prompt: Prompt
    text: str
    writer: str


class Result(NamedTuple):
    kind: str
    writer: str
    outcome: str  # "false", "true", or why it was dropped
    text: str


def matching(shown: Scene, phrase: re.Match[str]) -> list[Thing]:
    """The things that are as a noun phrase says."""
    return [
        thing
        for thing in shown.of(NAMES[phrase["noun"].lower()])
        if phrase["colour"] in (None, thing.colour)
        and (phrase["size"] is None or SIZE_WORDS[phrase["size"].lower()] == thing.size)
    ]


def is_false(base: Base, made: Traced) -> bool:
    """Whether what the edit says is not so in the scene."""
    edit = made.origin["edit"]
    start, end = edit["char_span"]
    if edit["type"] == "object":
        return base.shown.count(NAMES[edit["subject"]]) == 0
    if edit["type"] == "relation":
        return _is_false_relation(base, made.text, start, end)
    phrases = [found for found in PHRASE.finditer(made.text) if found.start() < end and start < found.end()]
    if not phrases:  # "The circle is green."
        subject = base.shown.of(NAMES[edit["subject"]])
        return all(edit["to"] not in (thing.colour, thing.size) for thing in subject)
    (phrase,) = phrases
    named, there = phrase["number"].lower(), len(matching(base.shown, phrase))
    return there == 0 if named in ("a", "an", "the", "one") else there != MANY.index(named)


def _is_false_relation(base: Base, text: str, start: int, end: int) -> bool:
    """For no two things that are meant: left is less x, above is less y; next to each other are things less far apart
    than they are large. The middle of what is drawn counts."""
    word = RELATION.search(text, start, end + len(" of"))
    assert word is not None, text
    before, after = list(PHRASE.finditer(text, 0, word.start())), PHRASE.search(text, word.end())
    assert before, text
    assert after, text
    pairs = [(a, b) for a in matching(base.shown, before[-1]) for b in matching(base.shown, after) if a is not b]
    return not any(_stands(word[0], a, b) for a, b in pairs)


def _stands(word: str, a: Thing, b: Thing) -> bool:
    if word in ("next to", "close to"):
        return max(abs(a.x - b.x), abs(a.y - b.y)) - a.radius - b.radius < a.radius + b.radius
    along = {"left of": b.x - a.x, "right of": a.x - b.x, "above": b.y - a.y, "on top of": b.y - a.y}
    return along.get(word, a.y - b.y) > 0


def bases(split: str, folder: Path) -> Iterator[list[Base]]:
    """The bases, a batch of scenes at a time."""
    policy = Policy(WEIGHTS / "policy")
    for first in range(0, 100_000, 64):
        shown = [scene(split, number) for number in range(first, first + 64)]
        pictures = [draw(each) for each in shown]
        asked = [
            exchange(s, KINDS[(first + n) % 5], lots(split, first + n, 0, "asked"), honest=True)
            for n, s in enumerate(shown)
        ]
        told = policy.answer([p.image for p in pictures], [a.question for a in asked], do_sample=True, temperature=1.0)
        found = []
        for n, (each, picture, exchanged, answer) in enumerate(zip(shown, pictures, asked, told, strict=True)):
            prompt = prompted(each, picture, exchanged.question, folder)
            honest = exchange(each, "describe", lots(split, first + n, 0, "described"), honest=True).answer
            found.append(Base(each, picture, prompt, f"{honest}{far(each)}", "honest"))
            found.append(Base(each, picture, prompt, answer, "policy"))
        yield found


def far(shown: Scene) -> str:
    """A true sentence about two things far from each other, which the tiny world's wording has not; or nothing."""
    keys = Counter((thing.shape, thing.colour) for thing in shown.things)
    single = [thing for thing in shown.things if keys[thing.shape, thing.colour] == 1]
    for a in single:
        for b in single:
            gap = max(abs(a.x - b.x), abs(a.y - b.y)) - a.radius - b.radius
            if a is not b and gap > 4.1 * (a.radius + b.radius):
                return f" The {a.colour} {a.shape} is far from the {b.colour} {b.shape}."
    return ""


def prompted(shown: Scene, picture: Picture, question: str, folder: Path) -> Prompt:
    """The question with the picture, and what is in it."""
    path = folder / f"{shown.name}.png"
    Image.fromarray(picture.image).save(path)
    seen = tuple(
        Seen(thing.shape, 1.0, box, frozenset([thing.colour, thing.size]))
        for thing, box in zip(shown.things, picture.boxes(), strict=True)
        if box
    )
    messages = [{"role": "user", "content": question}]
    return Prompt(shown.name, messages, {f"sha256:{file_key(path)}": path}, objects=seen)


async def corrupted(base: Base, name: str, by: tuple[VerifierConfig, ...], verification: Verification) -> Result:
    source = replace(SOURCES[name], confirm=by)
    (draft,) = VERIFIED[source.kind](source, base.prompt, ["base"], verification.verify)
    try:
        made: Any = await draft.write(nobody, base.text)
    except CallError as error:
        return Result(name, base.writer, error.reason, f"{base.text} | {error.detail}")
    return Result(name, base.writer, "false" if is_false(base, made) else "true", f"{base.text} | {made.text}")


async def nobody(*_: object) -> Any:
    raise AssertionError("these sources ask no model")


MOST_BASES = 6_000


async def measured(split: str, edits: int, by: tuple[VerifierConfig, ...], folder: Path) -> list[Result]:
    """Results until there are so many edits, about equally many of each kind; few texts have a place for some kinds."""
    verification, results, made, seen = Verification(nobody), [], Counter(), 0
    for batch in bases(split, folder):
        wanted = [name for name in SOURCES if made[name] < -(-edits // (len(SOURCES) - 1))]
        if not wanted or seen >= MOST_BASES:
            break
        seen += len(batch)
        told = await asyncio.gather(*(corrupted(base, name, by, verification) for base in batch for name in wanted))
        results += told
        made.update(each.kind for each in told if each.outcome != "nothing_to_edit")
    await verification.close()
    return results


def table(results: list[Result], key: Callable[[Result], str]) -> None:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for each in results:
        groups[key(each)][each.outcome] += 1
        groups["all"][each.outcome] += 1
    print(f"| {'':10} | bases | edits | survive | false in truth |")
    for name, counts in sorted(groups.items(), key=lambda group: group[0] == "all"):
        survivors = counts["false"] + counts["true"]
        edits = survivors + counts["edit_not_confirmed"]
        shares = f"{survivors / max(1, edits):7.1%} | {counts['false'] / max(1, survivors):.2%} ({counts['true']} true)"
        print(f"| {name:10} | {counts.total():5} | {edits:5} | {shares} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", default="test")
    parser.add_argument("--edits", type=int, default=2000)
    parser.add_argument("--by", choices=["detector", "truth", "nobody"], default="detector")
    parser.add_argument("--show", type=int, default=0, help="print so many of what did not go as wanted")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(measured(given.split, given.edits, VERIFIERS[given.by], Path(folder)))
    table(results, lambda each: each.kind)
    table(results, lambda each: each.writer)
    odd = [each for each in results if each.outcome in ("true", "edit_not_confirmed")]
    for each in sorted(odd, key=lambda each: each.outcome != "true")[: given.show]:
        print(each)


if __name__ == "__main__":
    main()
