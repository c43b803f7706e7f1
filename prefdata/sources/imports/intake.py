"""One input file → tables of records, every row accepted or dropped with its reason.

Own votes and ratings in Parquet are checked and passed on by column; everything else goes row by
row. Each table has the columns of its schema and `file` and `line`, where the row came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from prefdata import contracts, faults
from prefdata.errors import InputError
from prefdata.faults import Fault
from prefdata.keys import canonical_json, short_key
from prefdata.records import KINDS, Drop, Kind, Recorded
from prefdata.sources.imports import ASKED, NAMES, columns, folders
from prefdata.sources.imports.converting import OUTSIDE, SCALE, SELF, Converter
from prefdata.sources.imports.detection import detect
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.reading import is_parquet, open_parquet, place, readable, rows

ROWS_PER_CHUNK = 8_192
FLAT: tuple[Kind, ...] = ("rating", "vote")
CONTENT = ("messages", "images", "context", "text")  # what an id stands for; tags and origin may differ


class Chunk(NamedTuple):
    kind: Kind
    table: pa.Table


@dataclass
class Intake:
    """Iterate `chunks()` once; then `rows`, `accepted`, `drops` and `format` tell what came in.

    Raises InputError at the first bad row unless `on_bad_row` is "drop". `question` is what is asked of images
    without one; `images` keeps the images of the rows, which are only named without it.
    """

    path: Path
    name: str
    format: str = "auto"
    on_bad_row: str = "fail"
    question: str | None = None
    images: ImageStore | None = None
    rows: int = 0
    accepted: int = 0
    with_images: int = 0
    drops: list[Drop] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)

    def chunks(self) -> Iterator[Chunk]:
        if self.format == "auto":
            self.format = detect(self.path)
        if self.format not in NAMES:
            raise InputError(
                str(self.path), f'the format "{self.format}" is not known', f"use one of {', '.join(NAMES)}"
            )
        if self.question and self.format not in ASKED:
            remedy = f"leave the question out; it means something to {' and '.join(ASKED)}"
            raise InputError(str(self.path), f"rows of the format {self.format} take no question", remedy)
        if self.format in FLAT and is_parquet(self.path):
            yield from self._by_column(self.format)
        else:
            yield from self._by_row()
        if self.rows == 0:
            raise InputError(str(self.path), "the file has no rows", "name a file with rows", reason="empty_file")

    def facts(self) -> dict[str, Any]:
        """What the file gave; the fields that the schema does not have were not read."""
        rows = {"rows_in": self.rows, "rows_out": self.accepted}
        ignored = sorted(name for name in self.ignored if not name.startswith("__index_level_"))  # pandas' own
        return {
            "file": self.name,
            "format": self.format,
            **rows,
            "with_images": self.with_images,
            "ignored_fields": ignored,
        }

    @property
    def is_folder(self) -> bool:
        return folders.is_folder(self.path, self.format)

    def _refuse(self, line: int, fault: Fault, where: str | None = None) -> None:
        """Drop the row, or stop."""
        if self.on_bad_row == "fail" and fault.remedy:
            at = f"row {line} ({where})" if where else place(self.path, line)
            raise InputError(str(self.path), fault.problem, fault.remedy, at, fault.field, fault.reason)
        detail = ": ".join(filter(None, (where, fault.field, fault.problem)))
        self.drops.append(Drop("import", fault.reason, "row", file=self.name, line=line, detail=detail))

    # --- by column ---------------------------------------------------------------------------

    def _by_column(self, kind: Kind) -> Iterator[Chunk]:
        names = contracts.arrow_schema(kind).names
        found = open_parquet(self.path).schema_arrow
        if fault := faults.table_fault(kind, found):
            raise InputError(str(self.path), fault.problem, fault.remedy, None, fault.field, fault.reason)
        self.ignored |= set(found.names) - set(names)
        text = [name for name in found.names if name in names and columns.is_text(found.field(name).type)]
        file = open_parquet(self.path, dictionary=text)
        for group in range(file.num_row_groups):
            with readable(self.path):
                table = file.read_row_group(group, [name for name in found.names if name in names])
            pa.default_memory_pool().release_unused()  # reading took more than what was read
            yield Chunk(kind, self._accept(kind, columns.common(table)))

    def _accept(self, kind: Kind, table: pa.Table) -> pa.Table:
        """The good rows of a table, with where they came from."""
        bad = dict(reversed(list(faults.column_faults(kind, table))))
        if kind == "vote":
            bad = {**dict.fromkeys(columns.self_comparisons(table), SELF), **bad}
        else:
            outside = dict.fromkeys(columns.outside_scale(table), OUTSIDE)
            bad = {**outside, **dict.fromkeys(columns.empty_scales(table), SCALE), **bad}
        for row in sorted(bad):
            self._refuse(self.rows + row + 1, bad[row])
        table = _with_origin(kind, table, self.name, np.arange(self.rows + 1, self.rows + len(table) + 1))
        self.rows += len(table)
        if bad:
            table = table.filter(pa.array(~np.isin(np.arange(len(table)), list(bad))))
        self.accepted += len(table)
        return table

    # --- by row ------------------------------------------------------------------------------

    def _by_row(self) -> Iterator[Chunk]:
        images = self.images or ImageStore(self.path if self.is_folder else self.path.parent)
        converter = Converter(self.format, images, self.question, self.is_folder, self.path.name)
        seen: set[tuple[str, ...]] = set()
        buffer: dict[Kind, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        source = folders.rows(self.path, self.question) if self.is_folder else rows(self.path)
        for row, records, fault in converter.convert(source):
            self.rows += 1
            if fault is not None:
                self._refuse(row.line, fault, row.where)
                continue
            self.accepted += 1
            for kind, record in records:
                if converter.reader is None or _is_new(kind, record, seen):
                    self.with_images += bool(record.get("images"))
                    buffer[kind].append({**record, "line": row.line})
            if self.rows % ROWS_PER_CHUNK == 0:
                yield from self._flush(buffer)
        yield from self._flush(buffer)
        self.ignored |= converter.ignored

    def _flush(self, buffer: dict[Kind, list[dict[str, Any]]]) -> Iterator[Chunk]:
        for kind, records in buffer.items():
            if records:
                yield Chunk(kind, record_table(kind, records, self.name))
                records.clear()


def _is_new(kind: Kind, record: dict[str, Any], seen: set[tuple[str, ...]]) -> bool:
    """Foreign rows repeat their prompt and candidates; one record of each is enough.

    An id that comes again with another content is passed on, to be refused when records are joined.
    """
    if kind in FLAT:
        return True
    content = [record[name] for name in CONTENT if record.get(name)]
    identity = (kind, record["prompt_id"], record.get("candidate_id", ""), short_key(canonical_json(content)))
    if identity in seen:
        return False
    seen.add(identity)
    return True


def record_table(kind: Recorded, records: list[dict[str, Any]], name: str) -> pa.Table:
    """Records with their `line` as a table with `file` and `line`."""
    texts = contracts.free_form(kind)
    lines = np.array([record["line"] for record in records])
    rows = (
        [{**r, **{t: canonical_json(r[t]) for t in texts if r.get(t) is not None}} for r in records]
        if texts
        else records
    )
    return _with_origin(kind, pa.Table.from_pylist(rows, schema=contracts.arrow_schema(kind)), name, lines)


def _with_origin(kind: Recorded, table: pa.Table, name: str, lines: np.ndarray) -> pa.Table:
    """The columns of the schema, absent ones of type null, then `file` and `line`."""
    for column in contracts.arrow_schema(kind).names:
        if column not in table.column_names:
            table = table.append_column(column, pa.nulls(len(table)))
    table = table.select(contracts.arrow_schema(kind).names)
    file = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(table), np.int16)), pa.array([name]))
    return table.append_column("file", file).append_column("line", pa.array(lines.astype(np.int32)))
