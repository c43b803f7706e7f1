"""All records of a build (or of one shard of it), joined: doubles merged, references checked.

Votes are never merged unless they carry the same vote_id. Ratings become votes here, so that
everything after sees votes alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata import contracts
from prefdata.errors import InputError
from prefdata.labels.coding import CodedVotes
from prefdata.labels.ratings import votes_from_ratings
from prefdata.records import KINDS, Drop, Kind
from prefdata.sources.imports.intake import Chunk

SEPARATOR = "\x1f"
IDENTITY: dict[Kind, tuple[str, ...]] = {
    "prompt": ("prompt_id",),
    "candidate": ("prompt_id", "candidate_id"),
    "vote": ("vote_id",),
}


@dataclass(frozen=True)
class Evidence:
    """One table per kind of record; columns of its schema, then `file` and `line`."""

    prompt: pa.Table
    candidate: pa.Table
    rating: pa.Table
    vote: pa.Table
    drops: list[Drop] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(getattr(self, kind)) for kind in KINDS)


def gather(chunks: Iterable[Chunk]) -> Evidence:
    """Stack chunks by kind. Texts of votes and ratings are dictionary-coded, the rest plain;
    a column that no chunk has is of type null."""
    tables: dict[Kind, list[pa.Table]] = {kind: [] for kind in KINDS}
    for kind, table in chunks:
        tables[kind].append(_typed(kind, table))
    return Evidence(**{kind: _stack(parts) if parts else _empty(kind) for kind, parts in tables.items()})


def _typed(kind: Kind, table: pa.Table) -> pa.Table:
    schema = table_schema(kind)
    fields = [found if pa.types.is_null(found.type) else schema.field(found.name) for found in table.schema]
    return table.cast(pa.schema(fields))


def _stack(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts, promote_options="default")


def table_schema(kind: Kind) -> pa.Schema:
    """The Arrow schema of records in memory."""
    coded = pa.dictionary(pa.int32(), pa.string())
    flat = kind in ("vote", "rating")
    fields = [
        pa.field(f.name, coded) if flat and pa.types.is_string(f.type) else f for f in contracts.arrow_schema(kind)
    ]
    return pa.schema([*fields, pa.field("file", coded), pa.field("line", pa.int64())])


def _empty(kind: Kind) -> pa.Table:
    return table_schema(kind).empty_table()


def link(evidence: Evidence, on_bad_row: str = "fail") -> Evidence:
    """Merge identical doubles, refuse contradictory ones and references to what is not there."""
    drops: list[Drop] = []
    tables = {kind: _merge_doubles(kind, getattr(evidence, kind), on_bad_row, drops) for kind in KINDS}
    known = replace(evidence, **tables)
    for kind in ("candidate", "rating", "vote"):
        tables[kind] = _check_references(kind, tables[kind], known, on_bad_row, drops)
    if len(tables["rating"]):
        tables["vote"] = _stack([tables["vote"], _typed("vote", votes_from_ratings(tables["rating"]))])
    return Evidence(**tables, drops=drops)


def _refuse(
    kind: Kind, table: pa.Table, rows: np.ndarray, error: InputError, on_bad_row: str, drops: list[Drop]
) -> pa.Table:
    """Drop rows with the error's reason, or raise it for the first of them."""
    if on_bad_row == "fail":
        raise error
    drops += [_drop(kind, row, error.reason, error.problem) for row in table.take(pa.array(rows)).to_pylist()]
    return _without(table, rows)


def _drop(kind: Kind, row: dict, reason: str, detail: str | None = None) -> Drop:
    a, b = (row["a"], row["b"]) if kind == "vote" else (row.get("candidate_id"), None)
    return Drop("link", reason, kind, row["prompt_id"], a, b, row["file"], row["line"], detail)


def _without(table: pa.Table, rows: np.ndarray) -> pa.Table:
    keep = np.ones(len(table), bool)
    keep[rows] = False
    return table.filter(pa.array(keep))


# --- doubles ---------------------------------------------------------------------------------


def _merge_doubles(kind: Kind, table: pa.Table, on_bad_row: str, drops: list[Drop]) -> pa.Table:
    """Keep the first of rows with one identity; identical repeats are dropped, others are faults."""
    if kind not in IDENTITY or table[IDENTITY[kind][-1]].null_count == len(table):
        return table
    repeats = _repeats(joined(table, IDENTITY[kind]))
    if not repeats:
        return table
    different = np.array([row for row, first in repeats if not _same(table, row, first)], int)
    if len(different):
        row = int(different[0])
        error = _double_error(kind, table, row, dict(repeats)[row])
        table_rows = table.take(pa.array(different)).to_pylist()
        if on_bad_row == "fail":
            raise error
        drops += [_drop(kind, r, "duplicate_id", "an earlier row with this id has other content") for r in table_rows]
    same = np.array([row for row, _ in repeats if row not in set(different.tolist())], int)
    drops += [_drop(kind, r, "duplicate") for r in table.take(pa.array(same, pa.int64())).to_pylist()]
    return _without(table, np.array([row for row, _ in repeats]))


