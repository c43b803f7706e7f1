"""`alter`: a candidate in which one claim says something else: another number, colour, place; all else stays."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import partial

from prefdata.claims import lexicon
from prefdata.claims.claim import Claim, Kind, mention
from prefdata.claims.extract import extract
from prefdata.keys import key
from prefdata.models import Source
from prefdata.sources import corrupting
from prefdata.sources.alternatives import fitted, section, verb_alternatives
from prefdata.sources.corrupting import Change, Reading, leaves_the_rest

NUMBERS = {int(value): word for word, value in lexicon.valued("numbers").items() if word != "dozen"}
NEAR = (1, -1, 2, -2)  # how far a false number is from the true one
PARTICLES = frozenset(["up", "out", "off", "away", "back", "over", "together", "onto", "around"])
LINKS = frozenset(["with", "at", "on", "in", "to", "for", "from", "into", "down", "about", "by", "of"]) | PARTICLES
# "Holding it in its mouth": what is dropped is not there.
IN_HAND = re.compile(r"[^.,;!?\n]*\b(?:in|on|with) (?:his|her|its|their|one|both)\b")
MADE_OF, NO_NOUN = re.compile(r"\bof\s+$"), re.compile(r"\s*(?:[.,;!]|$|and\b|or\b|with\b|that\b|which\b)")
# "Further in the background", "high above", "in front and behind": the other place would not go with these.
NO_OTHER_PLACE = re.compile(r"\b(?:(?:further|farther) (?:in|into) the|high(?: up)?|and|or)\s+$", re.IGNORECASE)
POSITIONS = re.compile(rf"\b({'|'.join(sorted(section('position'), key=len, reverse=True))})\b", re.IGNORECASE)
Option = tuple[int, int, str]  # start and end of a place in the text, and what could stand there


def options(how: str, text: str, claim: Claim) -> Iterator[Option]:
    """What a claim's words can be changed into, as places of the text."""
    kind, find = HOWS[how]
    if claim["type"] == kind or (how == "emotion" and claim["type"] == "action"):
        yield from find(text, claim)


def _count(text: str, claim: Claim) -> Iterator[Option]:
    word, (start, end) = mention(text, claim), claim["char_span"]
    if claim["predicate"] != "=" or not (word.isdecimal() or word.lower() in NUMBERS.values()):
        return
    number = int(claim["object"] or 0)
    for other in (number + step for step in NEAR):
        if other > 1 and (word.isdecimal() or other in NUMBERS):
            yield start, end, str(other) if word.isdecimal() else NUMBERS[other]


def _attribute(kind: str, text: str, claim: Claim) -> Iterator[Option]:
    start, end = claim["char_span"]
    word = mention(text, claim).lower()
    living = section(f"{kind} of the living").get(word, ()) if kind == "size" else ()
    for other in (living if lexicon.is_animate(claim["subject"]) else ()) or section(kind).get(word, ()):
        is_noun = kind == "material" and MADE_OF.search(text[:start]) and NO_NOUN.match(text[end:])
        yield start, end, section("noun of the material").get(other, (other,))[0] if is_noun else other


def _emotion(text: str, claim: Claim) -> Iterator[Option]:
    """Somebody's mood; one that has an object ("focused on") would need another preposition."""
    if lexicon.is_animate(claim["subject"]) and _next_word(text, claim) not in LINKS:
        yield from _attribute("emotion", text, claim)


def _position(text: str, claim: Claim) -> Iterator[Option]:
    """The word that tells the place among those of the relation: "near the top left corner"."""
    there = POSITIONS.search(text, *claim["char_span"])
    if there and not NO_OTHER_PLACE.search(text[: there.start()]):
        for other in section("position")[there[0].lower()]:
            yield *there.span(), other


def _distance(text: str, claim: Claim) -> Iterator[Option]:
    for other in section("distance").get(mention(text, claim).lower(), ()):
        yield claim["char_span"][0], claim["char_span"][1], other


