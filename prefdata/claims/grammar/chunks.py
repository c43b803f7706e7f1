"""Tokens → noun phrases: which words belong to one thing, what it is called, how many, of what kind.

A chunk grammar in the sense of Abney (1991): (quantity | determiner | adjective | participle | material)* noun+.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from prefdata.claims import lexicon
from prefdata.claims.grammar.parts import Token
from prefdata.claims.morphology import is_plural, singular

STARTS = frozenset("DQNJMI")
FIRST_NOUN_IS_ATTRIBUTE = lexicon.MATERIALS | lexicon.COLOURS | {"left", "right"}
REACH = 12  # tokens that are looked ahead for a noun; it keeps long lists of adjectives linear
LONGEST = 4 * REACH  # tokens before the first noun; it keeps texts without nouns linear
MORE = lexicon.section("more than those")
PARTS = frozenset(["piece", "pieces", "slice", "bit", "loaf"])  # of a thing
ITEMS = frozenset(["item", "product", "piece", "supply"])


@dataclass(slots=True)
class Opening:
    """What stands before the nouns: adjectives and quantities with their place, the determiner, "other", "no";
    `parts`: they count the pieces, not what these are of."""

    attributes: list[Token] = field(default_factory=list)
    counts: list[Token] = field(default_factory=list)
    determiner: str = ""
    others: bool = False
    denied: bool = False
    parts: bool = False


@dataclass(slots=True)
class NounPhrase:
    """`name`: canonical; `start`, `end`: the nouns' place; `concrete`: it names something that can be seen;
    `possessor`: 's follows; `standin`: "one", "others", which stand for what was named before."""

    start: int
    end: int
    name: str
    plural: bool = False
    concrete: bool = True
    opening: Opening = field(default_factory=Opening)
    possessor: bool = False
    standin: bool = False


def noun_phrase(found: list[Token], at: int) -> tuple[NounPhrase | None, int]:
    """The noun phrase that begins at `at` and the place after it; (None, at) if none begins there."""
    opening, here = Opening(), at
    while here < min(len(found), at + LONGEST):
        if found[here].part == "N" and not _is_article(found, here):
            return _with_nouns(found, here, opening)
        if not _opens(found, here, at, opening):
            break
        here += 1
    stands = opening.counts or opening.others or opening.determiner in {"another", "some", "each"}
    if not stands or here == at or opening.denied:
        return None, at
    last = found[here - 1]
    return NounPhrase(last.start, last.end, "", True, False, opening, standin=True), here


def _opens(found: list[Token], here: int, at: int, opening: Opening) -> bool:
    """Take a token into the opening of a noun phrase, if it belongs there."""
    token = found[here]
    if token.part == "D" or token.low == "one":
        opening.determiner, opening.others = token.low, opening.others or token.low == "another"
    elif token.part == "Q":
        _counted(token, opening)
    elif token.part == "W" and opening.counts and token.low in MORE:
        opening.others = True
    elif token.part == "M" and (here == at or (here == at + 1 and opening.determiner)):
        opening.denied = True
    elif token.part == "J" or _is_participle(found, here, at, opening.determiner):
        opening.others |= token.low in MORE
        if not noun_ahead(found, here + 1):
            return False
        opening.attributes.append(token)
    elif token.part != "I":
        return token.part in {"W", ",", "C", "Z"} and here > at and attributes_go_on(found, here, token)
    return True


def _counted(token: Token, opening: Opening) -> None:
    """Take a quantity, and what follows from it."""
    opening.parts |= token.after == "of" and token.low in PARTS
    opening.counts.append(token)
    opening.others |= token.low.endswith((" more", " other"))


def _is_article(found: list[Token], here: int) -> bool:
    """Whether "one" stands before its noun."""
    return found[here].low == "one" and here + 1 < len(found) and found[here + 1].part in {"N", "J", "Q", "W"}