def joined(table: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """One text per row that names it; null where a column is null."""
    texts = [table[name].cast(pa.string()) for name in columns]
    joined = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, SEPARATOR)
    return joined.combine_chunks()


def _repeats(names: pa.Array) -> list[tuple[int, int]]:
    """(row, first row of the same name) for every later row of a name; nulls have none."""
    codes = names.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    later = np.flatnonzero((codes[order][1:] == codes[order][:-1]) & (codes[order][1:] >= 0)) + 1
    firsts = np.unique(codes, return_index=True)
    first_of = dict(zip(firsts[0].tolist(), firsts[1].tolist(), strict=True))
    return sorted((int(row), first_of[int(codes[row])]) for row in order[later])


def _same(table: pa.Table, row: int, other: int) -> bool:
    content = [name for name in table.column_names if name not in ("file", "line")]
    return all(table[name][row].as_py() == table[name][other].as_py() for name in content)


def _double_error(kind: Kind, table: pa.Table, row: int, first: int) -> InputError:
    field = IDENTITY[kind][-1]
    name, earlier = table[field][row].as_py(), f"{table['file'][first].as_py()} line {table['line'][first].as_py()}"
    problem = f'the id "{name}" is already used with other content at {earlier}'
    return InputError(
        table["file"][row].as_py(),
        problem,
        "give each its own id",
        f"line {table['line'][row].as_py()}",
        field,
        "duplicate_id",
    )


# --- references ------------------------------------------------------------------------------


def _check_references(kind: Kind, table: pa.Table, known: Evidence, on_bad_row: str, drops: list[Drop]) -> pa.Table:
    """Rows must name prompts and candidates that exist, where such tables were given."""
    if len(known.prompt):
        table = _check(kind, table, ("prompt_id",), known.prompt, ("prompt_id",), on_bad_row, drops)
    if len(known.candidate) and kind != "candidate":
        for column in ("a", "b") if kind == "vote" else ("candidate_id",):
            table = _check(
                kind, table, ("prompt_id", column), known.candidate, ("prompt_id", "candidate_id"), on_bad_row, drops
            )
    return table


def _check(
    kind: Kind,
    table: pa.Table,
    columns: tuple[str, ...],
    targets: pa.Table,
    names: tuple[str, ...],
    on_bad_row: str,
    drops: list[Drop],
) -> pa.Table:
    if not len(table):
        return table
    missing = pc.invert(pc.is_in(joined(table, columns), joined(targets, names)))
    rows = np.flatnonzero(missing.to_numpy(zero_copy_only=False))
    if not len(rows):
        return table
    row, what = int(rows[0]), "candidate" if len(columns) == 2 else "prompt"
    name = table[columns[-1]][row].as_py()
    problem = (
        f'the {what} "{name}"'
        + (f' of prompt "{table["prompt_id"][row].as_py()}"' if what == "candidate" else "")
        + " is not known"
    )
    error = InputError(
        table["file"][row].as_py(),
        problem,
        f"correct the id, or add the {what} to the inputs",
        f"line {table['line'][row].as_py()}",
        columns[-1],
        f"unknown_{what}",
    )
    return _refuse(kind, table, rows, error, on_bad_row, drops)


# --- candidates of coded votes ---------------------------------------------------------------


def locate(candidates: pa.Table, votes: CodedVotes) -> np.ndarray:
    """The row of `candidates` of each voted candidate [N], -1 where it is not there."""
    owner = np.repeat(np.arange(len(votes.first) - 1), votes.sizes)
    voted = pc.binary_join_element_wise(
        votes.prompt_ids.take(pa.array(owner)), votes.candidate_ids.take(pa.array(votes.candidate)), SEPARATOR
    )
    return pc.index_in(voted, joined(candidates, IDENTITY["candidate"])).fill_null(-1).to_numpy()


def lengths(candidates: pa.Table, votes: CodedVotes) -> np.ndarray | None:
    """Characters of each voted candidate's text [N], NaN where it is not known; None without texts."""
    if not len(candidates):
        return None
    row = locate(candidates, votes)
    characters = pc.utf8_length(candidates["text"]).to_numpy()
    return np.where(row >= 0, characters[row], np.nan)
