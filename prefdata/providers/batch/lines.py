"""Lines of the files of a batch: a request going out, an outcome coming back. Pure functions."""

from __future__ import annotations

import json
from typing import Any, Final

import orjson
from openai.types import BatchError

from prefdata.calls.batches import Name
from prefdata.calls.request import Answer, CallError, RateLimitError, RetryableError
from prefdata.providers.openai import LIMIT, answer_of, of_status

URL: Final = "/v1/chat/completions"
FEATURES = {
    "response_format": "json_schema",
    "logprobs": "logprobs",
    LIMIT: LIMIT,
}  # parameter → feature, as in openai.py

Outcome = Answer | Exception


class FeatureError(RetryableError):
    """The model does not know a feature of the protocol; without it the request may pass."""

    def __init__(self, feature: str, detail: str) -> None:
        super().__init__("feature_refused", f"{feature}: {detail}")
        self.feature = feature


def id_of(name: Name) -> str:
    """The custom_id of a call: at most 64 characters, unique, and the same in every life of the process."""
    return f"{name[0][:40]}-{name[1]}"


def line_of(name: Name, body: dict[str, Any]) -> bytes:
    """A line of the file of requests."""
    return orjson.dumps({"custom_id": id_of(name), "method": "POST", "url": URL, "body": body}) + b"\n"


def by_id(content: bytes) -> dict[str, str]:
    """The lines of a file of results by their custom_id. Raises ValueError if they are not JSON."""
    # Not splitlines: it splits at characters that may stand in a JSON string.
    rows = [(orjson.loads(line), line) for line in content.split(b"\n") if line.strip()]
    return {row["custom_id"]: line.decode() for row, line in rows if isinstance(row, dict) and "custom_id" in row}


def refusal(error: BatchError) -> str:
    """What a batch that was not begun says of one of its rows, as a line of results."""
    told = {"message": error.message, "code": error.code, "param": error.param}
    return json.dumps({"response": {"status_code": 400, "body": {"error": told}}})


def outcome_of(line: str, endpoint: str) -> Outcome:
    """The answer or the error in a line of results, classed as that of a live call."""
    try:
        return _answer(orjson.loads(line), endpoint)
    except CallError as fault:
        return fault
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        return RetryableError("malformed_body", f"{type(error).__name__}: {error}")


def _answer(row: dict[str, Any], endpoint: str) -> Answer:
    """Raises CallError, or whatever reading something of another shape raises."""
    response, error = row.get("response"), row.get("error") or {}
    if not response:  # the batch ended before it came to this row
        raise RetryableError(error.get("code") or "batch_error", str(error.get("message") or ""))
    if response["status_code"] != 200:
        raise _error(response["status_code"], response["body"], endpoint)
    return answer_of(response["body"])


def _error(status: int, body: Any, endpoint: str) -> CallError:
    fault = of_status(status, body, {}, endpoint)
    told = body.get("error") if isinstance(body, dict) else None
    feature = FEATURES.get(str(told.get("param")).split(".")[0]) if isinstance(told, dict) else None
    if status == 400 and feature is not None:
        return FeatureError(feature, fault.detail)
    # A limit met within a batch says nothing of how much we may send.
    return RetryableError("http_429", fault.detail) if isinstance(fault, RateLimitError) else fault
