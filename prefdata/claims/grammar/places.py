"""Prepositions and places in the picture: what is where."""

from __future__ import annotations

from prefdata.claims import lexicon
from prefdata.claims.claim import IMAGE
from prefdata.claims.grammar.chunks import NounPhrase, noun_phrase
from prefdata.claims.grammar.mentions import Group
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.sentences import EXCEPTIONS
from prefdata.claims.grammar.things import Things

WITH_OBJECT = frozenset(tuple(entry.split()) for entry in lexicon.section("prepositional verbs"))
COMPARISONS, QUANTITIES = lexicon.section("comparisons"), lexicon.section("quantity nouns")
SIDES = frozenset(["left", "right", "center"])  # of what was named with one of them before
PARTS = frozenset(
    ["back", "front", "side", "end", "corner", "top", "bottom"]
)  # of the thing that the sentence is about
# Participles after which "by" tells where, not who.
AIMED = frozenset(["swing", "throw", "hit", "kick", "toss", "aim", "point", "shoot"])
AIM = 6  # tokens between a verb of motion and its direction: "turns its head to the left"
MOVES = lexicon.section("moves")
STANDING = frozenset(["park", "seat", "place", "locate", "position", "situate", "stand"])


class Places(Things):
    """Reads where things are."""

    def preposition(self, token: Token) -> None:
        """Where the subject is, or the thing named last; or the object of a verb ("looks at")."""
        if self._is_fronted(token):
            self.new_clause()
        self.beside = self.beside or token.value in {"left of", "right of"}
        action, clause = self.clause.action, self.clause
        if action and not action.done and (action.token.value, *token.low.split()) in WITH_OBJECT:
            return
        self.finish_object()
        clause.action = None
        before = self.near(-1, "W")
        if token.low == "by" and before is not None and before.part == "E" and before.value not in STANDING:
            self.role = self.as_mention  # who did it
            return
        if token.low == "at" and action and action.token.value in AIMED:
            self.role = self.as_mention  # "swinging a bat at a ball"
            return
        about = clause.doers if self.before("") == "W" and clause.verb and clause.doers else clause.anchor
        self.await_place(token.start, token.end, about, token.value)

    def other_preposition(self, token: Token) -> None:
        """ "of", "with", "for": the thing is named, and no place is said."""
        action = self.clause.action
        if action and not action.done and (action.token.value, *token.low.split()) in WITH_OBJECT:
            return
        self.finish()
        self.likened = self.likened or token.low in COMPARISONS
        if token.low in EXCEPTIONS:
            self.clause.negated = False  # what it names is there
        if token.low == "with" and self.before("") == ",":
            self.new_clause()
        elif token.low == "of":
            self.role = self.as_kept
        else:
            self.role = self.as_mention

    def region(self, token: Token) -> None:
        """A place in the picture, or in a thing: "on the left side (of the table)"."""
        if self._is_fronted(token):
            self.new_clause()
        self.finish()
        if self._is_direction(token) or (self.beside and token.low.startswith("to ")):
            self.role = self.as_mention
        elif token.after == "of":
            self.await_place(token.start, token.end, self.clause.anchor, token.value, IMAGE)
        elif self.clause.anchor or self.clause.headed:
            self.relate(token.start, token.end, self.clause.anchor, token.value, self.whole(token))
        else:
            self.clause.front.append((token, token.value, IMAGE))

    def _is_fronted(self, token: Token) -> bool:
        """Whether a place after an "and" is where what follows it is: "and on the right (is) a cat"."""
        if self.before("W") not in {"C", "Y"}:
            return False
        at = self.at + 1
        if token.part == "P" or token.after == "of":
            at = noun_phrase(self.found, at)[1]
        if at > self.at and at < len(self.found) and self.found[at].part == "B":
            at += 1
        return noun_phrase(self.found, at)[0] is not None

    def _is_direction(self, token: Token) -> bool:
        """Whether it tells where somebody goes or looks: "turned to the left", "from the left to the right side"."""
        words = self.found[max(0, self.at - AIM) : self.at]
        verbs = [word.value for word in words if word.part in "VGE"]
        if token.low.startswith("to"):
            aimed = bool(verbs) and verbs[-1] in MOVES
            return aimed or any(word.low == "from" for word in words[-4:])
        return bool(verbs) and verbs[-1] == "drive" and words[-1].part in "VGE"

    def nameless(self, phrase: NounPhrase, value: str, instead: str | None) -> list[str]:
        """ "In the middle of the row" is in a row, "of the scene" in the picture, "of the process" nowhere."""
        if (
            not instead
            or value in {"side", "end", "edge"}
            or (phrase.name and phrase.name.rsplit(" ", 1)[-1] not in lexicon.FRAME)
        ):
            return []
        return [phrase.name if phrase.name in QUANTITIES else instead]

    def whole(self, token: Token) -> str:
        """What has a place that is named without it: "a truck with a crane on the back", "the other on the right"."""
        if token.value in SIDES:
            return self.ground or IMAGE
        subject = self.clause.subject if self.clause.subject != self.clause.anchor else self.first
        if token.value not in PARTS or not subject or subject == self.clause.anchor:
            return IMAGE
        return subject[0].name

    def await_place(
        self, start: int, end: int, about: Group, value: str, instead: str | None = None, *, moves: bool = False
    ) -> None:
        """The next noun phrase, and every one joined to it, is where `about` is; `instead` if it names nothing."""
        free = not self.clause.headed and not about

        def as_place(phrase: NounPhrase, group: Group) -> None:
            names = [mention.name for mention in group] or self.nameless(phrase, value, instead)
            if instead and group and value in SIDES:
                self.ground = names[-1]
            denied = any(mention.denied for mention in group)
            for name in names:
                if free:
                    self.clause.front.append((Token(start, end, "", "P"), value, name))
                else:
                    self.relate(start, end, about, value, name, denied)
            if (moves or not self.clause.verb) and group and not free:
                self.clause.anchor = group

        self.role = as_place
