"""Claims and verdicts as the tables of a run hold them, written by hand."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from prefdata import contracts
from prefdata.claims.claim import Claim, claim

EVIDENCE = {
    "source": "eye",
    "verdict": "supported",
    "confidence": None,
    "model_hash": None,
    "vocabulary_hash": None,
    "boxes": [],
    "scores": [],
    "thresholds": None,
    "rule_id": "presence",
    "reason": None,
}


def thing(text: str, word: str, candidate: str = "c", **more: Any) -> Claim:
    """The claim that what a word names is there, at the word's first place in the text."""
    start = text.index(word)
    return claim(candidate, more.pop("kind", "object"), (start, start + len(word)), word, **more)


def verdict(of: Claim, word: str, judge: str = "eye", **more: Any) -> dict[str, Any]:
    return {
        "claim_id": of["claim_id"],
        "candidate_id": of["candidate_id"],
        "judge": judge,
        "verdict": word,
        "vacuous": False,
        "conflict": False,
        "reason": None,
        "evidence": [],
        **more,
    }


def evidence(word: str, **more: Any) -> dict[str, Any]:
    return {**EVIDENCE, "verdict": word, **more}


def claims_of(rows: dict[str, list[Claim]]) -> pa.Table:
    """Prompt → its claims, as a table."""
    return _table("claim", [{"prompt_id": name, **row} for name, found in rows.items() for row in found])


def verdicts_of(rows: dict[str, list[dict[str, Any]]]) -> pa.Table:
    """Prompt → verdicts, as a table."""
    return _table("verdict", [{"prompt_id": name, **row} for name, found in rows.items() for row in found])


def _table(kind: Any, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=contracts.arrow_schema(kind))