def attributes_go_on(found: list[Token], here: int, token: Token) -> bool:
    """Whether a comma, an "and" or an adverb stands between a noun's adjectives ("small, orange and white")."""
    if token.part == "," and found[here - 1].part == "J" and here + 1 < len(found) and _is_material(found, here + 1):
        return True  # "a tall, stone tower"
    if here + 1 >= len(found) or found[here + 1].part not in {"J", "W", "E", "C", "G"}:
        return False
    if found[here + 1].part == "G" and not (
        found[here - 1].part == "J" and here + 2 < len(found) and found[here + 2].part == "N"
    ):
        return False
    if token.part in {",", "C"} and found[here - 1].part not in {"J", ",", "E", "G"}:
        return False
    return noun_ahead(found, here + 1)


def noun_ahead(found: list[Token], here: int) -> bool:
    """Whether only adjectives and what joins them stand between here and a noun."""
    joined, end = True, min(len(found), here + REACH)
    while here < end:
        part = found[here].part
        if part == "N":
            return joined
        if part in {",", "C"}:
            joined = False
        elif part in {"J", "E"}:
            joined = True
        elif part not in {"W", "Q", "G"}:
            return False
        here += 1
    return False


def _is_participle(found: list[Token], here: int, at: int, determiner: str) -> bool:
    """Whether a participle stands before its noun: "parked cars", "a falling snow"; not "some standing near"."""
    token = found[here]
    if token.part not in {"E", "G"} or here + 1 >= len(found):
        return False
    if (
        token.part == "G"
        and found[here - 1].part != "J"
        and (here == at or found[here - 1].low != "no")  # "no moving cars"
        and (here == at or determiner in {"", "some", "each", "one", "another"})
    ):
        return False
    following = found[here + 1].part
    return following in {"N", "J"} or (following == "C" and noun_ahead(found, here + 1))


def _with_nouns(found: list[Token], here: int, opening: Opening) -> tuple[NounPhrase, int]:
    """The nouns that stand together; materials, colours and sides among the first are attributes."""
    nouns: list[Token] = []
    while here < len(found) and found[here].part == "N":
        nouns.append(found[here])
        here += 1
        if here + 1 < len(found) and found[here].low in lexicon.COLOURS and found[here + 1].part == "N":
            opening.attributes += [*nouns, found[here]]  # "neon green stains"
            nouns, here = [], here + 1
    while len(nouns) > 1 and nouns[0].low in FIRST_NOUN_IS_ATTRIBUTE:
        opening.attributes.append(nouns.pop(0))
    return _named(nouns, opening, here < len(found) and found[here].part == "K"), here


def _is_material(found: list[Token], here: int) -> bool:
    return found[here].low in lexicon.MATERIALS and here + 1 < len(found) and found[here + 1].part == "N"


def _named(nouns: list[Token], opening: Opening, possessor: bool) -> NounPhrase:
    """What the nouns name, and whether that can be seen."""
    last = nouns[-1]
    head = singular(last.low)
    name = lexicon.canonical(" ".join([*(token.low for token in nouns[:-1]), last.value or head]))
    opening.denied = opening.denied and not (head == "sign" and len(nouns) > 1)  # a "no parking" sign is there
    plural = is_plural(last.low.rsplit(" ", 1)[-1])
    phrase = NounPhrase(nouns[0].start, last.end, name, plural, opening=opening, possessor=possessor)
    modifiers = [token for token in nouns[:-1] if _is_thing(token)]
    if last.value or name in lexicon.COCO_OF or (head in ITEMS and modifiers):
        return phrase
    if head in lexicon.FRAME or name in lexicon.FRAME:
        return _of_frame(phrase, modifiers)
    phrase.concrete = lexicon.is_concrete(head)
    return phrase


def _is_thing(token: Token) -> bool:
    return lexicon.is_concrete(singular(token.low)) and token.low not in lexicon.FRAME


def _of_frame(phrase: NounPhrase, modifiers: list[Token]) -> NounPhrase:
    """ "Street scene" and "sink area" name a street and a sink; a scene by itself names nothing."""
    phrase.concrete = bool(modifiers)
    if not modifiers or phrase.name.endswith("corner"):
        return phrase
    first, last = modifiers[0], modifiers[-1]
    words = [*(token.low for token in modifiers[:-1]), last.value or singular(last.low)]
    opening = replace(phrase.opening, attributes=[], counts=[])  # they are the scene's
    name = lexicon.canonical(" ".join(words))
    return NounPhrase(first.start, last.end, name, opening=opening, possessor=phrase.possessor)
