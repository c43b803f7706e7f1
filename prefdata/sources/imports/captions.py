"""`captions`: what models say about pictures, a file a model or a way of decoding, as CHAIR reads them (Rohrbach 2018).

  {"image_id": 7, "caption": "A man …", "image"?: "7.jpg"}

A picture is a prompt, so files about the same pictures give candidates of the same prompts. A candidate is named by its
file; another caption of a picture in the same file has a number behind the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from prefdata.keys import short_key
from prefdata.records import Candidate, Records
from prefdata.sources.imports.conversation import BadRowError, need, prompt_record, text_of

NAME = "captions"
COLUMNS = ("image_id", "caption")
ENDING = re.compile(r"(\.(jsonl?|parquet))?(\.gz)?$")  # not more: "llava-1.5" is a name
QUESTION = "Describe this image in detail."


def matches(row: dict[str, Any]) -> bool:
    return "image_id" in row and "caption" in row


def reader(file: str, question: str | None) -> Callable[[dict[str, Any]], Records]:
    """What reads the rows of one file. question: what was asked about each picture."""
    return _Reader(ENDING.sub("", file), question or QUESTION).convert


class _Reader:
    """`stem` names the candidates of the file."""

    def __init__(self, stem: str, question: str) -> None:
        self.stem, self.question = stem, question
        self.said: dict[str, list[str]] = {}  # prompt → what tells its captions apart, in their order

    def convert(self, row: dict[str, Any]) -> Records:
        prompt = prompt_record([{"role": "user", "content": self.question}], row, _image_id(row))
        text = text_of(row, "caption")
        candidate: Candidate = {
            "prompt_id": prompt["prompt_id"],
            "candidate_id": self._name(prompt["prompt_id"], text),
            "text": text,
            "origin": {"source": "import"},
        }
        return Records([prompt], [candidate])

    def _name(self, prompt_id: str, text: str) -> str:
        """The file's name, from the picture's second caption on with its number; equal captions are one."""
        said, told = self.said.setdefault(prompt_id, []), short_key(text)
        if told not in said:
            said.append(told)
        number = said.index(told) + 1
        return self.stem if number == 1 else f"{self.stem}#{number}"


def _image_id(row: dict[str, Any]) -> str:
    """As text: 7 and "7" are the same picture."""
    value = need(row, "image_id")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadRowError("wrong_type", "image_id", f"{value!r} is not an id", "write a whole number or a text")
    if not str(value).strip():
        raise BadRowError("bad_value", "image_id", "the id is empty", "write a whole number or a text")
    return str(value)
