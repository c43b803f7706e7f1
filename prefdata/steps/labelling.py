"""label: the records of one shard → its comparisons, with everything that selection asks about."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa

from prefdata.evidence import Evidence, checked, gather
from prefdata.objectives.views import views
from prefdata.plan import Job, Step, generated_of, imported_of, verified_of
from prefdata.records import Kind
from prefdata.report.objectives import counted
from prefdata.report.strata import strata
from prefdata.shards import Manifest, drop_table, read_table, write_table
from prefdata.sources.imports.intake import Chunk
from prefdata.steps.labelled import Labelled
from prefdata.steps.signing import SIGNATURES, signatures_of
from prefdata.steps.sorting import tags_of
from prefdata.strata.errors import error_types

COMPARISONS, REMOVED = "comparisons.parquet", "removed.parquet"


def run(job: Job, step: Step) -> Manifest:
    records = gather(record_chunks(job, step.part))
    evidence = checked(records, job.config.on_bad_row)
    tags = tags_of(job, step.part, evidence.prompt)
    errors = _errors(job, step.part, evidence)
    seen = [Labelled(job, evidence, tags, view, errors) for view in views(job.config.objectives)]
    tables = {
        COMPARISONS: pa.concat_tables([one.comparisons for one in seen if one.view.paired]),
        REMOVED: pa.concat_tables([one.removed for one in seen if one.view.paired]),
        SIGNATURES: signatures_of(job, evidence.prompt, evidence.candidate),
    }
    facts = {
        **seen[0].facts(),
        "with_images": len(evidence.prompt) - evidence.prompt["images"].null_count,
        "strata": strata(tags.text),
        "objectives": counted(evidence, job.config.objectives),
    }
    outputs = [_write(job, step, name, table) for name, table in tables.items() if table is not None]
    rows = (records.rows, evidence.rows)
    return job.run.finish(step.name, step.key, rows, drop_table(evidence.drops), outputs, facts)


def _write(job: Job, step: Step, name: str, table: pa.Table) -> Path:
    path = job.folder("label", step.part) / name
    write_table(path, table)
    return path


def _errors(job: Job, shard: int, evidence: Evidence) -> pa.Array:
    """What is wrong with each candidate."""
    files = {kind: read_table(job.run.path / name) for kind, name in verified_of(job, shard).items()}
    return error_types(evidence.candidate, evidence.rating, files.get("claim"), files.get("verdict"))


def record_chunks(job: Job, shard: int) -> list[Chunk]:
    """The records of a shard, imported ones in the order of the inputs, then generated ones."""
    return _chunks(job, [*imported_of(job, shard), *generated_of(job, shard)])


def imported_chunks(job: Job, shard: int) -> list[Chunk]:
    """The imported records of a shard."""
    return _chunks(job, list(imported_of(job, shard)))


def _chunks(job: Job, names: list[str]) -> list[Chunk]:
    return [Chunk(_kind(job.run.path / name), read_table(job.run.path / name)) for name in names]


def _kind(path: Path) -> Kind:
    return cast(Kind, path.name.split("-")[0])
