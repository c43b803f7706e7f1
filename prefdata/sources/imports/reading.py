"""Opening an input file and walking over its rows, each with its place in the file.

Text files are JSONL or one JSON array, UTF-8, plain or gzip. Tables are Parquet.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.errors import InputError
from prefdata.faults import Fault

JSON_REMEDY = "write one JSON object per line, or one JSON array of objects"


class Row(NamedTuple):
    """`line` counts from 1; `value` is the parsed row, or the fault that kept it from being parsed."""

    line: int
    value: object


def is_parquet(path: Path) -> bool:
    with open_binary(path) as handle:
        return handle.read(4) == b"PAR1"


def open_binary(path: Path) -> IO[bytes]:
    """Open for reading, or say why not."""
    try:
        if path.stat().st_size == 0:
            raise InputError(str(path), "the file is empty", "name a file with rows", reason="empty_file")
        return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")  # type: ignore[return-value]
    except FileNotFoundError:
        raise InputError(
            str(path), "no such file", "check the path; relative paths in a config start at the config file"
        ) from None
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read ({error.strerror})", "check that it is a file you may read"
        ) from None


def open_parquet(path: Path, dictionary: list[str] | None = None) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, read_dictionary=dictionary, memory_map=True)
    except pa.ArrowException as error:
        raise InputError(
            str(path), f"is not a readable Parquet file ({str(error).splitlines()[0]})", "write it again"
        ) from None


def rows(path: Path) -> Iterator[Row]:
    """Every row of a text file or table, in order."""
    if is_parquet(path):
        yield from _parquet_rows(path)
    elif _is_array(path):
        yield from _array_rows(path)
    else:
        yield from _line_rows(path)


def place(path: Path, line: int) -> str:
    return f"{'row' if is_parquet(path) else 'line'} {line}"


def _parquet_rows(path: Path) -> Iterator[Row]:
    line = 0
    for batch in open_parquet(path).iter_batches(batch_size=8192):
        for value in batch.to_pylist():
            line += 1
            yield Row(line, value)


def _is_array(path: Path) -> bool:
    if ".jsonl" in path.suffixes:
        return False
    with open_binary(path) as handle:
        return handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def _line_rows(path: Path) -> Iterator[Row]:
    import orjson

    with open_binary(path) as handle:
        for line, raw in enumerate(handle, start=1):
            if line == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.isspace():
                continue
            try:
                yield Row(line, orjson.loads(raw))
            except orjson.JSONDecodeError:
                yield Row(line, _explain(raw))


def _explain(raw: bytes) -> Fault:
    """Why a line is no JSON, in words that help."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _encoding_fault(error)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return Fault("broken_json", None, f"broken JSON at column {error.colno} ({error.msg})", JSON_REMEDY)
    return _nan_fault(value) or Fault(
        "broken_json", None, "holds a lone surrogate or another value JSON forbids", JSON_REMEDY
    )


def _encoding_fault(error: UnicodeDecodeError) -> Fault:
    problem = f"wrong encoding: byte 0x{error.object[error.start]:02x} at column {error.start + 1} is not UTF-8"
    return Fault(
        "wrong_encoding", None, problem, "save the file as UTF-8, for instance with `iconv -f LATIN1 -t UTF-8`"
    )


def _nan_fault(value: object) -> Fault | None:
    """JSON has no NaN and no Infinity; Python's reader takes them, so look for them by hand."""
    if not isinstance(value, dict):
        return None
    for name, item in value.items():
        if isinstance(item, float) and not math.isfinite(item):
            return Fault(
                "not_a_number", name, f"{item} is not a finite number", "write a number, or leave the field out"
            )
    return None


def _array_rows(path: Path) -> Iterator[Row]:
    """The elements of one JSON array, each with the line it starts on."""
    with open_binary(path) as handle:
        raw = handle.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Row(raw.count(b"\n", 0, error.start) + 1, _encoding_fault(error))
        return
    yield from _elements(text)


def _elements(text: str) -> Iterator[Row]:
    decoder, position, line = json.JSONDecoder(), text.index("[") + 1, 1
    counted = 0
    while True:
        position = _skip(text, position, " \t\r\n")
        line, counted = line + text.count("\n", counted, position), position
        if position >= len(text):
            yield Row(line, Fault("broken_json", None, "the array does not end with ]", JSON_REMEDY))
            return
        if text[position] == "]":
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            yield Row(
                error.lineno,
                Fault("broken_json", None, f"broken JSON at column {error.colno} ({error.msg})", JSON_REMEDY),
            )
            return
        yield Row(line, _nan_fault(value) or value)
        position = _skip(text, _skip(text, position, " \t\r\n"), ",")


def _skip(text: str, position: int, blanks: str) -> int:
    while position < len(text) and text[position] in blanks:
        position += 1
    return position
