"""`label_studio`: tasks of the review queue as Label Studio exports them (JSON, with annotations).

  {"id": 1, "data": {…}, "meta": {"task_id", …}, "annotations": [{"completed_by": 7, "was_cancelled": false, "result":
    [{"from_name": "preference", "type": "choices", "value": {"choices": ["left"]}}]}]}

The control is called `preference`; <Choices> and <Pairwise> ("value": {"selected": "left"}) are read. An annotator is
"label_studio:7"; of several annotations of a task by one of them the last counts. Skipped ones are left out.
Definition: what label-studio 1.23 exports, and its pages on exported JSON and on the tags Choices and Pairwise.
"""

from __future__ import annotations

from typing import Any

from prefdata.records import Records
from prefdata.sources.imports.answers import UnansweredError, vote
from prefdata.sources.imports.conversation import BadRowError, objects_of

NAME = "label_studio"
COLUMNS = ("data", "meta", "annotations")
CONTROL = "preference"
JSON_EXPORT = "export the project as JSON (not JSON-MIN)"


def matches(row: dict[str, Any]) -> bool:
    return asked(row) is not None


def asked(row: dict[str, Any]) -> dict[str, Any] | None:
    """What the queue wrote beside the question; None if this is no task of it."""
    meta = row.get("meta")
    return meta if isinstance(row.get("data"), dict) and isinstance(meta, dict) and "task_id" in meta else None


def convert(row: dict[str, Any]) -> Records:
    known = asked(row)
    if known is None:
        raise BadRowError("missing_field", "meta.task_id", "this is no task of a review queue", JSON_EXPORT)
    given = objects_of(row.get("annotations") or [], "annotations")
    if not given:
        raise UnansweredError("unanswered", "nobody has answered yet")
    answers = {_annotator(annotation): _answer(annotation) for annotation in sorted(given, key=_when)}
    given_by = {judge: winner for judge, winner in answers.items() if winner is not None}
    if not given_by:
        raise UnansweredError("skipped", "it was skipped by all who saw it")
    return Records(vote=[vote(known, winner, judge, "annotations.result") for judge, winner in given_by.items()])


def _when(annotation: dict[str, Any]) -> tuple[str, int]:
    """Later ones come last; ISO 8601 times in one zone sort as texts."""
    number = annotation.get("id")
    return str(annotation.get("updated_at") or ""), number if isinstance(number, int) else 0


def _annotator(annotation: dict[str, Any]) -> str:
    """Who annotated: a number, or an object with it."""
    person = annotation.get("completed_by")
    number = person.get("id") if isinstance(person, dict) else person
    if isinstance(number, bool) or not isinstance(number, int | str) or number == "":
        raise BadRowError("missing_field", "annotations.completed_by", "it is not said who answered", JSON_EXPORT)
    return f"label_studio:{number}"


def _answer(annotation: dict[str, Any]) -> object:
    """What was chosen; None where the task was skipped or nothing was."""
    results = objects_of(annotation.get("result") or [], "annotations.result")
    if annotation.get("was_cancelled") or not results:
        return None
    value = next((result.get("value") for result in results if result.get("from_name") == CONTROL), None)
    if not isinstance(value, dict):
        names = ", ".join(sorted({str(result.get("from_name")) for result in results}))
        problem = f'no answer is from a control with the name "{CONTROL}" (there is {names})'
        remedy = f'name the control "{CONTROL}", in the project and as from_name in the file'
        raise BadRowError("missing_field", "annotations.result.from_name", problem, remedy)
    chosen = value.get("choices", value.get("selected"))
    return chosen[0] if isinstance(chosen, list) and len(chosen) == 1 else chosen or None
