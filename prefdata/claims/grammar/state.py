"""Where the walk over a text stands, and what can be seen from there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from prefdata.claims.grammar.chunks import NounPhrase, noun_phrase
from prefdata.claims.grammar.mentions import Group, Ledger
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.sentences import sentence

# Hedges that are verbs: "the man seems to".
VERBAL_HEDGES = ("seem", "appear", "look", "might", "may", "could", "would")
Role = Callable[[NounPhrase, Group], None]


@dataclass
class Action:
    """A verb that waits for its object."""

    token: Token
    doers: Group
    negated: bool
    hedged: bool
    done: bool = False


@dataclass
class Clause:
    """Where the walk stands. `subject`: of the clause; `doers`: of the last verb; `last`: the last things named;
    `anchor`: what a preposition would be about; `front`: places named before their thing."""

    subject: Group = field(default_factory=list)
    headed: bool = False
    picture: bool = False
    doers: Group = field(default_factory=list)
    last: Group = field(default_factory=list)
    anchor: Group = field(default_factory=list)
    verb: bool = False
    negated: bool = False
    hedged: bool = False
    aside: bool = False  # the hedge is of one noun phrase: ", possibly a cat, "
    purpose: str = ""  # T or G: the infinitive or the gerund that tells what something is for
    action: Action | None = None
    front: list[tuple[Token, str, str]] = field(default_factory=list)


class State(ABC):
    """The claims so far, the tokens, the place among them, and the clause that is being read."""

    def __init__(self, ledger: Ledger, found: list[Token]) -> None:
        self.ledger, self.found, self.at = ledger, found, 0
        self.clause, self.sentence = Clause(), sentence(found, 0)
        self.outer: Clause | None = None
        self.role: Role = self.as_free
        self.joining = False
        self.denied = self.others = self.definite = False
        self.likened = self.beside = self.wished = self.either = False
        self.kept: Group = []
        self.first: Group = []
        self.many: Group = []
        self.ground: str | None = None
        self.owner: Group = []

    @abstractmethod
    def as_free(self, phrase: NounPhrase, group: Group) -> None:
        """The role of a noun phrase that nothing governs."""

    def near(self, step: int, skip: str = "") -> Token | None:
        """The next (or the previous) token whose part is not in `skip`."""
        at = self.at + step
        while 0 <= at < len(self.found):
            if self.found[at].part not in skip:
                return self.found[at]
            at += step
        return None

    def before(self, skip: str = "WZH") -> str:
        """The part of the token before, those in `skip` left out."""
        token = self.near(-1, skip)
        return token.part if token else "."

    def begins_phrase(self) -> bool:
        """Whether a participle stands before its noun without an article: "lined with parked cars"."""
        token, after, before = self.found[self.at], self.near(1), self.before("")
        return (
            token.part == "E"
            and after is not None
            and after.part == "N"
            and before in {"P", "O", "V", "G", "C", ",", ".", "Q", "R"}
        )

    def clause_ahead(self, at: int) -> bool:
        """Whether a subject and its verb come next: "there is", "the man in the car waits", "some of them seem"."""
        at = self.past_adverbs(at)
        if at < len(self.found) and self.found[at - 1].low == "there" and self.found[at].part == "B":
            return True
        after = self.past_adverbs(self.past_subject(at))
        if after == at or after >= len(self.found):
            return False
        token = self.found[after]
        return token.part in {"V", "B", "A"} or (token.part == "H" and token.low.startswith(VERBAL_HEDGES))

    def past_adverbs(self, at: int) -> int:
        """The first place from `at` on that is no adverb."""
        while at < len(self.found) and self.found[at].part == "W":
            at += 1
        return at

    def past_subject(self, at: int) -> int:
        """The place after a pronoun, or a noun phrase with its prepositional phrases; `at` if none begins here."""
        found = self.found
        begin = at + 1 if at + 1 < len(found) and found[at].part == "I" else at
        if begin < len(found) and found[begin].part == "U":
            return begin + 1
        phrase, after = noun_phrase(found, begin)
        if phrase is None:
            return at
        while after + 1 < len(found) and found[after].part in {"K", "P", "O", "R", "I"}:
            phrase, step = noun_phrase(found, after + 1)
            after = step if phrase else after + 1
        return after

    def is_list(self, at: int) -> bool:
        """Whether the noun phrase after a comma is one of several."""
        phrase, after = noun_phrase(self.found, at)
        if phrase is None or phrase.standin or phrase.name == "one":
            return False
        while after < len(self.found) and self.found[after].part in {"K", "N"}:
            after += 1
        return after < len(self.found) and self.found[after].part in {",", "C"}

    def is_another(self, at: int) -> bool:
        """ "a clock on the wall, a vase, and books": the vase is not on what the clock is on."""
        phrase = noun_phrase(self.found, at)[0]
        return (
            self.placing
            and self.definite
            and phrase is not None
            and (phrase.opening.determiner in {"a", "an"} or bool(phrase.opening.counts))
        )

    def goes_on(self, at: int, after_comma: bool) -> bool:
        """Whether a noun phrase has a place or a state of its own: "a rug on the floor, and a lamp on the desk"."""
        phrase, after = noun_phrase(self.found, at)
        another = phrase is not None and phrase.opening.determiner in {"a", "an", "one", "another"}
        if not (after_comma or (self.placing and another)):
            return False
        while phrase is not None and after + 1 < len(self.found) and self.found[after].part in {"C", "O"}:
            phrase, after = noun_phrase(self.found, after + 1)
        return phrase is not None and after < len(self.found) and self.found[after].part in {"P", "R", "G", "E"}

    @property
    def placing(self) -> bool:
        """Whether the last noun phrase was where something is."""
        return self.role.__name__ == "as_place"

    def finish(self) -> None:
        """Say what the last verb did, if it got no object."""
        action = self.clause.action
        if action and not action.done:
            self.act(action, None)
        self.clause.action = None

    def finish_object(self) -> None:
        """Nothing that follows is the verb's object, unless it is one more."""
        action = self.clause.action
        if action and not action.done:
            self.finish()
            self.role = self.as_free

    def act(self, action: Action, target: str | None, denied: bool = False) -> None:
        """Say that somebody does something, for each that does it."""
        action.done = True
        span = (action.token.start, action.token.end)
        for doer in action.doers:
            self.ledger.say(
                "action", span, doer, action.token.value, target, negated=action.negated or denied, hedged=action.hedged
            )

    def state(self, token: Token, subject: Group) -> None:
        """Say how things are, unless the sentence is telling what something is for."""
        for mention in subject if not self.clause.purpose else []:
            self.ledger.attribute(mention, token, negated=self.clause.negated, hedged=self.clause.hedged)

    def relate(self, start: int, end: int, about: Group, value: str, target: str, denied: bool = False) -> None:
        """Say where things are."""
        if self.clause.purpose:
            return
        for mention in about:
            self.ledger.say("relation", (start, end), mention, value, target,
                            negated=self.clause.negated or denied, hedged=self.clause.hedged)  # fmt: skip
