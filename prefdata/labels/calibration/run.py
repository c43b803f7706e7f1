"""The votes of a finished run, as they were said: of the prompts that a calibration asks about, and of no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, Locator, checked, gather, judged
from prefdata.keys import fraction
from prefdata.labels.coding import block, code, spans
from prefdata.labels.trust import Read, stratum_of
from prefdata.records import KINDS, Kind
from prefdata.shards import RunDir, read_json, read_table
from prefdata.sources.imports.intake import Chunk

MOST = 4_000  # prompts that say enough of judges


class File(NamedTuple):
    """A table that a step of the run put out."""

    step: str
    kind: str
    name: str


class Run:
    """A complete run, read without its config."""

    def __init__(self, run: RunDir) -> None:
        self.run = run
        steps = read_json(run.manifest)["steps"]
        self.files = [_file(step, name) for step in steps for name in step["outputs"] if name.endswith(".parquet")]

    def evidence(self, prompts: pa.Array) -> Evidence:
        """The records of these prompts, ratings turned into votes by the weights that they came with."""
        tables = (Chunk(cast(Kind, file.kind), self._table(file, prompts)) for file in self._records(KINDS))
        return judged(checked(gather(chunk for chunk in tables if len(chunk.table)), "drop"))

    def read(self, prompts: pa.Array, by: str | None = None, without: Iterable[str] = ()) -> list[Read]:
        """The votes on these prompts, coded alike; `by`: the tag that makes strata; `without`: judges left out."""
        known, tags = self.evidence(prompts), self.tags(prompts) if by else {}
        left_out = pc.is_in(known.vote["judge"], pa.array(list(without), pa.string()))
        votes = code(known.vote.filter(pc.invert(left_out)))
        locator = Locator(known.candidate, votes)
        found = []
        for part in (block(votes, *span) for span in spans(votes)):
            strata = stratum_of([tags.get(name, "{}") for name in part.prompt_ids.to_pylist()], by)
            found.append(Read(part, strata, locator.lengths(part)))
        return found

    def sample(self) -> pa.Array:
        """Up to MOST prompts with votes, by lot of their ids."""
        columns = [read_table(self.run.path / f.name, ["prompt_id"])["prompt_id"] for f in self._records(SAID)]
        ids = {name for column in columns for name in column.unique().to_pylist()}
        return pa.array(sorted(ids, key=lambda name: (fraction(name, 1), name))[:MOST], pa.string())

    def tags(self, prompts: pa.Array) -> dict[str, str]:
        """The tags of these prompts, given or made: JSON objects."""
        rows: list[dict[str, Any]] = []
        for file in self.files:
            if file.kind == "comparisons":
                table = read_table(self.run.path / file.name, ["prompt_id", "tags"])
                rows += table.filter(pc.is_in(table["prompt_id"], prompts)).to_pylist()
        return {row["prompt_id"]: row["tags"] for row in rows}

    def _records(self, kinds: Iterable[str]) -> Iterator[File]:
        return (file for file in self.files if file.kind in kinds and file.step in ("import", "generate"))

    def _table(self, file: File, prompts: pa.Array) -> pa.Table:
        table = read_table(self.run.path / file.name)
        return table.filter(pc.is_in(table["prompt_id"].cast(pa.string()), prompts))


SAID = ("rating", "vote")


def _file(step: dict[str, Any], name: str) -> File:
    kind = name.rsplit("/", 1)[-1].removesuffix(".parquet").partition("-")[0]
    return File(step["step"].partition("-")[0], kind, name)
