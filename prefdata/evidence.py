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
from prefdata.labels.coding import Block, CodedVotes
from prefdata.labels.ratings import votes_from_ratings
from prefdata.records import KINDS, Drop, Kind, Recorded
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
    votes_from_ratings: int = 0

    def population(self, votes: CodedVotes, candidates_voted: int) -> dict[str, int]:
        """How many prompts and candidates there are, voted on or not."""
        ids = [*self.prompt["prompt_id"].chunks, *self.candidate["prompt_id"].chunks, votes.prompt_ids]
        prompts = len(pc.unique(pa.concat_arrays(ids)))
        return {"prompts": prompts, "candidates": max(len(self.candidate), candidates_voted)}

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


def table_schema(kind: Recorded) -> pa.Schema:
    """The Arrow schema of records in memory."""
    coded = pa.dictionary(pa.int32(), pa.string())
    flat = kind in ("vote", "rating")
    fields = [
        pa.field(f.name, coded) if flat and pa.types.is_string(f.type) else f for f in contracts.arrow_schema(kind)
    ]
    origin = [pa.field("file", pa.dictionary(pa.int16(), pa.string())), pa.field("line", pa.int32())]
    return pa.schema([*fields, *origin])


def _empty(kind: Kind) -> pa.Table:
    return table_schema(kind).empty_table()


def link(evidence: Evidence, on_bad_row: str = "fail") -> Evidence:
    """Merge identical doubles, refuse contradictory ones and references to what is not there; ratings become votes."""
    return judged(checked(evidence, on_bad_row))


def judged(known: Evidence) -> Evidence:
    """Ratings become votes, beside those that were given."""
    if not len(known.rating):
        return known
    derived = _typed("vote", votes_from_ratings(known.rating))
    return replace(known, vote=_stack([known.vote, derived]), votes_from_ratings=len(derived))


def checked(evidence: Evidence, on_bad_row: str = "fail") -> Evidence:
    """The same without votes from ratings."""
    drops: list[Drop] = []
    tables = {kind: _merge_doubles(kind, getattr(evidence, kind), on_bad_row, drops) for kind in KINDS}
    known = replace(evidence, **tables)
    for kind in ("candidate", "rating", "vote"):
        tables[kind] = _check_references(kind, tables[kind], known, on_bad_row, drops)
    return Evidence(**tables, drops=drops)


def _refuse(
    kind: Kind, table: pa.Table, rows: np.ndarray, error: InputError, on_bad_row: str, drops: list[Drop], detail: str
) -> pa.Table:
    """Drop rows with the error's reason, or raise it for the first of them. detail: what is said of each drop."""
    if on_bad_row == "fail":
        raise error
    drops += _drops(kind, table, rows.tolist(), error.reason, detail)
    return _without(table, rows)


def _drops(kind: Kind, table: pa.Table, rows: list[int], reason: str, detail: str | None = None) -> list[Drop]:
    found = table.take(pa.array(rows, pa.int64())).to_pylist()
    sides = [(row["a"], row["b"]) if kind == "vote" else (row.get("candidate_id"), None) for row in found]
    return [
        Drop("link", reason, kind, row["prompt_id"], a, b, row["file"], row["line"], detail)
        for row, (a, b) in zip(found, sides, strict=True)
    ]


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
    different = [(row, first) for row, first in repeats if not _same(table, row, first)]
    if different and on_bad_row == "fail":
        raise _double_error(kind, table, *different[0])
    odd = {row for row, _ in different}
    rows = [row for row, _ in repeats]
    drops += _drops(kind, table, sorted(odd), "duplicate_id", "an earlier row with this id has other content")
    drops += _drops(kind, table, [row for row in rows if row not in odd], "duplicate")
    return _without(table, np.array(rows))


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
    if not len(later):
        return []
    rows = np.sort(order[later])
    names, first = np.unique(codes, return_index=True)
    return list(zip(rows.tolist(), first[np.searchsorted(names, codes[rows])].tolist(), strict=True))


def _same(table: pa.Table, row: int, other: int) -> bool:
    content = [name for name in table.column_names if name not in ("file", "line")]
    return all(table[name][row].as_py() == table[name][other].as_py() for name in content)


def _double_error(kind: Kind, table: pa.Table, row: int, first: int) -> InputError:
    field = IDENTITY[kind][-1]
    file, place = _origin(table, row)
    problem = f'the id "{table[field][row]}" is already used with other content at {" ".join(_origin(table, first))}'
    return InputError(file, problem, "give each its own id", place, field, "duplicate_id")


def _origin(table: pa.Table, row: int) -> tuple[str, str]:
    """(file, place in it) of a row."""
    file = table["file"][row].as_py()
    lines = file.endswith((".json", ".jsonl", ".gz"))
    return file, f"{'line' if lines else 'row'} {table['line'][row]}"


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
    file, place = _origin(table, row)
    remedy = f"correct the id, or add the {what} to the inputs"
    error = InputError(file, problem, remedy, place, columns[-1], f"unknown_{what}")
    return _refuse(kind, table, rows, error, on_bad_row, drops, f"its {what} is not known")


# --- candidates of coded votes ---------------------------------------------------------------


class Locator:
    """Finds the rows of voted candidates in a table of candidates, by their codes."""

    def __init__(self, candidates: pa.Table, votes: CodedVotes) -> None:
        self.characters = pc.utf8_length(candidates["text"]).to_numpy()
        self.keys = self.row = np.empty(0, np.int64)
        if len(candidates):
            self.keys, self.row = self._index(candidates, votes)

    def _index(self, candidates: pa.Table, votes: CodedVotes) -> tuple[np.ndarray, np.ndarray]:
        """The codes of the candidates that were voted on, sorted, and their rows."""
        prompt, code = (
            pc.index_in(candidates[name], ids).combine_chunks().fill_null(-1).to_numpy().astype(np.int64)
            for name, ids in (("prompt_id", votes.prompt_ids), ("candidate_id", votes.candidate_ids))
        )
        row = np.flatnonzero((prompt >= 0) & (code >= 0))
        keys = prompt[row] * len(votes.candidate_ids) + code[row]
        order = np.argsort(keys, kind="stable")
        return keys[order], row[order]

    def rows(self, block: Block) -> np.ndarray:
        """The row of each candidate of the block [N], -1 where the table does not have it."""
        prompt = np.repeat(np.arange(len(block.first) - 1), block.sizes) + block.begin
        wanted = prompt * len(block.candidate_ids) + block.candidate
        at = np.searchsorted(self.keys, wanted)
        found = np.append(self.keys, -1)[at] == wanted
        return np.where(found, np.append(self.row, -1)[at], -1)

    def lengths(self, block: Block) -> np.ndarray | None:
        """Characters of the text of each candidate [N], NaN where it is not known; None without any texts."""
        if not len(self.characters):
            return None
        row = self.rows(block)
        return np.where(row >= 0, self.characters[row], np.nan)
