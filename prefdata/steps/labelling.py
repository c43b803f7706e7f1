"""label: the records of one shard → its comparisons, with everything that selection asks about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.evidence import Evidence, gather, lengths, link, locate
from prefdata.keys import canonical_json
from prefdata.labels.coding import code
from prefdata.labels.comparisons import Comparisons, compare, table
from prefdata.plan import Job, Step, records_of
from prefdata.records import FROM_RATINGS, Kind
from prefdata.report.examples import examples
from prefdata.report.numbers import count
from prefdata.report.strata import strata
from prefdata.shards import Manifest, read_table, write_table
from prefdata.sources.imports.intake import Chunk


def run(job: Job, step: Step) -> Manifest:
    records = load(job, step.part)
    evidence = link(records, job.config.on_bad_row)
    found = compare(code(evidence.vote))
    output = job.run.step(step.name) / "comparisons.parquet"
    rows = (
        table(found).append_column("obstacle", _obstacles(job, evidence, found)).append_column("judges", _judges(found))
    )
    write_table(output, rows)
    facts = {
        "counts": count(found, lengths(evidence.candidate, found.votes)),
        "prompts": len(pc.unique(_prompt_ids(evidence))),
        "candidates": max(len(evidence.candidate), len(found.votes.candidate)),
        "votes_from_ratings": int(
            pc.sum(pc.equal(evidence.vote["source"].cast(pa.string()), FROM_RATINGS)).as_py() or 0
        ),
        "with_images": len(evidence.prompt) - evidence.prompt["images"].null_count,
        "strata": strata(evidence.prompt),
        "examples": examples(evidence, found),
    }
    return job.run.finish(
        step.name, step.key, records.rows, records.rows - len(evidence.drops), evidence.drops, [output], facts
    )


def load(job: Job, shard: int) -> Evidence:
    """The records of a shard as they were imported."""
    paths = [job.run.path / name for name in records_of(job, shard)]
    return gather(Chunk(_kind(path), read_table(path)) for path in paths)


def _kind(path: Path) -> Kind:
    return path.name.split("-")[0]  # type: ignore[return-value]


def _prompt_ids(evidence: Evidence) -> pa.ChunkedArray:
    columns = [getattr(evidence, kind)["prompt_id"].cast(pa.string()) for kind in ("prompt", "candidate", "vote")]
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def _obstacles(job: Job, evidence: Evidence, found: Comparisons) -> pa.Array:
    """Why a pair could not be exported, or null [M]."""
    votes, pairs = found.votes, found.pairs
    row = locate(evidence.candidate, votes)
    first = votes.first[pairs.prompt]
    low, high = row[first + pairs.low], row[first + pairs.high]
    empty, content = _contents(evidence.candidate)
    prompt = (
        pc.index_in(votes.prompt_ids, evidence.prompt["prompt_id"].combine_chunks())
        .fill_null(-1)
        .to_numpy()[pairs.prompt]
    )
    conditions = {
        "missing_prompt": prompt < 0,
        "missing_text": (low < 0) | (high < 0),
        "missing_image": _image_missing(job, evidence.prompt)[prompt],
        "empty_text": empty[low] | empty[high],
        "identical_texts": content[low] == content[high],
    }
    reason = np.select(list(conditions.values()), list(conditions), "")
    return pa.array(reason, mask=reason == "", type=pa.string())


def _contents(candidates: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Per candidate: is its text blank, and a number for its text and context; one more for row -1."""
    text = candidates["text"].combine_chunks()
    empty = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(text)), 0).to_numpy(zero_copy_only=False)
    context = pa.array(
        ["" if turns is None else canonical_json(turns) for turns in candidates["context"].to_pylist()], pa.string()
    )
    number = pc.binary_join_element_wise(text, context, "\x1f").dictionary_encode().indices.to_numpy()
    return np.append(empty, False), np.append(number, -1)


def _image_missing(job: Job, prompts: pa.Table) -> np.ndarray:
    """Which prompts name an image that is not there or lies outside their file's folder; one more for row -1."""
    missing = np.zeros(len(prompts) + 1, bool)
    for row in np.flatnonzero(prompts["images"].is_valid().to_numpy()).tolist():
        folder = image_folder(job, prompts["file"][row].as_py())
        missing[row] = not all(
            is_inside(folder, name) and (folder / name).is_file() for name in prompts["images"][row].as_py()
        )
    return missing


def image_folder(job: Job, file: str) -> Path:
    """Where the image paths of an input file start."""
    return next(given.path for given in job.config.inputs if given.name == file).parent


def is_inside(folder: Path, name: str) -> bool:
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _judges(found: Comparisons) -> pa.Array:
    """The names of the judges of each pair, sorted."""
    votes, pair = found.votes, found.pairs.of_vote
    span = len(votes.judge_ids)
    distinct = np.unique(pair * span + votes.judge)
    owner, judge = np.divmod(distinct, max(span, 1))
    offsets = np.searchsorted(owner, np.arange(len(found.pairs.prompt) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), votes.judge_ids.take(pa.array(judge)))
