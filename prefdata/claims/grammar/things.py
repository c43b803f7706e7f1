"""Noun phrases and pronouns: what they name and which role they play where they stand."""

from __future__ import annotations

from prefdata.claims import lexicon
from prefdata.claims.grammar.chunks import NounPhrase, Opening, noun_phrase
from prefdata.claims.grammar.denials import Denials, is_indefinite
from prefdata.claims.grammar.mentions import Group
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.state import Clause

PICTURES = lexicon.section("picture words")
MOST_JOINED = 32  # things in one enumeration that are kept together
GENERIC = frozenset(["object", "item", "thing", "element", "piece"])
STANDINS = frozenset(["one", "other", "piece"])


class Things(Denials):
    """Reads what is named."""

    def new_clause(self, subject: Group | None = None) -> None:
        """End the clause and begin another, with a subject if it is known."""
        self.finish()
        front = self.clause.front if not self.clause.headed else []
        self.clause = Clause(subject=subject or [], headed=bool(subject), doers=subject or [], anchor=subject or [],
                             last=subject or [], front=front)  # fmt: skip
        self.role, self.joining, self.denied, self.likened = self.as_free, False, False, False

    def phrase(self) -> bool:
        """Read a noun phrase, if one begins here, and give it its role."""
        found, after = noun_phrase(self.found, self.at)
        if found is None:
            return False
        if self.found[self.at].low.startswith("none of"):
            self.clause.negated = True
        self.deny(found)
        self.denied, self.others, self.definite = (
            found.opening.denied,
            found.opening.others,
            found.opening.determiner == "the",
        )
        begin, self.at = self.at, after
        self.choose(found, begin)
        found.standin = found.standin or found.name in STANDINS
        group = self.stands_for(found) if found.standin else self.named(found)
        if found.possessor:
            self.owner = group
        else:
            self.place(found, group or self.owner)
            self.owner = []
        return True

    def named(self, phrase: NounPhrase) -> Group:
        """Its claims, unless it is only what something is likened to."""
        some = is_indefinite(phrase) or bool(phrase.opening.counts)
        unsure = self.clause.negated and some  # "not wearing a hat", "not two dogs": there may be one
        hedged = self.clause.hedged or (not phrase.opening.denied and (unsure or self.either or (some and self.wished)))
        if phrase.opening.counts and self.sentence.counts_on:
            phrase.opening.others = True
        return [] if self.likened else self.ledger.name(phrase, hedged)

    def place(self, phrase: NounPhrase, group: Group) -> None:
        """Give a noun phrase its role, or that of the one it is joined to."""
        previous, joined = self.clause.last, self.joining and len(self.clause.last) < MOST_JOINED
        extends = joined and self.clause.anchor == previous
        self.joining = False
        if joined and phrase.standin:
            self.role, joined = self.as_free, False
            self.finish()
        self.role(phrase, group)
        if joined:
            self.clause.last = previous + group
            if extends:
                self.clause.anchor = previous + group
            if self.clause.subject == previous:
                self.clause.subject = previous + group
                self.relate_front(group)
            self.ledger.groups += [previous + group] if group else []
        else:
            self.clause.last = self.kept or group
        self.kept = []

    def stands_for(self, phrase: NounPhrase) -> Group:
        """What "one", "others" or "both" stands for: the last several things that were spoken of."""
        if any(count.low == "both" for count in phrase.opening.counts):
            return next((group for group in reversed(self.ledger.groups) if len(group) > 1), self.many)
        several = self.many or next((group for group in reversed(self.ledger.groups) if group[0].plural), self.first)
        return [mention._replace(plural=phrase.plural) for mention in several][:1]

    def pronoun(self, token: Token) -> None:
        """A pronoun plays the role of what it stands for; "nobody" denies that there is anybody."""
        after = self.near(1, "W")
        if (
            self.before("") == "N"
            and token.low in {"he", "she", "they", "we", "i", "it"}
            and after is not None
            and after.part in "VBA"
        ):
            hedged = self.clause.hedged
            self.new_clause()  # "the game they are playing"
            self.clause.hedged = hedged
        if token.after == "!":
            phrase = NounPhrase(token.start, token.end, "person", opening=Opening(denied=True))
            phrase.opening.others = self.leaves_some(token)
            group = self.ledger.name(phrase, self.clause.hedged)
        else:
            phrase = NounPhrase(token.start, token.end, "", concrete=False, standin=True)
            group = self.meant(token.low)
        self.place(phrase, group)

    def meant(self, low: str) -> Group:
        """What a pronoun stands for here."""
        clause = self.clause
        if low in {"each other", "one another"}:
            return self.clause.anchor or self.clause.subject
        if low.endswith(("self", "selves")):
            return []
        if low == "others":
            return self.many or self.first
        return self.ledger.antecedent(low, (clause.anchor if not clause.action else clause.action.doers) or None)

    def as_free(self, phrase: NounPhrase, group: Group) -> None:
        """The first one is the subject; any other begins anew (an absolute, an apposition)."""
        if not self.clause.headed:
            self.take_subject(group)
            self.clause.picture = phrase.name in PICTURES
        self.clause.anchor = group

    def take_subject(self, group: Group) -> None:
        """Make a group the subject, and put it where the sentence began ("In the background, …")."""
        clause = self.clause
        clause.headed, clause.subject, clause.anchor, clause.last = True, group, group, group
        self.relate_front(group)
        if group:
            self.ledger.topics.append(self.owner or group)
            self.first = self.first or group
            if group[0].plural:
                self.many = group

    def relate_front(self, group: Group) -> None:
        """A place that was named first: "in the background, there is a fence"."""
        for token, value, target in self.clause.front:
            group = [mention for mention in group if mention.name != target]
            self.relate(token.start, token.end, group, value, target)

    def as_shown(self, phrase: NounPhrase, group: Group) -> None:
        """What a picture shows or there is becomes the subject; what a thing is or has does not."""
        if group and not self.clause.subject:
            self.take_subject(group)
        self.clause.anchor = group

    def as_mention(self, phrase: NounPhrase, group: Group) -> None:
        """After "of", "with", "for" …: named, but in no relation that a place could show."""
        if self.clause.picture and group and not self.clause.subject and not self.clause.verb:
            self.take_subject(group)
        self.clause.anchor = group

    def as_kept(self, phrase: NounPhrase, group: Group) -> None:
        """After "of": what follows is about the whole, if that was something."""
        if not self.clause.anchor:
            self.as_mention(phrase, group)
        elif group:
            self.kept = self.clause.anchor

    def as_object(self, phrase: NounPhrase, group: Group) -> None:
        """What is done something to; what follows is about it, if it can be seen."""
        action = self.clause.action
        if action is not None:
            named = not phrase.standin and phrase.name
            names: list[str | None] = [phrase.name] if named else [mention.name for mention in group]
            for name in names or [None]:
                self.act(action, name, any(mention.denied for mention in group))
        if group or phrase.name in GENERIC:
            self.clause.anchor = group
        if group:
            self.ledger.topics.insert(max(0, len(self.ledger.topics) - 1), group)
