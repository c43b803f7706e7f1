"""label: the records of one shard → its comparisons, with everything that selection asks about."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa

from prefdata.evidence import Locator, gather, link
from prefdata.labels.coding import HIGH, LOW, TIE, block, code, spans
from prefdata.labels.comparisons import Comparisons, compare, table
from prefdata.plan import Job, Step, generated_of, imported_of
from prefdata.records import Kind
from prefdata.report.examples import Examples, examples, merge
from prefdata.report.numbers import Counts, add, count, named
from prefdata.report.strata import strata
from prefdata.selection.obstacles import Obstacles
from prefdata.selection.vetoes import Vetoes
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
    obstacles = Obstacles(evidence, locator, job.images.trouble)
    vetoes = Vetoes(evidence.rating, job.config.selection.must_pass)
    parts = []
    for found in (compare(block(votes, *span)) for span in spans(votes)):
        reason, detail = obstacles.of(found)
        rows = table(found)
        columns = {"obstacle": reason, "obstacle_detail": detail, "judges": _judges(found), **vetoes.of(rows)}
        rows = reduce(lambda rows, column: rows.append_column(*column), columns.items(), rows)
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
    """The records of a shard, imported ones in the order of the inputs, then generated ones."""
    return _chunks(job, [*imported_of(job, shard), *generated_of(job, shard)])


def imported_chunks(job: Job, shard: int) -> list[Chunk]:
    """The imported records of a shard."""
    return _chunks(job, list(imported_of(job, shard)))


def _chunks(job: Job, names: list[str]) -> list[Chunk]:
    return [Chunk(_kind(job.run.path / name), read_table(job.run.path / name)) for name in names]


def _kind(path: Path) -> Kind:
    return cast(Kind, path.name.split("-")[0])


def _judges(found: Comparisons) -> pa.Array:
    """Who voted for what: per pair a list of judges with their votes for a, for b, and their ties."""
    votes, pair = found.votes, found.pairs.of_vote
    span = max(len(votes.judge_ids), 1)
    both, place = np.unique(pair * span + votes.judge, return_inverse=True)
    counts = np.bincount(place * 4 + votes.outcome, minlength=4 * len(both)).reshape(-1, 4)
    owner, judge = np.divmod(both, span)
    offsets = np.searchsorted(owner, np.arange(len(found.pairs.prompt) + 1)).astype(np.int32)
    columns = [votes.judge_ids.take(pa.array(judge)), *(pa.array(counts[:, side]) for side in (LOW, HIGH, TIE))]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(columns, ["judge", "a", "b", "tie"]))
