"""A benchmark's file → its questions, answers and pictures.

Any input format is read, and beside these JSON lines, Parquet and CSV with a column such as `question`, `prompt` or
`text` (those of `sources.imports.prompt_columns`), and plain text with a question a line. Every row must be readable:
nobody knows whether prompts overlap with what is not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from prefdata.dedup.folding import compared, folded
from prefdata.dedup.pictures import Fingerprint, fingerprint
from prefdata.errors import InputError
from prefdata.faults import Fault
from prefdata.images import ANY, STORED
from prefdata.keys import file_key
from prefdata.sources.imports.converting import Converter
from prefdata.sources.imports.detection import detect
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.reading import Row, open_binary, place, readable, rows

TABLES = {".csv": ",", ".tsv": "\t"}
LOOKED_AT = 100  # rows that are read when a config is, so that a wrong file is found before anything is paid for


class Item(NamedTuple):
    """What a row of a benchmark has, texts folded. question: empty for a row that only answers."""

    question: str
    answers: tuple[str, ...]
    pictures: tuple[Fingerprint, ...]


def items(path: Path) -> Iterator[Item]:
    """Every row. Raises InputError at one that cannot be read, or whose picture is not there."""
    with TemporaryDirectory() as folder:
        images = ImageStore(path.parent, ANY, Path(folder), check=True)
        told = False
        for row, records, fault in Converter(_format(path), images, "", True, path.name).convert(_rows(path)):
            if fault is not None:
                raise InputError(str(path), fault.problem, fault.remedy, _place(path, row), fault.field, fault.reason)
            for kind, record in records:
                if kind in ("prompt", "candidate"):
                    told = True
                    yield _item(record, [_file(images, name) for name in record.get("images") or ()])
        if not told:
            problem = "the benchmark has neither questions nor answers"
            raise InputError(str(path), problem, "name a file with a column question, prompt or text")


def look_at(path: Path) -> None:
    """Raises InputError if the first rows do not show a benchmark."""
    for _ in islice(items(path), LOOKED_AT):
        pass


def _format(path: Path) -> str:
    """Rows that show no format have their question in a column of some name."""
    if path.suffix in TABLES or path.suffix == ".txt":
        return "prompt"
    try:
        return detect(path)
    except InputError:
        return "prompt"


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix not in TABLES and path.suffix != ".txt":
        yield from rows(path)
        return
    with readable(path), io.TextIOWrapper(open_binary(path), "utf-8-sig", newline="") as text:
        try:
            lines = csv.DictReader(text, delimiter=TABLES[path.suffix]) if path.suffix in TABLES else _lines(text)
            for line, value in enumerate(lines, start=1):
                yield Row(line, value)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(str(path), f"cannot be read ({error})", "save it as UTF-8, with a head of names") from None


def _lines(text: io.TextIOWrapper) -> Iterator[dict[str, Any] | Fault]:
    return ({"text": line.strip()} for line in text if line.strip())


def _place(path: Path, row: Row) -> str:
    return f"row {row.line}" if path.suffix in TABLES else place(path, row.line)


def _file(images: ImageStore, name: str) -> Path:
    kept = images.folder is not None and STORED.fullmatch(name)
    return images.folder / name if kept and images.folder else images.root / name


def _item(record: dict[str, Any], pictures: list[Path]) -> Item:
    question = compared(record["messages"]).text if "messages" in record else ""
    answers = (record.get("text"), record.get("reference"))
    seen = tuple(fingerprint(file, file_key(file)) for file in pictures)
    return Item(question, tuple(folded(text) for text in answers if text), seen)
