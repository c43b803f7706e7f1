"""`pairwise`: which of two responses is better, asked in both orders; a judge that changes its mind gives ties."""

from __future__ import annotations

from prefdata.calls.request import Request
from prefdata.judges.asking import json_object, object_of, request
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

TASK = (
    'You compare two responses to a conversation. The JSON is {"winner": "A"} or {"winner": "B"} or {"winner": "tie"}.'
)
SCHEMA = object_of({"winner": {"type": "string", "enum": ["A", "B", "tie"]}})
SIDES = {"a": "first", "b": "second", "tie": "tie"}


def ask(judge: ModelJudge, prompt: Prompt, first: str, second: str) -> Request:
    return request(judge, prompt, TASK, f"# Response A\n{first}\n\n# Response B\n{second}", SCHEMA)


def read(answer: str) -> str | None:
    """ "first", "second" or "tie"; None if the answer says none of them."""
    said = str((json_object(answer) or {}).get("winner", "")).strip().lower()
    return SIDES.get(said)


def winners(verdicts: dict[str, str | None]) -> dict[str, str]:
    """Order shown ("ab", "ba") → winner ("a", "b", "tie") for the orders that were answered.

    If both orders were answered and do not agree, each is a tie: the position decided, not the text.
    """
    sides = {"ab": {"first": "a", "second": "b"}, "ba": {"first": "b", "second": "a"}}
    said = {order: sides[order].get(verdict, "tie") for order, verdict in verdicts.items() if verdict is not None}
    if len(set(said.values())) > 1:
        return dict.fromkeys(said, "tie")
    return said
