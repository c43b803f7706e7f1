"""Claims → the mentions they are about: what is said of a thing where it is named, taken together.

"Two small red circles" makes four claims; the count and the attributes are about the same circles. What stands before
the noun says which of its kind is meant; what stands after it ("the circle is red", "circles that lie on a star") is
said of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.claim import IMAGE, Claim
from prefdata.claims.rules import features, overlooked

NEXT = 6  # letters between a preposition and what stands at it: "of the"
JOINED = 10  # letters between one such thing and another: ", and the"


class Mention(NamedTuple):
    """A thing that is named. narrowing: the attributes before its noun, but not "red and blue", of which each may be
    said of another; denied: it is said not to be there; qualified: what else is said may narrow it too; size: that of
    which nothing may be overlooked where silence about it counts."""

    name: str
    narrowing: tuple[str, ...] = ()
    denied: bool = False
    qualified: bool = False
    start: int = 0
    end: int = 0
    size: str = overlooked.ALL


class Mentions:
    """The mentions of one candidate."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._below: dict[str, list[Claim]] = {}
        for claim in claims:
            if claim["parent_id"]:
                self._below.setdefault(claim["parent_id"], []).append(claim)
        named = [claim for claim in claims if claim["type"] == "object"]
        each = {claim["claim_id"]: _mention(claim, self._below.get(claim["claim_id"], ())) for claim in named}
        self._by_id = _with_sizes(each)
        self._in_order = sorted(self._by_id.values(), key=lambda mention: mention.start)
        self._targets = _targets(claims)

    def of(self, claim: Claim) -> Mention:
        """What a claim is about. A pronoun that stands for nothing named is about the word alone."""
        return self._by_id.get(_owner(claim)) or Mention(claim["subject"])

    def are_alone(self, claim: Claim) -> bool:
        """Whether nothing but this claim is said of the thing that it is about."""
        return all(other["claim_id"] == claim["claim_id"] for other in self._below.get(_owner(claim), ()))

    def is_repeated(self, claim: Claim) -> bool:
        """Whether what a claim is about is named several times, or by another word: "two dogs", "a puppy"."""
        return sum(_may_be(claim["subject"], mention.name) for mention in self._in_order) > 1

    def other(self, claim: Claim) -> Mention:
        """The other thing of a relation: what is named right after its words, or else the word alone."""
        name, at, reach = claim["object"] or "", claim["char_span"][1], NEXT
        joined = self._targets.get(tuple(claim["char_span"]), frozenset())
        for mention in self._in_order:
            if mention.end <= at:
                continue
            if mention.name not in joined or mention.start - at > reach:
                break
            if mention.name == name:
                return mention
            at, reach = mention.end, JOINED
        return Mention(name)


def _owner(claim: Claim) -> str:
    """The id of the claim that names what a claim is about; empty where none does."""
    return claim["claim_id"] if claim["type"] == "object" else claim["parent_id"] or ""


def _may_be(one: str, other: str) -> bool:
    """Whether two words may name the same thing."""
    same = lexicon.canonical(one) == lexicon.canonical(other)
    return same or lexicon.is_hypernym(one, other) or lexicon.is_hypernym(other, one)


def _with_sizes(mentions: Mapping[str, Mention]) -> dict[str, Mention]:
    """The mentions, small where nothing else is said of their size and the same word names something small: "There is
    a dog. It is the dog in the background."."""
    small = {mention.name for mention in mentions.values() if mention.size == overlooked.SMALL}
    return {
        name: each._replace(size=overlooked.SMALL) if each.size == overlooked.ALL and each.name in small else each
        for name, each in mentions.items()
    }


def _mention(named: Claim, below: Sequence[Claim]) -> Mention:
    start, end = named["char_span"]
    before = [claim for claim in below if claim["char_span"][1] <= start and claim["type"] in ("attribute", "count")]
    plain = [claim for claim in before if claim["negated"] == named["negated"] and not claim["hedged"]]
    words = [claim["predicate"] or "" for claim in plain if claim["type"] == "attribute"]
    kinds = [features.kind(word) or word for word in words]
    narrowing = tuple(word for word, kind in zip(words, kinds, strict=True) if kinds.count(kind) == 1)
    begin = min([start, *(claim["char_span"][0] for claim in before)])
    is_other = named["predicate"] is not None  # "other dogs": than those that are named elsewhere
    qualified = is_other or len(plain) < len(below) or len(narrowing) < len(words)
    size = overlooked.size(named, below)
    return Mention(named["subject"], narrowing, named["negated"], qualified, begin, end, size)


def _targets(claims: Iterable[Claim]) -> dict[tuple[int, ...], frozenset[str]]:
    """Words of a relation → all things that it names: "left of the heart and the star"."""
    named: dict[tuple[int, ...], set[str]] = {}
    for claim in claims:
        if claim["type"] == "relation" and claim["object"] not in (None, IMAGE):
            named.setdefault(tuple(claim["char_span"]), set()).add(claim["object"] or "")
    return {span: frozenset(names) for span, names in named.items()}
