"""The tags of a shard's prompts: given, made by rules, or chosen by a model when candidates were generated."""

from __future__ import annotations

import pyarrow as pa

from prefdata.plan import Job
from prefdata.strata.tags import Tags


def tags_of(job: Job, shard: int, prompts: pa.Table) -> Tags:
    given = prompts["tags"].combine_chunks().cast(pa.string()).fill_null("{}")
    return Tags(prompts["prompt_id"].combine_chunks(), given, pa.array(["{}"] * len(prompts), pa.string()))
