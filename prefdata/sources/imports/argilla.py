"""`argilla`: records of the review queue as Argilla 2 exports them.

  records.to_json(path)          {"id", "fields", "metadata": {"prompt_id", …}, "responses": {"preference": [{"value":
                                 "left", "user_id": "…"}]}, "status": "completed", …}
  records.to_list(flatten=True)  {"id", "prompt_id", …, "preference.responses": ["left"], "preference.responses.users":
                                 ["…"], "preference.responses.status": ["submitted"], "status": "completed", …}

Both as JSON, JSONL or Parquet (`to_datasets`). Only the flat form says which responses are drafts or discarded: those
are left out; in the nested form all responses of a record that is not pending count. Definition: the source of argilla
2.8, records/_io and Record.to_dict.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from prefdata.records import Records
from prefdata.sources.imports.answers import UnansweredError, vote
from prefdata.sources.imports.conversation import BadRowError, objects_of

NAME = "argilla"
COLUMNS = ("fields", "metadata", "responses")
QUESTION = "preference"
FLAT = f"{QUESTION}.responses"
TO_JSON = "export with records.to_json or records.to_list(flatten=True)"


class Response(NamedTuple):
    """status: submitted, draft or discarded; None where the export does not say."""

    value: object
    user: object
    status: str | None


def matches(row: dict[str, Any]) -> bool:
    return asked(row) is not None


def asked(row: dict[str, Any]) -> dict[str, Any] | None:
    """What the queue wrote beside the question; None if this is no record of it."""
    nested = row.get("metadata")
    found = nested if isinstance(row.get("fields"), dict) else row if "_server_id" in row else None
    return {**found, "task_id": row.get("id")} if isinstance(found, dict) and "left_id" in found else None


def convert(row: dict[str, Any]) -> Records:
    known = asked(row)
    if known is None:
        raise BadRowError("missing_field", "metadata.left_id", "this is no record of a review queue", TO_JSON)
    given = _responses(row)
    if not given:
        raise UnansweredError("unanswered", "nobody has answered yet")
    counted = [response for response in given if response.status == "submitted"]
    if not counted:
        raise UnansweredError("skipped", "its responses are drafts or discarded")
    return Records(vote=[vote(known, said.value, _user(said), f"responses.{QUESTION}") for said in counted])


def _responses(row: dict[str, Any]) -> list[Response]:
    """All responses; where none has a status it is the record's: pending means that nothing was submitted."""
    pending = "draft" if row.get("status") == "pending" else "submitted"
    if not isinstance(row.get("fields"), dict):
        values, users, states = (row.get(f"{FLAT}{part}") or [] for part in ("", ".users", ".status"))
        if not len(values) == len(users) == len(states):
            raise BadRowError("bad_value", FLAT, "values, users and status are not of one length", TO_JSON)
        return [Response(*said) for said in zip(values, users, states, strict=True)]
    found = row.get("responses") or {}
    if not isinstance(found, dict):
        raise BadRowError("wrong_type", "responses", "is not an object of lists", TO_JSON)
    listed = objects_of(found.get(QUESTION) or [], f"responses.{QUESTION}")
    return [Response(said.get("value"), said.get("user_id"), said.get("status") or pending) for said in listed]


def _user(said: Response) -> str:
    if not said.user or said.user == "None":  # what Argilla writes for nobody
        raise BadRowError("missing_field", f"responses.{QUESTION}.user_id", "it is not said who answered", TO_JSON)
    return str(said.user)
