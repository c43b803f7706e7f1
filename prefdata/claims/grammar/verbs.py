"""Verbs, participles and adjectives that stand by themselves: who does what, and what is how."""

from __future__ import annotations

from prefdata.claims import lexicon
from prefdata.claims.grammar.chunks import noun_phrase
from prefdata.claims.grammar.mentions import Group
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.places import STANDING, Places
from prefdata.claims.grammar.state import Action

PRESENTATIONAL = lexicon.section("presentational")
USED_FOR = PRESENTATIONAL | lexicon.section("used for")
OF_THINGS, INTO = lexicon.section("of things"), lexicon.section("into")
# "makes it", "looks happy": no action of their own.
LEADS_ON = frozenset([("make", "U"), ("look", "J"), ("feel", "J")])


class Verbs(Places):
    """Reads what is done."""

    def verb(self, token: Token) -> None:
        """A finite verb is about the subject; after "to" it tells a purpose."""
        if self.before() == "T":
            self.finish()
            self.clause.purpose = "T"
            self.role = self.as_mention
            return
        joined = self.before() == "C" and self.clause.doers
        self.acts(token, self.clause.doers if joined else self.clause.subject or self.bare_subject())

    def bare_subject(self) -> Group:
        """The subject of a clause that has none so far."""
        return self.clause.last if self.clause.picture or not self.clause.headed else []

    def gerund(self, token: Token) -> None:
        """A form in -ing: progressive, participle or purpose, by what stands before it."""
        before = self.before()
        clause = self.clause
        if before in "BA" or (before == "T"):
            self.acts(token, clause.subject)
        elif before in ",CYS." or before in "GV" or (self.before("W") == "H"):
            doers = clause.doers if before in "CGY" and clause.doers else self.actor()
            self.acts(token, doers)
        elif before == "M":
            self.acts(token, self.actor(), negated=True)
        elif before in "OP":
            self.after_preposition(token)
        else:
            doers = self.postnominal(token)
            clause.negated = clause.negated and doers == clause.subject  # "not beside the man holding a cup"
            self.acts(token, doers)

    def after_preposition(self, token: Token) -> None:
        """ "by leaning", "focused on cutting" tell what is done; "for cutting" what something is for."""
        before = self.near(-1)
        state = self.found[self.at - 2].part if self.at > 1 else "."
        if before is not None and (before.low == "by" or (before.low in {"on", "in", "with"} and state in "EJ")):
            self.acts(token, self.actor())
        else:
            self.finish()
            self.clause.purpose = "G"
            self.role = self.as_mention

    def actor(self) -> Group:
        """Whom a participle after a comma is about: the subject if it can act, else who acted last."""
        clause = self.clause
        if clause.subject and (lexicon.is_animate(clause.subject[0].name) or not clause.doers):
            return clause.subject
        return clause.doers or clause.subject or ([] if clause.headed else clause.last)

    def postnominal(self, token: Token) -> Group:
        """Whom a participle after a noun is about: the noun, or somebody before it if only somebody can do that."""
        last, subject = self.clause.last, self.clause.subject
        if (
            token.value not in OF_THINGS
            and not (last and "vehicle" in {last[0].name, *lexicon.hypernyms(last[0].name)})
            and last
            and subject
            and not lexicon.is_animate(last[0].name)
            and lexicon.is_animate(subject[0].name)
        ):
            return subject
        if last:
            return last
        return next(
            (group for group in (subject, self.clause.doers) if group and lexicon.is_animate(group[0].name)), []
        )

    def acts(self, token: Token, doers: Group, negated: bool = False) -> None:
        """A verb: one that says what is done waits for its object; one that only shows leads on."""
        clause = self.clause
        self.finish()
        clause.verb, clause.doers, clause.anchor = True, doers or clause.doers, doers
        after = self.near(1)
        written = token.value == "read" and not any(lexicon.is_animate(mention.name) for mention in doers)
        if written or token.value in PRESENTATIONAL or (after is not None and (token.value, after.part) in LEADS_ON):
            self.role = self.as_shown
            return
        if clause.purpose:
            self.role = self.as_mention
            return
        clause.action = Action(token, doers, negated or clause.negated, clause.hedged)
        self.role = self.as_object

    def participle(self, token: Token) -> None:
        """ "parked" is a state of the thing; "filled with" relates it; "placed" only leads to a place."""
        before, after = self.before(), self.near(1, "")
        if self.is_past(token, before, after):
            self.acts(token, self.clause.subject)
            return
        subject = self.clause.subject if before in "BA,S" else self.clause.doers if before == "C" else self.clause.last
        self.finish()
        subject = subject or self.clause.last
        self.clause.anchor, self.clause.doers, self.clause.verb = subject, subject, True
        self.role = self.as_shown
        if self.clause.negated and token.value in {"see", "find"}:
            self.ledger.deny(subject)
        if not self.passive(token, subject) and token.value not in USED_FOR:
            self.state(token, subject)

    def is_past(self, token: Token, before: str, after: Token | None) -> bool:
        """A past tense has its object right after it: "kicked the ball"."""
        if before not in "UNXW" and before != "A":
            return False
        return after is not None and after.part in {"D", "U", "Q"} and token.value not in USED_FOR

    def passive(self, token: Token, subject: Group) -> bool:
        """ "filled with", "covered in", "held by": a relation, once the noun comes."""
        at = self.at + 1
        while at < len(self.found) and self.found[at].part == "W":
            at += 1
        if at >= len(self.found) or self.found[at].part not in {"P", "O"}:
            return False
        after = self.found[at]
        if token.value == "make" and after.low == "of":
            return self.made_of(subject)
        if token.value in PRESENTATIONAL or not self.relates(token, after) or not self.is_thing(at + 1):
            return False
        self.at = at
        self.await_place(token.start, after.end, subject, f"{token.low} {after.low}", moves=True)
        return True

    def relates(self, token: Token, after: Token) -> bool:
        """Whether a participle and its preposition say more than the participle: "parked by" does not."""
        if after.low == "by":
            return token.value not in STANDING
        return after.low == "with" or (after.low in {"in", "to"} and token.value in INTO)

    def is_thing(self, at: int) -> bool:
        """Whether a pronoun or the name of something that can be seen begins here."""
        following = noun_phrase(self.found, at)[0]
        named = following is not None and following.concrete
        return named or (at < len(self.found) and self.found[at].part == "U")

    def made_of(self, subject: Group) -> bool:
        """ "made of wood" is a material."""
        self.at += 1
        while self.at + 1 < len(self.found) and self.found[self.at + 1].low in lexicon.MATERIALS | {"and", "or", "of"}:
            self.at += 1
            if self.found[self.at].low in lexicon.MATERIALS:
                self.state(self.found[self.at], subject)
        return True

    def adjective(self, token: Token) -> None:
        """An adjective that stands by itself is about the subject, or about the noun right before it."""
        before = self.before()
        if before == "E" and self.before("") != "C":
            return  # "positioned lower"
        if self.before("") == "D":
            return  # "from the left"
        if before == "B" and token.low in ({"visible", "present"} if self.clause.negated else {"absent"}):
            self.ledger.deny(self.clause.subject)
        if (token.low.endswith("ed") or token.low in {"set", "spread", "lit"}) and self.passive(
            token, self.clause.subject
        ):
            return
        subject = (
            self.clause.last
            if before in "NQ"
            else self.clause.doers
            if before == "E"
            else self.clause.subject or self.clause.last
        )
        self.finish()
        self.state(token, subject)