def _action(text: str, claim: Claim) -> Iterator[Option]:
    """A verb of somebody or an animal; one whose object comes after a preposition would need another preposition."""
    start, end = claim["char_span"]
    kept = _next_word(text, claim) in (LINKS if claim["object"] else PARTICLES) or IN_HAND.match(text[end:])
    if kept or not lexicon.is_animate(claim["subject"]):
        return
    kind = "action with an object" if claim["object"] else "action"
    for other in verb_alternatives(kind, mention(text, claim).lower()):
        yield start, end, other


def _next_word(text: str, claim: Claim) -> str:
    following = re.match(r"\s+(\w+)", text[claim["char_span"][1] :])
    return following[1].lower() if following else ""


HOWS: dict[str, tuple[Kind, Callable[[str, Claim], Iterator[Option]]]] = {
    "count": ("count", _count),
    "colour": ("attribute", partial(_attribute, "colour")),
    "size": ("attribute", partial(_attribute, "size")),
    "material": ("attribute", partial(_attribute, "material")),
    "position": ("relation", _position),
    "distance": ("relation", _distance),
    "action": ("action", _action),
    "emotion": ("attribute", _emotion),
}


def changes(source: Source, base: Reading) -> Iterator[Change]:
    """What makes one claim another and leaves the rest, in an order that the text decides."""
    pick = random.Random(key([base.text, source.kind, source.how]))
    sound = [claim for claim in base.claims if base.is_sound(claim)]
    pick.shuffle(sound)
    found = [
        (_drawback(claim, base), rank, claim, option)
        for claim in sound
        for rank, option in enumerate(_shuffled(options(source.how, base.text, claim), pick))
        if not _is_used(option[2], claim, base)
    ]
    for _, _, claim, option in sorted(found, key=lambda each: each[:2]):  # one of each claim, then another
        change = Change(fitted(base.text, *option), claim["type"], claim["subject"])
        if _is_clean(change, base):
            yield change


def _shuffled(found: Iterator[Option], pick: random.Random) -> list[Option]:
    listed = list(found)
    pick.shuffle(listed)
    return listed


def _drawback(claim: Claim, base: Reading) -> int:
    """What speaks against a claim: the text says it again elsewhere, and would contradict itself; nobody can see it."""
    said = [_words(other) for other in base.claims]
    return (said.count(_words(claim)) > 1) + 2 * (not lexicon.is_detectable(claim["subject"]))


def _words(claim: Claim) -> tuple[str | None, ...]:
    return claim["type"], claim["subject"], claim["predicate"], claim["object"]


def _is_used(new: str, claim: Claim, base: Reading) -> bool:
    """Whether the text says it of the thing or its like: of two cats, one on the left and one on the right, the one on
    the left must not go to the right, for a cat is there."""
    same = [other for other in base.claims if (other["type"], other["subject"]) == (claim["type"], claim["subject"])]
    return any(re.search(rf"\b{re.escape(new)}\b", mention(base.text, other), re.IGNORECASE) for other in same)


def _is_clean(change: Change, base: Reading) -> bool:
    """Whether the new text makes the changed claim, and all others as before."""
    edit = change.edit
    after = extract("", edit.of(base.text))
    was, now = [c for c in base.claims if edit.overlaps(c)], [c for c in after if edit.makes(c)]
    return bool(was) and _are_others(was, now) and leaves_the_rest(edit, base.claims, after)


def _are_others(was: list[Claim], now: list[Claim]) -> bool:
    """Whether claims are about the same and say something else."""
    pairs = list(zip(was, now, strict=False))
    about = [(old["type"], old["subject"]) == (new["type"], new["subject"]) for old, new in pairs]
    differ = [(old["predicate"], old["object"]) != (new["predicate"], new["object"]) for old, new in pairs]
    outright = [not new["negated"] and not new["hedged"] for new in now]
    return len(was) == len(now) and all(about) and all(differ) and all(outright)


drafts = partial(corrupting.drafts, changes)
