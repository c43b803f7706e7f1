"""label: the records of one shard → its comparisons, with everything that selection asks about."""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa

from prefdata.evidence import Evidence, Locator, checked, gather, judged
from prefdata.keys import canonical_json
from prefdata.labels.coding import HIGH, LOW, TIE, block, code, spans
from prefdata.labels.comparisons import Comparisons, compare, table
from prefdata.objectives.views import View, views
from prefdata.objectives.weighing import weighted
from prefdata.plan import Job, Step, generated_of, imported_of, verified_of
from prefdata.records import Kind
from prefdata.report.examples import Examples, examples, merge
from prefdata.report.numbers import Counts, add, count, named
from prefdata.report.strata import strata
from prefdata.selection.obstacles import Obstacles
from prefdata.selection.traits import Traits
from prefdata.selection.vetoes import Vetoes
from prefdata.shards import Manifest, drop_table, read_table, write_table
from prefdata.sources.imports.intake import Chunk
from prefdata.steps.signing import SIGNATURES, signatures_of
from prefdata.steps.sorting import tags_of
from prefdata.strata.errors import error_types
from prefdata.strata.tags import Tags

OVERALL = {"overall": 1.0}  # what counts where no weights were given


class Part(NamedTuple):
    """What one block of votes gives."""

    comparisons: pa.Table
    counts: Counts
    examples: Examples


def run(job: Job, step: Step) -> Manifest:
    records = gather(record_chunks(job, step.part))
    evidence = checked(records, job.config.on_bad_row)
    tags = tags_of(job, step.part, evidence.prompt)
    seen = [_View(job, step, evidence, tags, view) for view in views(job.config.objectives)]
    main = seen[0]
    outputs = [job.folder("label", step.part) / "comparisons.parquet"]
    write_table(outputs[0], pa.concat_tables([part.comparisons for view in seen for part in view.parts]))
    signatures = signatures_of(job, evidence.prompt)
    if signatures is not None:
        outputs.append(job.folder("label", step.part) / SIGNATURES)
        write_table(outputs[-1], signatures)
    facts = {
        "counts": main.counts,
        **main.evidence.population(main.votes, main.counts["candidates_voted"]),
        "votes_from_ratings": main.evidence.votes_from_ratings,
        "with_images": len(evidence.prompt) - evidence.prompt["images"].null_count,
        "strata": strata(tags.text),
        "examples": merge([part.examples for part in main.parts]),
    }
    rows = (records.rows, evidence.rows)
    return job.run.finish(step.name, step.key, rows, drop_table(evidence.drops), outputs, facts)


class _View:
    """The votes of a shard as one view weighs them, labelled block by block."""

    def __init__(self, job: Job, step: Step, evidence: Evidence, tags: Tags, view: View) -> None:
        self.job, self.tags, self.view = job, tags, view
        self.evidence = judged(weighted(evidence, view, tags))
        self.votes = code(self.evidence.vote)
        self.locator = Locator(self.evidence.candidate, self.votes)
        self.obstacles = Obstacles(self.evidence, self.locator, job.images.trouble)
        self.vetoes = Vetoes(evidence.rating, job.config.selection.must_pass)
        self.traits = Traits(self.evidence, self.locator, _errors(job, step.part, evidence))
        self.parts = [self._part(compare(block(self.votes, *span))) for span in spans(self.votes)]
        counts = reduce(add, [part.counts for part in self.parts])
        self.counts = named(counts, self.votes.judge_ids.to_pylist())

    def _part(self, found: Comparisons) -> Part:
        rows = table(found)
        reason, detail = self.obstacles.of(found)
        text, origin = self.tags.of(rows["prompt_id"].combine_chunks())
        columns = {
            "obstacle": reason, "obstacle_detail": detail, "judges": _judges(found), **self.vetoes.of(rows),
            **self.traits.of(found), "tags": text, "tag_origin": origin, **self._seen_as(text),
        }  # fmt: skip
        rows = reduce(lambda rows, column: rows.append_column(*column), columns.items(), rows)
        return Part(rows, count(found, self.locator.lengths(found.votes)), examples(self.evidence, self.locator, found))

    def _seen_as(self, tags: pa.Array) -> dict[str, pa.Array]:
        """The view and what counts in it for prompts with these tags."""
        coded = tags.dictionary_encode()
        weights = [self.view.of(json.loads(text)) or OVERALL for text in coded.dictionary.to_pylist()]
        dimensions = pa.array([canonical_json(found) for found in weights], pa.string()).take(coded.indices)
        return {"view": pa.repeat(self.view.name, len(tags)), "dimensions": dimensions}


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
