"""Tokens → claims: walks over a text from left to right and keeps who does what where.

Verbs act on the subject of their clause, participles on the noun before them, prepositions on the verb's subject or,
after an object or without a verb, on the noun before them (right association; Kimball 1973).
"""

from __future__ import annotations

from collections.abc import Callable

from prefdata.claims.grammar.chunks import STARTS
from prefdata.claims.grammar.parts import Token
from prefdata.claims.grammar.sentences import sentence
from prefdata.claims.grammar.verbs import Verbs

VERBAL = frozenset("VBAH")


class Reader(Verbs):
    """Reads one candidate's tokens into a ledger of claims."""

    def read(self) -> None:
        """Walk over all tokens."""
        while self.at < len(self.found):
            token = self.found[self.at]
            handler = HANDLERS.get(token.part)
            begins = token.part in STARTS or (token.part in "EG" and self.begins_phrase())
            if begins and self.phrase():
                continue
            if handler:
                handler(self, token)
            self.at += 1
        self.finish()

    def sentence_end(self, token: Token) -> None:
        """A sentence takes its places and its enumerations with it; only what was named stays."""
        self.clause.front = []
        self.new_clause()
        self.outer, self.first, self.many, self.ground = None, [], [], None
        self.beside, self.sentence = False, sentence(self.found, self.at + 1)

    def semicolon(self, token: Token) -> None:
        """A new clause of the same sentence."""
        self.new_clause()

    def comma(self, token: Token) -> None:
        """The end of a clause, an enumeration, or an aside, by what comes next."""
        after = self.near(1)
        if after is None:
            return
        self.likened = self.likened and self.is_list(self.at + 1)
        if (
            self.clause.aside
            and not (after.part in STARTS and self.is_list(self.at + 1))
            and after.part not in {"C", "Y"}
        ):
            self.clause.hedged = self.clause.aside = False
        if self.outer is not None and not self.clause_ahead(self.at + 1) and after.part in VERBAL:
            self.finish()
            self.clause, self.outer, self.role = self.outer, None, self.as_free
        elif after.part in {"C", "Y"}:
            self.finish_object()
        elif after.low == "with" or after.part in {"S", "X"}:
            self.finish()
        elif self.clause_ahead(self.at + 1):
            self.new_clause()
        else:
            self.finish_object()
            self.clause.negated, self.clause.purpose = False, ""
            self.joining = after.part in STARTS and self.is_list(self.at + 1) and not self.is_another(self.at + 1)
            if not self.joining:
                self.role = self.as_free

    def conjunction(self, token: Token) -> None:
        """One more thing, one more verb, or a new clause."""
        after = self.near(1, "W")
        if token.part == "Y":
            self.clause.negated = False
        coordinate = not self.clause.verb and self.before("") in {"N", "K"}  # "apples and oranges are"
        if not coordinate and self.clause_ahead(self.at + 1):
            self.new_clause()
        elif after is not None and after.part in STARTS | {"U"}:
            self.joining = not self.goes_on(self.at + 1, after_comma=self.before("") == ",")
            if not self.joining:
                self.finish()
                self.role = self.as_free
        else:
            self.finish()
            infinitive = (
                self.clause.purpose == "T" and after is not None and after.part == "V" and not after.low.endswith("s")
            )
            if after is not None and after.part in "VBA" and not infinitive:
                self.clause.hedged, self.clause.negated, self.clause.purpose = False, False, ""
            if after is not None and after.part == "G" and self.clause.purpose == "T":
                self.clause.purpose = ""

    def subordinator(self, token: Token) -> None:
        """ "while holding" goes on with the same subject; "as he holds" and "where there is" begin a clause."""
        after = self.near(1, "W")
        comma = self.before("") == ","
        if after is not None and after.part in "GE":
            self.finish()
            self.clause.purpose = ""
            if comma:
                self.clause.hedged = self.clause.negated = False
            return
        words = token.low.split()
        hedged = self.clause.hedged and not comma and words[0] in {"where", "since", "if", "because", "that"}
        hedged |= words[0] == "whether"
        self.new_clause()
        self.clause.hedged = hedged
        if len(words) > 1:
            self.take_subject(self.ledger.antecedent(words[-1]))

    def relative(self, token: Token) -> None:
        """ "which is", "who holds": a clause about the thing before it; after it the outer clause goes on."""
        before = self.before("")
        hedged = self.clause.hedged and before != ","
        group = self.clause.last or self.clause.subject
        if before == "I":
            group = group if group and (group[0].plural or len(group) > 1) else self.many or group
            self.many = group
        self.finish()
        self.outer = self.clause if self.outer is None else self.outer
        after = self.near(1)
        if token.low == "whose" or (after is not None and after.part in "DNU"):
            self.new_clause()  # "which the men are looking at"
        else:
            self.new_clause(group)
            self.clause.headed = True
            self.ledger.topics += [group] if group else []
        self.clause.hedged = hedged

    def hedge(self, token: Token) -> None:
        """What follows in the clause is only maybe so; "suggesting that" begins a clause of its own."""
        self.finish() if token.low.startswith(("suggest", "indicat", "impl")) or token.low in {
            "if",
            "as if",
            "as though",
        } else None
        if token.low.startswith(("suggest", "indicat", "impl", "giving")) or token.low in {"if", "as if", "as though"}:
            self.new_clause()
        after = self.near(1, "W")
        if token.low in {"appear", "appears"} and after is not None and after.part in {"D", "Q", "P", "R"}:
            self.role, self.clause.verb = self.as_shown, True  # they only show up there
            return
        after = self.near(1)
        self.clause.aside = self.before("") == "," and after is not None and after.part in STARTS
        self.clause.hedged = True

    def negation(self, token: Token) -> None:
        """What follows in the clause is denied, but for "not only"."""
        after = self.near(1)
        if after is None or after.low not in {"only", "just", "necessarily"}:
            self.clause.negated = True

    def auxiliary(self, token: Token) -> None:
        """A form of be, an auxiliary: they only mark that the clause has its verb."""
        self.clause.verb = True
        self.clause.purpose = "T" if self.before() == "T" else ""
        self.clause.anchor = self.clause.subject or self.clause.anchor
        self.role = self.as_shown


HANDLERS: dict[str, Callable[[Reader, Token], None]] = {
    ".": Reader.sentence_end,
    ";": Reader.semicolon,
    ",": Reader.comma,
    "C": Reader.conjunction,
    "Y": Reader.conjunction,
    "S": Reader.subordinator,
    "X": Reader.relative,
    "H": Reader.hedge,
    "Z": Reader.negation,
    "B": Reader.auxiliary,
    "A": Reader.auxiliary,
    "U": Reader.pronoun,
    "V": Reader.verb,
    "G": Reader.gerund,
    "E": Reader.participle,
    "J": Reader.adjective,
    "P": Reader.preposition,
    "O": Reader.other_preposition,
    "R": Reader.region,
}
