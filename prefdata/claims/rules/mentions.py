"""Claims → the mentions they are about: what is said of a thing where it is named, taken together.

"Two small red circles" makes four claims; the count and the attributes are about the same circles. What stands before
the noun says which of its kind is meant; what stands after it ("the circle is red", "circles that lie on a star") is
said of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from prefdata.claims.claim import IMAGE, Claim
from prefdata.claims.rules import features

NEXT = 6  # letters between a preposition and what stands at it: "of the"
JOINED = 10  # letters between one such thing and another: ", and the"


class Mention(NamedTuple):
    """A thing that is named. narrowing: the attributes before its noun, but not "red and blue", of which each may be
    said of another; denied: it is said not to be there; qualified: what else is said may narrow it too."""

    name: str
    narrowing: tuple[str, ...] = ()
    denied: bool = False
    qualified: bool = False
    start: int = 0
    end: int = 0


class Mentions:
    """The mentions of one candidate."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        below: dict[str, list[Claim]] = {}
        for claim in claims:
            if claim["parent_id"]:
                below.setdefault(claim["parent_id"], []).append(claim)
        named = [claim for claim in claims if claim["type"] == "object"]
        self._by_id = {claim["claim_id"]: _mention(claim, below.get(claim["claim_id"], ())) for claim in named}
        self._in_order = sorted(self._by_id.values(), key=lambda mention: mention.start)
        self._targets = _targets(claims)

    def of(self, claim: Claim) -> Mention:
        """What a claim is about. A pronoun that stands for nothing named is about the word alone."""
        owner = claim["claim_id"] if claim["type"] == "object" else claim["parent_id"]
        return self._by_id.get(owner or "") or Mention(claim["subject"])

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


def _mention(named: Claim, below: Sequence[Claim]) -> Mention:
    start, end = named["char_span"]
    before = [claim for claim in below if claim["char_span"][1] <= start and claim["type"] in ("attribute", "count")]
    plain = [claim for claim in before if claim["negated"] == named["negated"] and not claim["hedged"]]
    words = [claim["predicate"] or "" for claim in plain if claim["type"] == "attribute"]
    kinds = [features.kind(word) or word for word in words]
    narrowing = tuple(word for word, kind in zip(words, kinds, strict=True) if kinds.count(kind) == 1)
    begin = min([start, *(claim["char_span"][0] for claim in before)])
    qualified = len(plain) < len(below) or len(narrowing) < len(words)
    return Mention(named["subject"], narrowing, named["negated"], qualified, begin, end)


def _targets(claims: Iterable[Claim]) -> dict[tuple[int, ...], frozenset[str]]:
    """Words of a relation → all things that it names: "left of the heart and the star"."""
    named: dict[tuple[int, ...], set[str]] = {}
    for claim in claims:
        if claim["type"] == "relation" and claim["object"] not in (None, IMAGE):
            named.setdefault(tuple(claim["char_span"]), set()).add(claim["object"] or "")
    return {span: frozenset(names) for span, names in named.items()}
