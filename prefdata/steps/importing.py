"""import: one input file → its records, checked and cut into shards by prompt."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prefdata.evidence import table_schema
from prefdata.image_places import KEPT, SOURCES, note_root
from prefdata.keys import partition
from prefdata.plan import Job, Step
from prefdata.shards import ROWS_PER_GROUP, Manifest, drop_table, table_writer, write_json
from prefdata.sources.imports.image_store import ImageStore
from prefdata.sources.imports.intake import Chunk, Intake
from prefdata.sources.imports.watching import watched
from prefdata.sources.styles import styled


def run(job: Job, step: Step) -> Manifest:
    given = job.config.inputs[step.part]
    folder = job.run.step(step.name)
    images = ImageStore(job.images.places[given.name].root, job.config.images, folder / KEPT, job.config.live)
    intake = Intake(given.path, given.name, given.format, job.config.on_bad_row, given.question, images)
    outputs: dict[Path, pq.ParquetWriter] = {}
    with ExitStack() as stack:
        stack.enter_context(images)
        for chunk in watched(intake):
            if job.config.styles:
                chunk = chunk._replace(table=styled(chunk.kind, chunk.table, job.config.styles))
            for shard, table in _cut(chunk, step.of):
                path = folder / f"{chunk.kind}-{shard:04d}.parquet"
                if path not in outputs:
                    outputs[path] = stack.enter_context(table_writer(path, table.schema))
                outputs[path].write_table(table, row_group_size=ROWS_PER_GROUP)
    note_root(folder, images.root)
    rows = (intake.rows, intake.accepted)
    files = [*outputs, *_kept(images, folder)]
    return job.run.finish(step.name, step.key, rows, drop_table(intake.drops), files, intake.facts())


def _kept(images: ImageStore, folder: Path) -> list[Path]:
    """The images that came in rows and from the web, and the file that says from where."""
    files = images.finish()
    if sources := images.sources():
        files.append(folder / SOURCES)
        write_json(files[-1], sources)
    else:
        (folder / SOURCES).unlink(missing_ok=True)
    return files


def _cut(chunk: Chunk, shards: int) -> list[tuple[int, pa.Table]]:
    """The rows of each shard; all rows of a prompt go to one."""
    table = chunk.table.cast(table_schema(chunk.kind))
    if shards == 1:
        return [(0, table)]
    names = table["prompt_id"].cast(pa.string()).combine_chunks().dictionary_encode()
    owner = np.array(partition(names.dictionary.to_pylist(), shards))[names.indices.to_numpy()]
    return [(shard, table.filter(pa.array(owner == shard))) for shard in np.unique(owner).tolist()]
