"""`omit`: a candidate that says less: one sentence that tells of something, or one thing of a list, is left out.

A chosen answer that says more keeps a policy from learning silence, as it does from pairs that only punish false words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import partial

from prefdata.calls.request import Answer
from prefdata.claims.claim import Claim
from prefdata.claims.extract import extract
from prefdata.keys import key
from prefdata.models import Source
from prefdata.questions import Prompt
from prefdata.sources.corrupting import Change, Edit, Reading, first, leaves_the_rest, read, traced
from prefdata.sources.draft import Ask, Draft, Verify, made_from
from prefdata.sources.passages import Item, Listing, Span, items, listing, sentences

# A sentence that begins so is about the one before it.
LEANS = re.compile(
    r"(?:(?:in addition to |besides |among |all |both )?(?:it|its|they|their|these|this|those|that|them)|he|she|his|her"
    r"|both|each|one|another|the others?|others|the rest|some of|all of|most of|neither|in total|overall|however"
    r"|in contrast|but|so|and|the (?:former|latter|first|second|third))\b",
    re.IGNORECASE,
)


def drafts(source: Source, prompt: Prompt, bases: list[str], verify: Verify) -> list[Draft]:
    return [made_from(source, base, partial(_write, source, prompt, verify, base)) for base in bases]


async def _write(source: Source, prompt: Prompt, verify: Verify, name: str, ask: Ask, text: str) -> Answer:
    """What goes is known to be so before it goes; nothing false is made, so that nothing is left to confirm."""
    base = await read(source, prompt, verify, name, text)
    less = first(source, changes, base)[0]
    return traced(source, less, text, _told(less.edit, base)[0])


def changes(source: Source, base: Reading) -> Iterator[Change]:
    """The parts, in an order that the text decides, without which it says the same of all else; first those that alone
    name a thing."""
    edits = list(_edits(base))
    random.Random(key([base.text, source.kind])).shuffle(edits)
    for edit in sorted(edits, key=lambda edit: not _names_alone(edit, base)):
        told = _told(edit, base)
        if told and leaves_the_rest(edit, base.claims, extract("", edit.of(base.text))):
            yield Change(edit, told[0]["type"], told[0]["subject"])


def _names_alone(edit: Edit, base: Reading) -> bool:
    """Whether something is named there and nowhere else."""
    elsewhere = {claim["subject"] for claim in base.claims if not edit.overlaps(claim)}
    return any(claim["subject"] not in elsewhere for claim in _told(edit, base))


def _told(edit: Edit, base: Reading) -> list[Claim]:
    """The things that the part says are there; none if it says anything false, or if the rest speaks of them again."""
    lost = [claim for claim in base.claims if edit.overlaps(claim)]
    things = [claim for claim in lost if claim["type"] == "object"]
    if any(map(base.is_false, lost)) or _is_needed(edit, things, base.claims):
        return []
    return [claim for claim in things if base.is_sound(claim)]


def _is_needed(edit: Edit, things: Sequence[Claim], claims: Sequence[Claim]) -> bool:
    """Whether "the dog" later in the text is a dog that is told of here first."""
    before = {claim["subject"] for claim in claims if claim["char_span"][1] <= edit.start}
    after = {claim["subject"] for claim in claims if claim["char_span"][0] >= edit.end}
    return any(thing["subject"] in after - before for thing in things)


def _edits(base: Reading) -> Iterator[Edit]:
    text = base.text
    told, lines = sentences(text), items(text)
    yield from (_without_line(line) for line in _spare(lines))
    for sentence in told:
        if listed := listing(text, sentence, base.claims):
            yield from _without_item(text, listed)
    inside = [line for line in told if not any(item.start <= line[0] < item.end for item in lines)]
    yield from _without_sentence(text, inside)


def _spare(lines: list[Item]) -> list[Item]:
    """The lines that a list can do without: not its first two, and of numbers only the last."""
    return lines[-1:] if len(lines) > 2 and lines[-1].number is not None else lines[2:]


def _without_line(line: Item) -> Edit:
    return Edit(line.start - 1, line.end, "")


def _without_item(text: str, listed: Listing) -> Iterator[Edit]:
    """Without one of the things between the first and the last; of two, without the second."""
    spans = listed.items
    if len(spans) == 2 and not (listed.head == "there are" and re.match(r"an?\b|one\b", text[spans[0][0] :])):
        yield Edit(spans[0][1], spans[1][1], "")
    for at in range(1, len(spans) - 1):
        comma = len(spans) == 3 and text.startswith(", and ", spans[at][1])  # of "x, y, and z" stays "x and z"
        yield Edit(spans[at - 1][1], spans[at][1] + comma, "")


def _without_sentence(text: str, told: list[Span]) -> Iterator[Edit]:
    """Without one after the first, if the next one does not lean on it."""
    for at in range(1, len(told)):
        (start, end), before = told[at], told[at - 1]
        following = told[at + 1] if at + 1 < len(told) else None
        if not _is_whole(text[start:end]) or (following and LEANS.match(text, following[0])):
            continue
        is_first = "\n" in text[before[1] : start]  # of its paragraph, if another sentence of that follows
        if is_first and following and "\n" not in text[end : following[0]]:
            yield Edit(start, following[0], "")
        else:
            yield Edit(before[1], end, "")


def _is_whole(sentence: str) -> bool:
    """Whether nothing that opens in it ends outside of it: a quotation, a bracket, a list."""
    return sentence.count('"') % 2 == 0 and sentence.count("(") == sentence.count(")") and sentence[-1] != ":"
