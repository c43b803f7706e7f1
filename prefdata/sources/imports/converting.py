"""One row → its checked records.

A row is begun when it is read and ended when its images are there, so that the images of many rows are fetched
at once while faults are still named in the order of the rows.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, cast

from prefdata import contracts, faults
from prefdata.faults import Fault
from prefdata.images import REMEDIES, ImageError
from prefdata.records import KINDS, Kind, Records
from prefdata.sources.imports import foreign, prompt_columns
from prefdata.sources.imports.conversation import BadRowError
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.reading import Row

ROWS_AHEAD = 64  # rows that are begun while the images of earlier ones are fetched
IMAGE = (str, bytes, dict)  # the types in which a row may give one
Found = list[tuple[Kind, dict[str, Any]]]
# A row with its records, or with its fault. Until it is ended, Futures may stand for the names of images. (A
# plain tuple: there is one for every row of every file.)
Converted = tuple[Row, Found, Fault | None]
SELF = Fault("self_comparison", "b", "a candidate is compared with itself", "name two different candidates")
SCALE = Fault(
    "empty_scale", "scale_max", "the scale's top is not above its bottom", "give the judge's lowest and highest score"
)
OUTSIDE = Fault(
    "out_of_range", "score", "the score lies outside its scale", "correct the score, scale_min or scale_max"
)


class Converter:
    """Turns rows of one format into records.

    `question` is asked of images without one; `file` is the name of the rows' file. With `any_columns` prompts may
    stand in any of the columns of `prompt_columns`; else only rows without `messages` may. Fields that were not read
    are put into `ignored`.
    """

    def __init__(self, format: str, images: ImageStore, question: str | None, any_columns: bool, file: str) -> None:
        self.format, self.images, self.question, self.any_columns = format, images, question, any_columns
        found = foreign(format)
        self.reader = found and found.reader(file, question)
        self.ignored: set[str] = set()

    def convert(self, rows: Iterable[Row]) -> Iterator[Converted]:
        """Each row with its records, or with its fault."""
        if not self.images.rules.hosts:
            yield from (self._end(*self._begin(row)) for row in rows)
            return
        waiting: deque[Converted] = deque()
        for row in rows:
            waiting.append(self._begin(row))
            if len(waiting) > ROWS_AHEAD:
                yield self._end(*waiting.popleft())
        while waiting:
            yield self._end(*waiting.popleft())

    def _begin(self, row: Row) -> Converted:
        """What the row says; its images may be on their way."""
        value = row.value
        if isinstance(value, Fault):
            return row, [], value
        if not isinstance(value, dict):
            return row, [], faults.row_fault("vote", value)
        try:
            if self.reader is None and self.format != "prompt":
                return row, self._own(value, row.line), None
            records = self._own(value, row.line) if self.reader is None else _pairs(self.reader(value))
            return row, [self._with_images(*record) for record in records], None
        except BadRowError as bad:
            return row, [], bad.fault
        except ImageError as error:
            return row, [], _image_fault(row, error)

    def _end(self, row: Row, records: Found, fault: Fault | None) -> Converted:
        """Wait for the row's images, and check what it says."""
        if fault is not None:
            return row, [], fault
        try:
            for kind, record in records:
                if kind == "prompt" and record.get("images"):
                    _wait(record)
                if fault := faults.row_fault(kind, record) or _cross_fault(kind, record):
                    return row, [], fault
        except ImageError as error:
            return row, [], _image_fault(row, error)
        return row, records, None

    def _own(self, row: dict[str, Any], line: int) -> Found:
        kind = cast(Kind, self.format)
        if kind == "prompt" and self._in_other_columns(row):
            record, used = prompt_columns.record(row, line, self.question)
            self.ignored |= row.keys() - used
            return [(kind, _plain(kind, record))]
        row = _plain(kind, row)
        if not row.keys() <= contracts.schema(kind)["properties"].keys():
            self.ignored |= row.keys() - contracts.schema(kind)["properties"].keys()
        return [(kind, row)]

    def _in_other_columns(self, row: dict[str, Any]) -> bool:
        return self.any_columns or (row.get("messages") is None and prompt_columns.shows(row))

    def _with_images(self, kind: Kind, record: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
        images = record.get("images") if kind == "prompt" else None
        if isinstance(images, list):
            record = {**record, "images": [self.images.take(image) for image in images]}
        return kind, record


def _wait(record: dict[str, Any]) -> None:
    """Put the names of images where Futures of them stand. Raises ImageError."""
    if isinstance(record["images"], list):
        record["images"] = [i.result() if isinstance(i, Future) else i for i in record["images"]]


def _image_fault(row: Row, error: ImageError) -> Fault:
    reason, detail = error.trouble
    field = "images" if isinstance(row.value, dict) and row.value.get("images") else "image"
    return Fault(reason, field, detail, REMEDIES[reason])


def _pairs(records: Records) -> Found:
    return [(kind, cast(dict[str, Any], record)) for kind in KINDS for record in getattr(records, kind)]


def _cross_fault(kind: Kind, row: dict[str, Any]) -> Fault | None:
    """What a schema cannot say."""
    if kind == "vote":
        return SELF if row["a"] == row["b"] else None
    if kind == "rating" and _end(row, "scale_max", 10) <= _end(row, "scale_min", 1):
        return SCALE
    if kind == "rating" and not _end(row, "scale_min", -math.inf) <= row["score"] <= _end(row, "scale_max", math.inf):
        return OUTSIDE
    return None


def _end(row: dict[str, Any], name: str, default: float) -> float:
    value = row.get(name)
    return default if value is None else value


def _plain(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """One spelling for what may be spelled in two: `image` is the only entry of `images`."""
    for name in contracts.free_form(kind):  # Parquet has no free-form objects: JSON text, or a struct with nulls
        if isinstance(row.get(name), str):
            row = {**row, name: _parsed(row[name])}
        if isinstance(row.get(name), dict):
            row = {**row, name: {key: _json_value(value) for key, value in row[name].items() if value is not None}}
    if kind == "prompt" and isinstance(row.get("image"), IMAGE) and isinstance(row.get("images") or [], list):
        return {**row, "image": None, "images": [row["image"], *(row.get("images") or [])]}
    return row


def _parsed(text: str) -> object:
    """The object a text spells, or else the text, for the check to refuse."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _json_value(value: object) -> object:
    """Dates and the like, which tables have and JSON has not, as text."""
    return value if isinstance(value, str | int | float | list | dict) else str(value)
