"""Reading what the metrics need, and saying what is wrong with it: file, line, field and what to do."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from prefdata.errors import InputError
from prefdata.faults import Fault
from prefdata.metrics.mentions import synonyms
from prefdata.sources.imports.reading import open_binary, place, readable, rows

REMEDIES = {
    "text": "write a text in quotes that is not empty, or leave the row out if there is none",
    "id": "write an id: a whole number, or a text in quotes",
}
NAMES_REMEDY = 'write ["name", "name"], or [] where there is none'


class Record(NamedTuple):
    """A row of a file whose fields are as they should be, and what to say where it is wrong after all."""

    path: Path
    line: int
    values: dict[str, Any]

    def error(self, field: str, problem: str, remedy: str) -> InputError:
        return InputError(str(self.path), problem, remedy, place(self.path, self.line), field)


def records(path: Path, fields: dict[str, str], optional: dict[str, str] | None = None) -> list[Record]:
    """The rows of a JSONL, JSON or Parquet file; `fields` says of each whether it is a "text" or an "id"."""
    found = list(_checked(path, fields, optional or {}))
    if not found:
        raise InputError(str(path), "the file holds no rows", f"name a file with rows that have {_listed(fields)}")
    return found


def _checked(path: Path, fields: dict[str, str], optional: dict[str, str]) -> Iterator[Record]:
    for row in rows(path):
        if isinstance(row.value, Fault):
            fault = row.value
            raise InputError(str(path), fault.problem, fault.remedy, place(path, row.line), fault.field)
        if not isinstance(row.value, dict):
            remedy = f"write one object with {_listed(fields)} per row"
            raise InputError(str(path), f"{short(row.value)} is not an object", remedy, place(path, row.line))
        record = Record(path, row.line, row.value)
        _check(record, fields, {name: kind for name, kind in optional.items() if row.value.get(name) is not None})
        yield record


def _check(record: Record, fields: dict[str, str], optional: dict[str, str]) -> None:
    for name, kind in (fields | optional).items():
        if name not in record.values:
            raise record.error(name, "the field is missing", f'add "{name}"; a row has {_listed(fields)}')
        value = record.values[name]
        if not _is(kind, value):
            blank = isinstance(value, str) and not value.strip()
            problem = (
                f"the {name} is empty" if blank else f"{short(value)} is not {'an id' if kind == 'id' else 'a text'}"
            )
            raise record.error(name, problem, REMEDIES[kind])


def _is(kind: str, value: object) -> bool:
    if kind == "id" and isinstance(value, int) and not isinstance(value, bool):
        return True
    return isinstance(value, str) and bool(value.strip())


def captions(path: Path, objects: Collection[str]) -> dict[int | str, str]:
    """Image id → caption, from rows {"image_id", "caption"}, one a picture; `objects` are the known image ids."""
    found = records(path, {"image_id": "id", "caption": "text"})
    once(found, "image_id")
    for record in found:
        if str(record.values["image_id"]) not in objects:
            remedy = "add the picture to the file of objects, or leave the row out"
            raise record.error("image_id", f"no objects are known of image {record.values['image_id']}", remedy)
    return {record.values["image_id"]: record.values["caption"] for record in found}


def once(found: Iterable[Record], field: str) -> None:
    """See that no two rows have the same value (7 and "7" are the same)."""
    first: dict[str, int] = {}
    for record in found:
        value = str(record.values[field])
        if value in first:
            where = place(record.path, first[value])
            raise record.error(field, f"{value} is there a second time, first in {where}", "keep one of the rows")
        first[value] = record.line


def word_list(path: Path) -> dict[str, str]:
    """Word → object, from lines "object, synonym, synonym" as of the reference's synonyms.txt."""
    return synonyms(line for line in text(path).splitlines() if line.strip())


def true_objects(path: Path, known: Collection[str]) -> dict[str, list[str]]:
    """Image id → objects, from one JSON object {"image id": ["object", …]}; `known` are the names they may have."""
    found = json_object(path)
    for image, objects in found.items():
        if not is_names(objects):
            raise no_names(path, image, objects)
        unknown = next((name for name in objects if name not in known), None)
        if unknown is not None:
            problem = f'the list of synonyms has no line that begins with "{unknown}"'
            raise InputError(str(path), problem, "use the first word of one of its lines, or add a line", field=image)
    return found


def is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def no_names(path: Path, key: str, value: object) -> InputError:
    """What to say of a value that is no list of names."""
    return InputError(str(path), f"{short(value)} is not a list of names", NAMES_REMEDY, field=key)


def json_object(path: Path) -> dict[str, Any]:
    """A file that is one JSON object. A key that is there twice is an error, for one of its values would be lost."""
    remedy = 'write one JSON object: {"key": […], …}'
    try:
        found = json.loads(text(path), object_pairs_hook=lambda pairs: _unique(path, pairs))
    except json.JSONDecodeError as error:
        problem = f"broken JSON at column {error.colno} ({error.msg})"
        raise InputError(str(path), problem, remedy, f"line {error.lineno}") from None
    if not isinstance(found, dict):
        raise InputError(str(path), f"{short(found)} is not a JSON object", remedy)
    return found


def _unique(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise InputError(str(path), "the key is there a second time", "keep one of the two", field=twice)
    return found


def text(path: Path) -> str:
    """The text of a file, plain or gzip."""
    with readable(path), open_binary(path) as handle:
        raw = handle.read()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = "save the file as UTF-8, for instance with `iconv -f LATIN1 -t UTF-8`"
        raise InputError(str(path), "wrong encoding: this is not UTF-8", remedy, f"line {line}") from None


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in fields)


def short(value: object) -> str:
    """A value as JSON, cut to what fits into a message."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."
