"""A tag by a model: the question which of its values fits a prompt, and the answer."""

from __future__ import annotations

from prefdata.calls.request import Request
from prefdata.judges.asking import json_object, object_of, request
from prefdata.models import ModelJudge
from prefdata.questions import Prompt
from prefdata.strata.settings import IMAGE_TYPE, Stratum

TASK = (
    'You sort conversations by "{tag}". The values are: {values}. The JSON is {{"value": <one of the values>}}: '
    "the one that fits what the user asks last{look}."
)
LOOK = ", or the image if the values are about images"
SHOWN = "# Task\nWhich value fits?"


def is_asked(stratum: Stratum, prompt: Prompt) -> bool:
    """Whether a model chooses this prompt's value: nobody gave it, and there is something to look at."""
    return bool(stratum.model) and stratum.tag not in prompt.tags and (stratum.tag != IMAGE_TYPE or bool(prompt.images))


def ask(judge: ModelJudge, stratum: Stratum, prompt: Prompt) -> Request:
    named = "; ".join(f"{value} ({meaning})" if meaning else value for value, meaning in stratum.values.items())
    task = TASK.format(tag=stratum.tag, values=named, look=LOOK if prompt.images and judge.images != "none" else "")
    schema = object_of({"value": {"type": "string", "enum": list(stratum.values)}})
    return request(judge, prompt, task, SHOWN, schema)


def read(stratum: Stratum, answer: str) -> str | None:
    """One of the values, in whatever case it is written; None if the answer names none of them."""
    said = str((json_object(answer) or {}).get("value", "")).strip()
    if said in stratum.values:
        return said
    return next((value for value in stratum.values if value.casefold() == said.casefold()), None)
