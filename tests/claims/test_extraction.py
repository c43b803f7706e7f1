"""Claims come in the way that is asked for: by the grammar, by mentions, or from a model's answer."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from prefdata.calls.engine import Engine
from prefdata.calls.ledger import Ledger
from prefdata.calls.request import Answer, CallError
from prefdata.claims import asking
from prefdata.claims.claim import belonging, mention
from prefdata.claims.extract import extract
from prefdata.claims.extraction import Extracted, extracted
from prefdata.metrics.mentions import synonyms
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

TEXT = "A puppy sits on a couch. There is no bike."
WORDS = synonyms(["dog, puppy", "couch, sofa", "bicycle, bike"])
PROMPT = Prompt("p", [{"role": "user", "content": "Describe the image."}])
EXTRACTOR = ModelJudge("reader", "m", "r", "http://nowhere")
NOBODY = None  # what the ledger does not know, nobody answers


def read(how: str, answer: str = "") -> Extracted:
    """Read the text; the extractor has given its answer before, and the ledger knows it."""

    async def reading() -> Extracted:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            ledger = Ledger(connection)
            await ledger.settle(asking.ask(EXTRACTOR, PROMPT, TEXT), Answer(answer), 0.0)
            engine = Engine(ledger)
            return await extracted(how, PROMPT, TEXT, EXTRACTOR, lambda _, asked: engine.call(NOBODY, asked), WORDS)

    return asyncio.run(reading())


def test_the_grammars_claims_are_those_of_extract():
    claims, dropped = read("grammar")
    assert belonging(claims, "c") == extract("c", TEXT)
    assert len(claims) > 3
    assert not dropped


def test_mentions_are_objects_in_the_truths_words_denied_or_not():
    claims, dropped = read("mentions")
    assert [(each["type"], each["subject"], mention(TEXT, each)) for each in claims] == [
        ("object", "dog", "puppy"),
        ("object", "couch", "couch"),
        ("object", "bicycle", "bike"),
    ]
    assert not any(each["negated"] for each in claims)
    assert not dropped


def test_a_models_claims_are_taken_where_they_quote():
    row = {"type": "object", "subject": "puppy", "predicate": None, "object": None, "negated": False, "hedged": False}
    claims, dropped = read("model", json.dumps({"claims": [{**row, "quote": "puppy"}, {**row, "quote": "kitten"}]}))
    assert [(each["subject"], each["char_span"]) for each in claims] == [("puppy", [2, 7])]
    assert [each.reason for each in dropped] == ["quote_not_in_text"]


def test_an_answer_that_cannot_be_read_is_no_claim_at_all():
    with pytest.raises(CallError, match="unreadable_answer") as raised:
        read("model", "I see a puppy.")
    assert raised.value.detail == "I see a puppy."
