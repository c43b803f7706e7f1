"""Text → claims, by a grammar: objects, counts, attributes, relations, actions, moods, each with its place.

Deterministic, without a model: the cheap first way of splitting an answer into what can be checked (as FaithScore and
DSG do with a language model; Jing et al. 2023, Cho et al. 2024). Claims that are denied or only maybe so say so.
"""

from __future__ import annotations

from prefdata.claims.claim import Claim
from prefdata.claims.grammar.clauses import Reader
from prefdata.claims.grammar.mentions import Ledger
from prefdata.claims.grammar.sentences import stated
from prefdata.claims.grammar.tokens import tokens


def extract(candidate_id: str, text: str) -> list[Claim]:
    """The claims of a candidate in the order of their place; any text is taken, and gives equal claims always."""
    ledger = Ledger(candidate_id)
    Reader(ledger, stated(tokens(text))).read()
    return ledger.settled()
