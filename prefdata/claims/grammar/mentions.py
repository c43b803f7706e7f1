"""What is said of a thing where it is named (that it is there, how many, of what kind), and what pronouns stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from prefdata.claims import lexicon
from prefdata.claims.claim import Claim, Kind, claim
from prefdata.claims.grammar.chunks import NounPhrase
from prefdata.claims.grammar.parts import Token

NEAR = 40  # things back that a pronoun can reach
NO_ATTRIBUTES = lexicon.section("not attributes")
PERSONAL = frozenset(["he", "she", "him", "her", "himself", "herself", "him/her", "he/she", "his"])
SINGULAR, PLURAL = frozenset(["it", "itself"]), frozenset(["they", "them", "themselves"])


class Mention(NamedTuple):
    """A thing that was named: what it is called, the claim that it is there, and whether it is denied."""

    name: str
    claim_id: str | None = None
    plural: bool = False
    denied: bool = False


Group = list[Mention]


@dataclass
class Ledger:
    """The claims of one candidate so far, and what was named, newest last."""

    candidate_id: str
    claims: list[Claim] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    topics: list[Group] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)

    def say(self, kind: Kind, span: tuple[int, int], about: Mention, predicate: str, target: str | None = None,
            *, negated: bool = False, hedged: bool = False) -> None:  # fmt: skip
        """Add a claim about a thing; of a thing that is denied everything is."""
        self._add(claim(self.candidate_id, kind, span, about.name, predicate, target,
                        negated=negated or about.denied, hedged=hedged, parent_id=about.claim_id))  # fmt: skip

    def _add(self, found: Claim) -> str:
        if found["claim_id"] not in self.seen:
            self.seen.add(found["claim_id"])
            self.claims.append(found)
        return found["claim_id"]

    def deny(self, group: Group) -> None:
        """Things that were named are said not to be there: "the dog is not visible"."""
        self.absent |= {mention.claim_id for mention in group if mention.claim_id}

    def settled(self) -> list[Claim]:
        """The claims in the order of their place, those denied afterwards denied, and the rest still below them."""
        renamed: dict[str | None, Claim] = {}
        for found in self.claims:
            if found["claim_id"] in self.absent:
                start, end = found["char_span"]
                renamed[found["claim_id"]] = claim(
                    self.candidate_id,
                    "object",
                    (start, end),
                    found["subject"],
                    found["predicate"],
                    negated=True,
                    hedged=found["hedged"],
                )
        claims = [renamed.get(found["claim_id"], found) for found in self.claims]
        for found in claims:
            if found["parent_id"] in renamed:
                found["parent_id"] = renamed[found["parent_id"]]["claim_id"]
        return sorted(claims, key=lambda found: (found["char_span"], found["type"]))

    def name(self, phrase: NounPhrase, hedged: bool) -> Group:
        """The claims that a noun phrase makes by itself; the group is empty if it names nothing that can be seen."""
        span = (phrase.start, phrase.end)
        if phrase.name in lexicon.PRIOR:
            self._add(
                claim(self.candidate_id, "prior", span, phrase.name, negated=phrase.opening.denied, hedged=hedged)
            )
            return []
        if not phrase.concrete:
            return []
        denied = phrase.opening.denied
        some = phrase.opening.others or phrase.opening.counts  # "no six circles" denies the number
        other = "other" if denied and some else None
        there = claim(self.candidate_id, "object", span, phrase.name, other, negated=denied, hedged=hedged)
        found = Mention(phrase.name, self._add(there), phrase.plural, denied)
        self._kinds(found, phrase, hedged)
        self.groups.append([found])
        return [found]

    def _kinds(self, found: Mention, phrase: NounPhrase, hedged: bool) -> None:
        if not found.denied:
            for token in phrase.opening.counts:
                if _is_counted(token, phrase):
                    self.count(found, token, phrase.opening.others, hedged)
        for token in phrase.opening.attributes:
            self.attribute(found, token, hedged=hedged)

    def count(self, found: Mention, token: Token, others: bool, hedged: bool) -> None:
        """A quantity; "two other people" are two at least."""
        sign, value = ("=", token.value[1:]) if token.value[0] == "=" else (token.value.rstrip("0123456789-"), "")
        value = value or token.value[len(sign) :]
        self.say(
            "count", (token.start, token.end), found, ">=" if others and sign == "=" else sign, value, hedged=hedged
        )

    def attribute(self, found: Mention, token: Token, *, negated: bool = False, hedged: bool = False) -> None:
        """An adjective or a participle, unless it only points ("another", "visible")."""
        if token.low not in NO_ATTRIBUTES and token.part != "W":
            self.say("attribute", (token.start, token.end), found, token.low, negated=negated, hedged=hedged)

    def antecedent(self, pronoun: str, but: Group | None = None) -> Group:
        """What a pronoun stands for: the last topic (subject, owner or object) that fits, else the nearest such thing.

        A pronoun does not stand for `but`: "a net attached to it" (Principle B; Chomsky 1981).
        """
        fits = _fitting(pronoun)
        if pronoun in PLURAL:  # "the skier … as they": somebody of whom the text speaks
            for group in reversed(self.topics[-2:]):
                if group != but and (lexicon.is_person(group[0].name) or (fits(group) and but is None)):
                    return group
        for group in [*reversed(self.topics[-4:]), *reversed(self.groups[-NEAR:])]:
            if group and fits(group) and group != but:
                return group
        if pronoun in PERSONAL:
            return [Mention("person")]
        if pronoun in PLURAL and but is None:
            return next((group for group in reversed(self.groups[-NEAR:]) if lexicon.is_person(group[0].name)), [])
        return []


def _is_counted(token: Token, phrase: NounPhrase) -> bool:
    """Whether a quantity counts: not the variety of food, the pair of pants, "both the man and the dog"."""
    if token.low in {"pair", "couple"} and phrase.name.rsplit(" ", 1)[-1] in lexicon.INVARIANT:
        return False
    if phrase.opening.parts and token.after != "of":  # "three pieces of cake" are one cake
        return "food" not in lexicon.hypernyms(lexicon.coco_class(phrase.name) or "")
    last = phrase.name.rsplit(" ", 1)[-1]
    alone = token.value == "=1" or last in lexicon.INVARIANT  # else "two bus" is the name of a bus
    return phrase.plural or (alone and token.after != "of" and token.low != "both")


def _fitting(pronoun: str) -> Callable[[Group], bool]:
    def several(group: Group) -> bool:
        return len(group) > 1 or group[0].plural

    def somebody(group: Group) -> bool:
        return lexicon.is_person(group[0].name)

    def free(group: Group) -> bool:
        return several(group) and lexicon.NOUNS.get(group[0].name) != "body"

    if pronoun in PERSONAL:
        return lambda group: somebody(group) and not several(group)
    if pronoun in SINGULAR:
        return lambda group: not several(group) and not somebody(group)
    return free if pronoun in PLURAL else lambda group: False
