"""publish: the finished steps → drops.parquet, the card, report.html and, last, manifest.json."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from prefdata import __version__, contracts
from prefdata.export.card import card
from prefdata.labels.removed import REMOVED
from prefdata.plan import Job, Step, published, splits_of, verified_of
from prefdata.report.page import render
from prefdata.report.summary import summarise
from prefdata.shards import DROPS, Manifest, drop_table, read_table, table_writer, write_json, write_table, write_text
from prefdata.steps import labelling

WRITTEN = re.compile(r"(train|validation|test)-\d{5}-of-\d{5}\.parquet")


def run(job: Job, step: Step) -> Manifest:
    run, manifests = job.run, finished_steps(job)
    _collect(run.drops, DROPS, [run.step(m.step) / "drops.parquet" for m in manifests if m.drops])
    _collect(run.removed, REMOVED, [job.folder("label", shard) / labelling.REMOVED for shard in range(job.shards)])
    verified, gaps = _collect_verified(job), _collect_gaps(job)
    facts = summarise(job.config.name, splits_of(job.config), manifests)
    write_text(run.card, card(facts))
    write_json(run.summary, facts)
    write_text(run.report, render(facts))
    _remove_earlier(run.dataset, manifests)
    selected = next(m for m in manifests if m.step.startswith("select"))
    outputs = [run.drops, run.removed, run.card, run.report, run.summary, run.manifest, *verified, *gaps]
    whole = {
        "step": "build",
        "key": step.key,
        "rows_in": selected.rows_in,
        "rows_out": facts["pairs"],
        "drops": selected.drops,
        "outputs": {
            name: digest for m in manifests if m.step.startswith("export") for name, digest in m.outputs.items()
        },
        "facts": {"prefdata": __version__, "name": job.config.name, **facts["figures"]},
        "steps": [{name: value for name, value in asdict(m).items() if name != "facts"} for m in manifests],
    }
    write_json(run.manifest, whole)
    return run.finish(step.name, step.key, (facts["pairs"], facts["pairs"]), drop_table([]), outputs, {})


def finished_steps(job: Job) -> list[Manifest]:
    """The manifests of every step before publish, in order."""
    found = (job.run.finished(step.name) for step in published(job))
    return [manifest for manifest in found if manifest is not None]


def _collect(path: Path, schema: pa.Schema, parts: list[Path]) -> None:
    """The tables of several steps as one file."""
    with table_writer(path, schema) as writer:
        for part in parts:
            writer.write_table(read_table(part))


def _collect_verified(job: Job) -> list[Path]:
    """The claims of all shards and the verdicts on them as a file each, where anything was verified."""
    found = [verified_of(job, shard) for shard in range(job.shards)]
    written = []
    for kind, path in job.run.verified.items():
        parts = [job.run.path / names[kind] for names in found if kind in names]
        path.unlink(missing_ok=True)
        if parts:
            columns = contracts.arrow_schema(kind)
            with table_writer(path, columns) as writer:
                for part in parts:
                    _copy(part, columns, writer)
            written.append(path)
    return written


def _collect_gaps(job: Job) -> list[Path]:
    """The plan that fills the gaps, where quotas were set."""
    path, found = job.run.gaps, job.folder("select") / "gaps.parquet"
    selected = job.finished("select")
    path.unlink(missing_ok=True)
    if not selected or str(found.relative_to(job.run.path)) not in selected.outputs:
        return []
    write_table(path, read_table(found))
    return [path]


def _copy(part: Path, columns: pa.Schema, writer: pq.ParquetWriter) -> None:
    """A file's row groups, one after the other, without where each row came from."""
    file = pq.ParquetFile(part)
    for group in range(file.num_row_groups):
        writer.write_table(file.read_row_group(group, columns.names).cast(columns))


def _remove_earlier(dataset: Path, manifests: list[Manifest]) -> None:
    """Data set files of an earlier build with other splits or shards; nothing that we did not write."""
    known = {Path(name).name for manifest in manifests for name in manifest.outputs}
    for path in dataset.glob("*-of-*.parquet"):
        if path.name not in known and WRITTEN.fullmatch(path.name):
            path.unlink()
