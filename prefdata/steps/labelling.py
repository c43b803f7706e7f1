"""label: the records of one shard → its comparisons, with everything that selection asks about."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa

from prefdata.evidence import Locator, gather, link
from prefdata.labels.coding import block, code, spans
from prefdata.labels.comparisons import Comparisons, compare, table
from prefdata.plan import Job, Step, records_of
from prefdata.records import Kind
from prefdata.report.examples import Examples, examples, merge
from prefdata.report.numbers import Counts, add, count, named
from prefdata.report.strata import strata
from prefdata.selection.obstacles import Obstacles
from prefdata.shards import Manifest, drop_table, read_table, write_table
from prefdata.sources.imports.intake import Chunk


class Part(NamedTuple):
    """What one block of votes gives."""

    comparisons: pa.Table
    counts: Counts
    examples: Examples


def run(job: Job, step: Step) -> Manifest:
    records = gather(record_chunks(job, step.part))
    evidence = link(records, job.config.on_bad_row)
    votes = code(evidence.vote)
    locator = Locator(evidence.candidate, votes)
    obstacles = Obstacles(evidence, locator, job.image_folders)
    parts = []
    for found in (compare(block(votes, *span)) for span in spans(votes)):
        rows = table(found).append_column("obstacle", obstacles.of(found)).append_column("judges", _judges(found))
        parts.append(Part(rows, count(found, locator.lengths(found.votes)), examples(evidence, locator, found)))
    counts = named(reduce(add, [part.counts for part in parts]), votes.judge_ids.to_pylist())
    output = job.run.step(step.name) / "comparisons.parquet"
    write_table(output, pa.concat_tables([part.comparisons for part in parts]))
    facts = {
        "counts": counts,
        **evidence.population(votes, counts["candidates_voted"]),
        "votes_from_ratings": evidence.votes_from_ratings,
        "with_images": len(evidence.prompt) - evidence.prompt["images"].null_count,
        "strata": strata(evidence.prompt),
        "examples": merge([part.examples for part in parts]),
    }
    rows = (records.rows, evidence.rows - evidence.votes_from_ratings)
    return job.run.finish(step.name, step.key, rows, drop_table(evidence.drops), [output], facts)


def record_chunks(job: Job, shard: int) -> list[Chunk]:
    """The records of a shard as they were imported, in the order of the inputs."""
    paths = [job.run.path / name for name in records_of(job, shard)]
    return [Chunk(_kind(path), read_table(path)) for path in paths]


def _kind(path: Path) -> Kind:
    return cast(Kind, path.name.split("-")[0])


def _judges(found: Comparisons) -> pa.Array:
    """The names of the judges of each pair, sorted."""
    votes, pair = found.votes, found.pairs.of_vote
    span = max(len(votes.judge_ids), 1)
    owner, judge = np.divmod(np.unique(pair * span + votes.judge), span)
    offsets = np.searchsorted(owner, np.arange(len(found.pairs.prompt) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), votes.judge_ids.take(pa.array(judge)))
