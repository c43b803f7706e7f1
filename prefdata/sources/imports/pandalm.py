"""`pandalm`: PandaLM's test set, two models' responses and the labels of several annotators (Wang et al. 2023).

Label 1 or 2 names the better response, 0 is a tie. A model may have several responses to one prompt
(the inputs differ in decoding), so a candidate is named by model and text.
"""

from __future__ import annotations

from typing import Any

from prefdata.keys import short_key
from prefdata.records import Candidate, Message, Records, Vote
from prefdata.sources.imports.conversation import BadRowError, look_up, need, prompt_record, text_of

NAME = "pandalm"
COLUMNS = ("instruction", "response1", "response2", "annotator1")
WINNER = {0: "tie", 1: "a", 2: "b"}


def matches(row: dict[str, Any]) -> bool:
    return "response1" in row and "response2" in row and bool(_annotators(row))


def convert(row: dict[str, Any]) -> Records:
    prompt = prompt_record(_messages(row), row)
    if row.get("motivation_app"):
        prompt["tags"] = {"application": str(row["motivation_app"])}
    judges = _annotators(row)
    if not judges:
        raise BadRowError("missing_field", "annotator1", "there is no label", 'add "annotator1" to the row')
    models = _models(row)
    candidates = [
        _candidate(prompt["prompt_id"], model, text_of(row, f"response{n}"))
        for n, model in zip((1, 2), models, strict=True)
    ]
    return Records([prompt], candidates, [], [_vote(row, judge, candidates) for judge in judges])


def _messages(row: dict[str, Any]) -> list[Message]:
    asked = [text_of(row, "instruction"), str(row.get("input") or "")]
    return [{"role": "user", "content": "\n\n".join(filter(None, asked))}]


def _models(row: dict[str, Any]) -> tuple[str, str]:
    first, _, second = str(row.get("cmp_key") or "response1_response2").partition("_")
    return first, second


def _annotators(row: dict[str, Any]) -> list[str]:
    return sorted(name for name in row if name.startswith("annotator"))


def _candidate(prompt_id: str, model: str, text: str) -> Candidate:
    return {
        "prompt_id": prompt_id,
        "candidate_id": f"{model}#{short_key(text)}",
        "text": text,
        "origin": {"source": "import", "model": model},
    }


def _vote(row: dict[str, Any], judge: str, candidates: list[Candidate]) -> Vote:
    winner = look_up(WINNER, need(row, judge), judge)
    a, b = (c["candidate_id"] for c in candidates)
    return {"prompt_id": candidates[0]["prompt_id"], "a": a, "b": b, "winner": winner, "judge": judge}
