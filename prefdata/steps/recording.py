"""The outcomes of a shard's prompts → its record files.

Prompts end in any order and are written in theirs, as soon as those before them are there: equal answers
give equal bytes, and memory holds only what waits for a slower prompt.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from prefdata.evidence import table_schema
from prefdata.outcome import GENERATED, Outcome
from prefdata.plan import Job, Step
from prefdata.records import Drop, Recorded
from prefdata.shards import Manifest, drop_table, table_writer
from prefdata.sources.imports.intake import record_table

ROWS = 4096  # records a row group
IN_ORDER = ("claim", "verdict")  # noted when all is known, as the texts have them


class Recording:
    """`prompts`: how many the shard has, once that is known."""

    def __init__(self, job: Job, step: Step) -> None:
        self.job, self.step = job, step
        self.prompts: int | None = None
        self._early: dict[int, Outcome] = {}
        self._next = self._begun = self._done = 0
        self._rows: dict[Recorded, list[dict[str, Any]]] = {kind: [] for kind in GENERATED}
        self._lines: dict[Recorded, int] = dict.fromkeys(GENERATED, 0)
        self._drops: list[Drop] = []
        self._writers: dict[Path, pq.ParquetWriter] = {}
        self._files = ExitStack()

    @property
    def is_complete(self) -> bool:
        return self.prompts == self._next

    def add(self, place: int, outcome: Outcome) -> None:
        """Take the outcome of the prompt that stands at `place` in the shard."""
        self._early[place] = outcome
        while self._next in self._early:
            self._take(self._early.pop(self._next))
            self._next += 1

    def _take(self, outcome: Outcome) -> None:
        self._begun += outcome.begun
        self._done += outcome.done
        self._drops += sorted(outcome.drops, key=str)
        for kind in GENERATED:
            rows = outcome.rows[kind]
            self._rows[kind] += rows if kind in IN_ORDER else sorted(rows, key=str)
            if len(self._rows[kind]) >= ROWS:
                self._write(kind)

    def _write(self, kind: Recorded) -> None:
        rows, first = self._rows[kind], self._lines[kind] + 1
        if not rows:
            return
        table = record_table(kind, [{**row, "line": first + n} for n, row in enumerate(rows)], "generated")
        path = self.job.run.step(self.step.name) / f"{kind}-{self.step.part:04d}.parquet"
        if path not in self._writers:
            self._writers[path] = self._files.enter_context(table_writer(path, table_schema(kind)))
        self._writers[path].write_table(table.cast(table_schema(kind)), row_group_size=len(rows))
        self._lines[kind], self._rows[kind] = self._lines[kind] + len(rows), []

    def finish(self) -> Manifest:
        """Write what is left, then the manifest."""
        for kind in GENERATED:
            self._write(kind)
        self._files.close()
        rows = (self._begun, self._done)
        return self.job.run.finish(
            self.step.name, self.step.key, rows, drop_table(self._drops), list(self._writers), {}
        )

    def abandon(self) -> None:
        """Leave nothing of an unfinished shard: a file that is not whole never gets its name."""
        self._files.__exit__(_AbandonedError, _AbandonedError(), None)


class _AbandonedError(Exception):
    """Tells the open files that they will not be finished."""
