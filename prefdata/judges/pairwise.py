"""`pairwise`: which of two responses is better, asked in both orders; a judge that changes its mind gives ties."""

from __future__ import annotations

from prefdata.calls.request import Request
from prefdata.judges.asking import Messages, conversation, json_object, request
from prefdata.models import Judge

TASK = (
    'You compare two responses to a conversation. The JSON is {"winner": "A"} or {"winner": "B"} or {"winner": "tie"}.'
)
SIDES = {"a": "first", "b": "second", "tie": "tie"}


def ask(judge: Judge, prompt: Messages, first: str, second: str) -> Request:
    shown = f"# Conversation\n{conversation(prompt)}\n\n# Response A\n{first}\n\n# Response B\n{second}"
    return request(judge, TASK, shown)


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
