"""A folder with a Hugging Face data set: as `save_to_disk` writes it, or Parquet files as the hub stores them.

Read with pyarrow alone. Splits come in the order train, validation, test, others; columns that a prompt cannot be
taken from are not read, and stand in the rows as null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from prefdata.errors import InputError
from prefdata.sources.imports.image_folder import walk
from prefdata.sources.imports.prompt_columns import KNOWN
from prefdata.sources.imports.reading import Row, batches, open_parquet, readable, rows_at_once

SPLITS = (("train",), ("validation", "valid", "val", "dev"), ("test",))


def tables(folder: Path) -> list[Path]:
    """The data set's files in order; none if the folder holds no data set."""
    if (folder / "dataset_dict.json").exists():
        splits = _listed(folder / "dataset_dict.json", "splits")
        return [path for split in sorted(splits, key=_order) for path in tables(_inside(folder, split))]
    if (folder / "state.json").exists():  # names the files: others may be caches of `datasets`
        names = [str(given.get("filename")) for given in _listed(folder / "state.json", "_data_files")]
        return [_inside(folder, name) for name in names]
    found = [path for path in walk(folder) if path.suffix in (".parquet", ".arrow")]
    found = [path for path in found if not path.name.startswith("cache-")]
    return sorted(found, key=lambda path: _order(path.relative_to(folder).as_posix()))


def rows(folder: Path) -> Iterator[Row]:
    """The rows of all files, counted on from file to file."""
    line = 0
    for path in tables(folder):
        where = path.relative_to(folder).as_posix()
        with readable(path):
            for own, value in enumerate(_values(path), start=1):
                line += 1
                yield Row(line, value, f"{where}, row {own}")


def _values(path: Path) -> Iterator[dict[str, Any]]:
    parquet = path.suffix == ".parquet"
    file: Any = open_parquet(path) if parquet else _open_arrow(path)
    names = (file.schema_arrow if parquet else file.schema).names
    unread = dict.fromkeys(name for name in names if name not in KNOWN)
    wanted = [name for name in names if name in KNOWN]
    if not wanted:
        problem = f"has no column that a prompt can be taken from, only {', '.join(names)}"
        raise InputError(str(path), problem, "rename its columns", reason="missing_field")
    for batch in batches(file, wanted) if parquet else _slices(file, wanted):
        for value in batch.to_pylist(maps_as_pydicts="lossy"):
            yield {**value, **unread}


def _open_arrow(path: Path) -> pa.RecordBatchReader:
    """`datasets` writes streams; others write files of the same batches."""
    source = pa.memory_map(str(path))
    if source.read(6) != b"ARROW1":
        source.seek(0)
        return pa.ipc.open_stream(source)
    file = pa.ipc.open_file(source)
    return pa.RecordBatchReader.from_batches(file.schema, (file.get_batch(n) for n in range(file.num_record_batches)))


def _slices(reader: pa.RecordBatchReader, names: list[str]) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        batch = batch.select(names)
        size = rows_at_once(batch.nbytes, len(batch))
        yield from (batch.slice(start, size) for start in range(0, len(batch), size))


def _order(name: str) -> tuple[int, str]:
    """Where a split or a file of it comes, by the words in its name."""
    words = re.split(r"[^a-z]+", name.lower())
    return next((n for n, known in enumerate(SPLITS) if set(known) & set(words)), len(SPLITS)), name


def _listed(path: Path, key: str) -> list[Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem, remedy = f"does not say what the data set consists of ({error})", "save the data set again"
        raise InputError(str(path), problem, remedy, None, key, "damaged_file") from None
    return found if isinstance(found, list) else []


def _inside(folder: Path, name: str) -> Path:
    """A file or split that the data set names; it lies in the folder itself."""
    path = folder / name
    if name in ("", ".", "..") or Path(name).name != name or not path.exists():
        problem, remedy = f'names "{name}", which is not in it', "save the data set again"
        raise InputError(str(folder), problem, remedy, reason="missing_file")
    return path
