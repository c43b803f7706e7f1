"""The tags of a shard's prompts: given, made by rules, or chosen by a model when candidates were generated."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from prefdata.image_places import ImagePlaces
from prefdata.plan import Job, strata_of
from prefdata.shards import read_table
from prefdata.strata.rules import MAKERS, Shown
from prefdata.strata.rules.question import last_asked
from prefdata.strata.settings import Stratum
from prefdata.strata.tags import RULES, Given, Made, Tags, combined

QUESTION_TYPE = "question_type"


def tags_of(job: Job, shard: int, prompts: pa.Table) -> Tags:
    """What is given stands above what is made; rules make a tag only where it is not given."""
    given = Given(prompts["tags"].combine_chunks())
    ids = prompts["prompt_id"].combine_chunks()
    made: list[Made] = []
    for stratum in sorted(job.config.strata, key=lambda each: each.tag != QUESTION_TYPE):  # task follows from it
        types = pc.coalesce(given.of(QUESTION_TYPE), *(each.values for each in made if each.tag == QUESTION_TYPE))
        if stratum.model:
            made.append(_chosen(job, shard, stratum, ids))
        else:
            missing = given.of(stratum.tag).is_null().to_numpy(zero_copy_only=False)
            made.append(_by_rules(job.images, stratum.tag, prompts, np.flatnonzero(missing), types))
    return combined(ids, given, made)


def _chosen(job: Job, shard: int, stratum: Stratum, prompt_ids: pa.Array) -> Made:
    """What the model chose; null for prompts that it was not asked about, or gave no answer for."""
    assert stratum.model is not None
    columns = ["prompt_id", "tag", "value"]
    tables = [read_table(job.run.path / name, columns) for name in strata_of(job, shard)]
    if not tables:
        return Made(stratum.tag, pa.nulls(len(prompt_ids), pa.string()), stratum.model.model)
    table = pa.concat_tables(tables)
    own = table.filter(pc.equal(table["tag"], stratum.tag))
    row = pc.index_in(prompt_ids, own["prompt_id"].combine_chunks())
    return Made(stratum.tag, own["value"].combine_chunks().take(row), stratum.model.model)


def _by_rules(images: ImagePlaces, tag: str, prompts: pa.Table, row: np.ndarray, types: pa.Array) -> Made:
    """The tag of the prompts at `row` by its rules; types [P]: the question types that are known."""
    rows = pa.array(row)
    asked = prompts.take(rows)
    names = asked["images"].to_pylist()
    shown = Shown(
        text=last_asked(asked["messages"].combine_chunks()),
        with_image=np.array([bool(each) for each in names], bool),
        question_type=types.take(rows),
        pictures=partial(_pictures, images, asked["file"].to_pylist(), names),
    )
    place = np.full(len(prompts), -1)
    place[row] = np.arange(len(row))
    return Made(tag, MAKERS[tag](shown).take(pa.array(place, mask=place < 0)), RULES)


def _pictures(images: ImagePlaces, files: Sequence[str], names: Sequence[Sequence[str] | None]) -> list[Path | None]:
    """The file of each prompt's first image that can be used."""
    return [
        next((images.path(file, name) for name in shown or () if images.trouble(file, name) is None), None)
        for file, shown in zip(files, names, strict=True)
    ]
