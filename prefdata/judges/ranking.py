"""`ranking`: an order of K responses in one call, expanded to C(K, 2) votes (Ouyang et al. 2022, section 3.5)."""

from __future__ import annotations

from itertools import combinations
from string import ascii_uppercase
from typing import Any

from prefdata.calls.request import Request
from prefdata.judges.asking import json_object, object_of, request
from prefdata.models import ModelJudge
from prefdata.questions import Prompt

TASK = (
    "You rank the responses to a conversation. The JSON is "
    '{{"ranking": [[the letters of the best], [the letters of the next], …]}} with each of {letters} once; '
    "responses that are equally good stand in one inner list."
)
Ranking = dict[str, int]


def ask(judge: ModelJudge, prompt: Prompt, texts: list[str]) -> Request:
    letters = ascii_uppercase[: len(texts)]
    shown = "\n\n".join(f"# Response {letter}\n{text}" for letter, text in zip(letters, texts, strict=True))
    level = {"type": "array", "items": {"type": "string", "enum": list(letters)}}
    schema = object_of({"ranking": {"type": "array", "items": level}})
    return request(judge, prompt, TASK.format(letters=", ".join(letters)), shown, schema)


def read(answer: str, count: int) -> list[int] | None:
    """The place of each response, 0 for the best; None unless each is named exactly once."""
    levels = (json_object(answer) or {}).get("ranking")
    if not isinstance(levels, list):
        return None
    named = [(str(letter).strip().upper(), place) for place, level in enumerate(levels) for letter in _letters(level)]
    places = dict(named)
    if len(named) != count or sorted(places) != list(ascii_uppercase[:count]):
        return None
    return [places[letter] for letter in ascii_uppercase[:count]]


def _letters(level: Any) -> list[Any]:
    return level if isinstance(level, list) else [level]


def winners(places: list[Ranking]) -> dict[tuple[str, str], list[str]]:
    """Pair (a, b) → winner ("a", "b", "tie") in each ranking; where rankings contradict each other, ties."""
    found = {}
    for a, b in combinations(sorted(places[0]), 2):
        said = [_winner(ranking[a], ranking[b]) for ranking in places]
        found[a, b] = said if len(set(said)) == 1 else ["tie"] * len(said)
    return found


def _winner(a: int, b: int) -> str:
    return "a" if a < b else "b" if b < a else "tie"
