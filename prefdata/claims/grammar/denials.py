"""Which things a text says are not there, and of which of them only some: those that somebody has, or others."""

from __future__ import annotations

from prefdata.claims import lexicon
from prefdata.claims.grammar.chunks import NounPhrase, noun_phrase
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.state import State
from prefdata.claims.morphology import singular

IN_LISTS = frozenset("DQNJEGWIKM,")
FARTHEST = 30  # tokens in which an "or" is looked for; it keeps long enumerations linear
ROOM = lexicon.FRAME | {"room", "seat", "seating"}
OF_ITS_OWN = ("without", "lack", "devoid", "free")


class Denials(State):
    """Reads what is denied."""

    def deny(self, phrase: NounPhrase) -> None:
        """Mark a noun phrase as denied if the words before it do that."""
        carried = self.joining and self.denied and not self._begins_anew(phrase)
        if not (phrase.opening.denied or carried or self._is_negated(phrase)):
            return
        phrase.opening.others |= (carried and self.others) or self.leaves_some(self.found[self.at])
        phrase.opening.denied = True

    def _begins_anew(self, phrase: NounPhrase) -> bool:
        """Whether a "no" before does not reach it: "no dog, a cat and a rat"; it does in "no dog, a cat or a rat"."""
        own = phrase.opening.determiner in {"a", "an"} or phrase.opening.counts
        return bool(own) and self.found[self.at - 1].low not in {"or", "nor"} and not self._ends_in_or()

    def _ends_in_or(self) -> bool:
        """Whether the enumeration goes on to an "or"."""
        rest = (token for token in self.found[self.at : self.at + FARTHEST] if token.part not in IN_LISTS)
        return next((token.low in {"or", "nor"} for token in rest), False)

    def _is_negated(self, phrase: NounPhrase) -> bool:
        """Whether a "not" before says that there is none: "it is not a dog", "does not show dogs", "neither dogs"."""
        if not self.clause.negated or not is_indefinite(phrase):
            return False
        if phrase.opening.determiner == "any":
            return True
        role, bare = self.role.__name__, not phrase.opening.determiner
        if self.clause.action is not None or role not in {"as_shown", "as_free"}:
            return False
        return role == "as_shown" or not bare or self.found[self.at - 1].low in {"neither", "nor"}

    def choose(self, phrase: NounPhrase, begin: int) -> None:
        """Mark a noun phrase that may be meant or not: "a dog or a cat" and what they do; "room for a bed"."""
        before = self.found[begin - 1].low if begin else ""
        wished = (before == "for" and self._is_offered(begin - 1)) or (self.joining and self.wished)
        either = before == "or" or self._or_follows()
        one = not phrase.plural and not phrase.opening.denied  # "trees or buildings": some of each
        self.wished, self.either = wished, either and one and not self.clause.negated
        if self.either and not self.clause.subject:
            self.clause.hedged = True

    def _is_offered(self, at: int) -> bool:
        """Whether a "for" tells whom or what there is room for, not what a thing is part of or whose it is."""
        token = self.found[at - 1] if at else None
        return token is None or token.part != "N" or singular(token.low.rsplit(" ", 1)[-1]) in ROOM

    def _or_follows(self) -> bool:
        """Whether another thing stands after the noun phrase and an "or"."""
        at, end = self.at, min(len(self.found), self.at + FARTHEST)
        while at < end and self.found[at].part == ",":
            phrase, after = noun_phrase(self.found, at + 1)
            at = after if phrase is not None else at + 1
        is_or = at < len(self.found) and self.found[at].low == "or"
        return is_or and noun_phrase(self.found, at + 1)[0] is not None

    def leaves_some(self, token: Token) -> bool:
        """Whether what is denied from a token on may be there all the same: "no people but him", "he has no hat"."""
        return self.sentence.excepts or self._is_own(token.low)

    def _is_own(self, low: str) -> bool:
        """Whether a thing is only said not to be with, at or of another: "a man without a hat"."""
        clause, role = self.clause, self.role.__name__
        others = bool(clause.subject or clause.anchor or clause.last)
        if low.startswith(OF_ITS_OWN):
            return others
        joined = self.joining and clause.last == clause.subject  # "there is a dog and no cat"
        return others and role != "as_free" and not joined and "absence" not in low


def is_indefinite(phrase: NounPhrase) -> bool:
    """Whether it means any of its kind: "a dog", "any dogs", "dogs"."""
    opening = phrase.opening
    return opening.determiner in {"a", "an", "any"} or (phrase.plural and not opening.determiner and not opening.counts)
