"""Prompts in the columns that other data sets use: a question under one of many names, a dialogue, an image.

A dialogue counts up to its last question; what was answered to that is the row's reference, unless it has one.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, NamedTuple

from prefdata.records import Message
from prefdata.sources.imports.conversation import BadRowError, look_up, messages_of, objects_of
from prefdata.sources.imports.llama_factory import ROLES

IDS = ("prompt_id", "id", "question_id")
DIALOGUES = ("messages", "conversations")
QUESTIONS = ("prompt", "question", "instruction", "query", "text")
REFERENCES = ("reference", "answer", "answers", "response", "output", "solution")
IMAGES = ("image", "images")
TAKEN_AS_THEY_ARE = ("tags", "units", "objects")
KNOWN = frozenset((*IDS, *DIALOGUES, *QUESTIONS, "input", *REFERENCES, *IMAGES, *TAKEN_AS_THEY_ARE))
MARKS = ("<image>\n", "\n<image>", "<image>")  # LLaVA marks the place of an image; here it stands in its own field


class Asked(NamedTuple):
    """What is asked, what was answered, and the columns that say so."""

    messages: list[Message]
    answer: str | None
    columns: tuple[str, ...]


def shows(row: dict[str, Any]) -> bool:
    """Whether a row asks something, or shows an image."""
    return any(_is_there(row.get(name)) for name in (*DIALOGUES, *QUESTIONS, *IMAGES))


def record(row: dict[str, Any], line: int, question: str | None) -> tuple[dict[str, Any], set[str]]:
    """The prompt in a row, and the names of the columns that it was taken from. Raises BadRowError.

    `question` is what is asked about an image without a question; a row without an id is named by its number.
    """
    images, image_columns = _images(row)
    name, id_columns = _name(row, line)
    asked = _asked(row) or _about_image(images, name, question)
    told = [(text, column) for column in REFERENCES if column in row and (text := _first_text(row[column])) is not None]
    reference, reference_columns = (told[0][0], {told[0][1]}) if told else (asked.answer, set())
    found = {"prompt_id": name, "messages": _unmarked(asked.messages) if images else asked.messages}
    rest = {column: row[column] for column in TAKEN_AS_THEY_ARE if _is_there(row.get(column))}
    if not all(isinstance(each, dict) and "name" in each for each in rest.get("objects", ())):
        del rest["objects"]  # another data set's objects, in a form of its own
    found |= {**rest, **({"images": images} if images else {}), **({"reference": reference} if reference else {})}
    return found, {*asked.columns, *id_columns, *image_columns, *reference_columns, *TAKEN_AS_THEY_ARE}


def fill(question: str, path: str) -> str:
    """The template with the name and the first folder of an image filled in; other braces stay as they are."""
    where = PurePosixPath(path)
    folder = where.parts[0] if len(where.parts) > 1 else ""
    return question.replace("{name}", where.stem).replace("{folder}", folder)


def _is_there(value: object) -> bool:
    return value is not None and value != "" and value != []


def _name(row: dict[str, Any], line: int) -> tuple[str, set[str]]:
    for column in IDS:
        if isinstance(row.get(column), str | int) and row[column] != "":
            return str(row[column]), {column}
    return f"row-{line:06d}", set()


def _images(row: dict[str, Any]) -> tuple[list[Any], set[str]]:
    """The row's images in whatever form they are given."""
    given = {column: row[column] for column in IMAGES if _is_there(row.get(column))}
    lists = (value if isinstance(value, list) else [value] for value in given.values())
    return [image for images in lists for image in images if image is not None], set(IMAGES)


def _asked(row: dict[str, Any]) -> Asked | None:
    for column in DIALOGUES:
        if _is_there(row.get(column)):
            return Asked(*_up_to_last_question(_dialogue(row[column], column), column), (column,))
    for column in QUESTIONS:
        if _is_there(row.get(column)):
            return _question(row, column)
    return None


def _dialogue(value: Any, column: str) -> list[Message]:
    """Turns as {role, content}, or as {from, value}."""
    if not isinstance(value, list) or not any(isinstance(turn, dict) and "from" in turn for turn in value):
        return messages_of(value, column)
    turns = objects_of(value, column)
    return [
        {"role": look_up(ROLES, turn.get("from"), column), "content": str(turn.get("value") or "")} for turn in turns
    ]


def _up_to_last_question(messages: list[Message], column: str) -> tuple[list[Message], str | None]:
    asked = [n for n, message in enumerate(messages) if message["role"] == "user"]
    if not asked:
        raise BadRowError("bad_value", column, "nobody asks anything in it", "add a turn of the user")
    after = messages[asked[-1] + 1 :]
    answer = after[0]["content"] if after and after[0]["role"] == "assistant" else None
    return messages[: asked[-1] + 1], answer


def _question(row: dict[str, Any], column: str) -> Asked:
    if not isinstance(row[column], str):
        return Asked(*_up_to_last_question(_dialogue(row[column], column), column), (column,))
    more = row.get("input") if column == "instruction" else None  # Alpaca's: what the instruction is about
    text = f"{row[column]}\n{more}" if isinstance(more, str) and more else row[column]
    return Asked([{"role": "user", "content": text}], None, (column, *(["input"] if more else [])))


def _about_image(images: list[Any], name: str, question: str | None) -> Asked:
    if not images:
        problem = f"there is no question in any of {', '.join((*DIALOGUES, *QUESTIONS))}"
        raise BadRowError("missing_field", "messages", problem, 'add "messages" or "question" to the row')
    if question is None:
        problem, remedy = "there is an image and no question", "add one to the row, or set prompts.question"
        raise BadRowError("missing_field", "messages", problem, remedy)
    return Asked([{"role": "user", "content": fill(question, _path(images[0]) or name)}], None, ())


def _path(image: Any) -> str | None:
    """Where an image says that it lies, if it does."""
    path = image.get("path") if isinstance(image, dict) else image
    return path if isinstance(path, str) and not path.startswith("data:") else None


def _unmarked(messages: list[Message]) -> list[Message]:
    return [{**message, "content": _without_marks(message["content"])} for message in messages]


def _without_marks(text: str) -> str:
    for mark in MARKS:
        text = text.replace(mark, "")
    return text


def _first_text(value: Any) -> str | None:
    """A gold answer: a text, a number, the first of a list, or what an object calls its answer or text."""
    if isinstance(value, list):
        return next((text for item in value if (text := _first_text(item)) is not None), None)
    if isinstance(value, dict):
        return next((text for name in ("answer", "text") if (text := _first_text(value.get(name))) is not None), None)
    return str(value) if isinstance(value, str | int | float) and value != "" else None
