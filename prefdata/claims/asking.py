"""Claims by a model: the question, the form of its answer, and what of it is kept.

A model splits answers better than a grammar and invents more (FaithScore; Jing et al. 2023): so every claim must quote
its words, and one whose quote is not in the text, letter by letter, is dropped.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from prefdata.calls.request import Request
from prefdata.claims.claim import KINDS, Claim, claim
from prefdata.claims.lexicon import canonical
from prefdata.judges.asking import Schema, json_object, object_of, request
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

TASK = (
    "You split a response about an image into atomic claims that can be checked against the image. One claim says "
    "one thing: that an object is there (type object), how many there are (count; predicate =, >=, <= or ~, object the "
    "number), what it is like (attribute), where it is in relation to another (relation; object the other thing, or "
    "image), what it does (action; predicate the verb's base form), or a mood or judgement that cannot be seen "
    "(prior). subject and object are singular nouns. negated: the response says that it is not so. hedged: it says "
    "that it may be so. quote: the few words of the response that make the claim, copied exactly. Leave out nothing "
    "and add nothing. The JSON is "
    '{"claims": [{"type", "subject", "predicate", "object", "negated", "hedged", "quote"}]}.'
)
WORDS: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
ROW = object_of(
    {
        "type": {"type": "string", "enum": list(KINDS)},
        "subject": {"type": "string"},
        "predicate": WORDS,
        "object": WORDS,
        "negated": FLAG,
        "hedged": FLAG,
        "quote": {"type": "string"},
    }
)
SCHEMA = object_of({"claims": {"type": "array", "items": ROW}})


class Dropped(NamedTuple):
    """A claim of the model that is not taken, and why."""

    reason: str
    row: Any


def ask(judge: ModelJudge, prompt: Prompt, text: str) -> Request:
    """The request for the claims of one response."""
    return request(judge, prompt, TASK, f"# Response\n{text}", SCHEMA)


def read(answer: str, candidate_id: str, text: str) -> tuple[list[Claim], list[Dropped]] | None:
    """The claims whose quotes are in the text, and the rest with reasons; None if the answer is no such JSON."""
    rows = (json_object(answer) or {}).get("claims")
    if not isinstance(rows, list):
        return None
    claims: dict[str, Claim] = {}
    dropped: list[Dropped] = []
    places: dict[str, int] = {}
    for row in rows:
        reason = _fault(row, text)
        if reason:
            dropped.append(Dropped(reason, row))
        else:
            found = _claim(row, candidate_id, text, places)
            claims.setdefault(found["claim_id"], found)
    return _with_parents(list(claims.values())), dropped


def _fault(row: Any, text: str) -> str | None:
    """Why a row cannot be taken."""
    if not isinstance(row, dict):
        return "not_an_object"
    if row.get("type") not in KINDS:
        return "unknown_type"
    if not (isinstance(row.get("subject"), str) and row["subject"].strip()):
        return "no_subject"
    if not (isinstance(row.get("quote"), str) and row["quote"].strip()):
        return "no_quote"
    if any(not _word(row.get(name)).isprintable() for name in ("subject", "predicate", "object")):
        return "unprintable"
    return None if row["quote"].strip() in text else "quote_not_in_text"


def _claim(row: dict[str, Any], candidate_id: str, text: str, places: dict[str, int]) -> Claim:
    """A row as a claim. The same words quoted again for the same thing to say are looked for further on."""
    quote = row["quote"].strip()
    said = repr([quote, *(row.get(name) for name in ("type", "subject", "predicate", "object"))])
    start = text.find(quote, places.get(said, 0))
    start = start if start >= 0 else text.find(quote)
    places[said] = start + len(quote)
    subject, target = (canonical(_word(row.get(name))) for name in ("subject", "object"))
    predicate = _word(row.get("predicate")) or None
    if row["type"] == "object" and predicate != "other":
        predicate = None  # "is there", "exists": what an object claim says anyway
    return claim(candidate_id, row["type"], (start, start + len(quote)), subject, predicate,
                 target or None, negated=row.get("negated") is True, hedged=row.get("hedged") is True)  # fmt: skip


def _word(value: Any) -> str:
    """A word as claims have it: lower case, no space around."""
    return "" if value is None else str(value).strip().lower()


def _with_parents(claims: list[Claim]) -> list[Claim]:
    """Each claim under the object claim on its subject that stands nearest to it in the text."""
    things = [found for found in claims if found["type"] == "object"]
    for found in claims:
        if found["type"] not in {"object", "prior"}:
            same = [thing for thing in things if thing["subject"] == found["subject"]]
            nearest = min(same, key=lambda thing: abs(thing["char_span"][0] - found["char_span"][0]), default=None)
            found["parent_id"] = nearest["claim_id"] if nearest else None
    return sorted(claims, key=lambda found: (found["char_span"], found["type"]))
