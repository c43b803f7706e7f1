"""Opening an input file and walking over its rows, each with its place in the file.

Text files are JSONL or one JSON array, UTF-8, plain or gzip. Tables are Parquet. A row that cannot be
parsed is a fault of that row; what makes the rest of the file unreadable is an InputError.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.errors import InputError
from prefdata.faults import Fault, not_finite

JSON_REMEDY = "write one JSON object per line, or one JSON array of objects (CSV is not read)"
BLANKS = " \t\r\n"
BYTES_AT_ONCE = 32 * 2**20


class Row(NamedTuple):
    """`line` counts from 1; `value` is the parsed row, or the fault that kept it from being parsed.

    `where` names the place in a folder, whose rows are counted over all its files.
    """

    line: int
    value: object
    where: str | None = None


def is_parquet(path: Path) -> bool:
    with readable(path), open_binary(path) as handle:
        return handle.read(4) == b"PAR1"


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Name the file that proves to be damaged while it is read."""
    try:
        yield
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        problem = f"cannot be read to its end ({str(error).splitlines()[0]})"
        raise InputError(
            str(path), problem, "write the file again, it is damaged or cut off", reason="damaged_file"
        ) from None


def open_binary(path: Path) -> IO[bytes]:
    """Open for reading, or say why not."""
    if str(path) == "-" or path.is_fifo() or path.is_char_device():
        raise InputError(
            str(path), "a pipe can be read only once, and a file is read twice", "write it to a file first"
        )
    try:
        if path.stat().st_size == 0:
            raise InputError(str(path), "the file is empty", "name a file with rows", reason="empty_file")
        with open(path, "rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        return gzip.open(path) if packed else open(path, "rb")  # type: ignore[return-value]
    except IsADirectoryError as error:
        remedy = "name a file; a folder can only be the prompts of a config"
        raise InputError(str(path), f"cannot be read ({error.strerror})", remedy) from None
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
        return pq.ParquetFile(path, read_dictionary=dictionary)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            str(path), f"is not a readable Parquet file ({str(error).splitlines()[0]})", "write it again"
        ) from None


def rows(path: Path) -> Iterator[Row]:
    """Every row of a text file or table, in order."""
    with readable(path):
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
    for batch in batches(open_parquet(path)):
        for value in batch.to_pylist(maps_as_pydicts="lossy"):
            line += 1
            yield Row(line, value)


def batches(file: pq.ParquetFile, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a table in batches that take little room even where they hold images."""
    for group in range(file.num_row_groups):  # asked for all groups, pyarrow keeps what it has read until the end
        about = file.metadata.row_group(group)
        size = rows_at_once(about.total_byte_size, about.num_rows)
        yield from file.iter_batches(size, row_groups=[group], columns=columns)


def rows_at_once(size: int, rows: int) -> int:
    """How many of a table's rows to turn into Python's objects together."""
    return max(1, min(8192, BYTES_AT_ONCE * rows // max(size, 1)))


def _is_array(path: Path) -> bool:
    if ".jsonl" in path.suffixes:
        return False
    with open_binary(path) as handle:
        return handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def _line_rows(path: Path) -> Iterator[Row]:
    with open_binary(path) as handle:
        for line, raw in enumerate(handle, start=1):
            if line == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.isspace():
                continue
            yield Row(line, _parse(raw))


def _parse(raw: bytes) -> object:
    """The value of a JSON text, or the fault that makes it none."""
    import orjson

    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _explain(raw)


def _explain(raw: bytes) -> Fault:
    """Why a text is no JSON, in words that help."""
    try:
        value = json.loads(raw.decode("utf-8").rstrip())
    except UnicodeDecodeError as error:
        return _encoding_fault(error)
    except json.JSONDecodeError as error:
        return _utf16_fault(raw) or _json_fault(error)
    except RecursionError:
        return Fault("broken_json", None, "nested too deeply", JSON_REMEDY)
    problem = "holds what JSON forbids: a lone surrogate, or a number out of range"
    return not_finite(value) or Fault("broken_json", None, problem, JSON_REMEDY)


def _json_fault(error: json.JSONDecodeError) -> Fault:
    return Fault("broken_json", None, f"broken JSON at column {error.colno} ({error.msg})", JSON_REMEDY)


def _utf16_fault(raw: bytes) -> Fault | None:
    """UTF-16 shows by its mark or by NUL bytes, which no JSON has."""
    if not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" not in raw:
        return None
    remedy = "save the file as UTF-8, for instance with `iconv -f UTF-16 -t UTF-8`"
    return Fault("wrong_encoding", None, "wrong encoding: this is UTF-16, not UTF-8", remedy)


def _encoding_fault(error: UnicodeDecodeError) -> Fault:
    if fault := _utf16_fault(error.object):
        return fault
    problem = f"wrong encoding: byte 0x{error.object[error.start]:02x} at column {error.start + 1} is not UTF-8"
    return Fault(
        "wrong_encoding", None, problem, "save the file as UTF-8, for instance with `iconv -f LATIN1 -t UTF-8`"
    )


def _array_rows(path: Path) -> Iterator[Row]:
    """The elements of one JSON array, each with the line it starts on. A broken array has no next element."""
    with open_binary(path) as handle:
        raw = handle.read()
    try:
        text = raw.decode("utf-8-sig")
        yield from _elements(text)
    except UnicodeDecodeError as error:
        raise _broken(path, raw.count(b"\n", 0, error.start) + 1, _encoding_fault(error)) from None
    except json.JSONDecodeError as error:
        raise _broken(path, error.lineno, _json_fault(error)) from None
    except RecursionError:
        raise _broken(path, 1, Fault("broken_json", None, "nested too deeply", JSON_REMEDY)) from None


def _broken(path: Path, line: int, fault: Fault) -> InputError:
    return InputError(str(path), fault.problem, fault.remedy, f"line {line}", fault.field, fault.reason)


def _elements(text: str) -> Iterator[Row]:
    decoder, line, counted = json.JSONDecoder(), 1, 0
    position = _past_blanks(text, text.index("[") + 1)
    while not text.startswith("]", position):
        line, counted = line + text.count("\n", counted, position), position
        _, end = decoder.raw_decode(text, position)
        yield Row(line, _parse(text[position:end].encode()))
        position = _past_comma(text, _past_blanks(text, end))
    rest = _past_blanks(text, position + 1)
    if rest < len(text):
        raise json.JSONDecodeError("Extra data", text, rest)


def _past_comma(text: str, position: int) -> int:
    """Where the next element or the closing bracket stands."""
    if text.startswith("]", position):
        return position
    if not text.startswith(",", position):
        raise json.JSONDecodeError("Expecting ',' or ']'", text, position)
    return _past_blanks(text, position + 1)


def _past_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in BLANKS:
        position += 1
    return position
