"""What tells prompts of all shards that are nearly the same: signatures when labelling, clusters when selecting."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from prefdata.plan import Job

SIGNATURES = "signatures.parquet"


def signatures_of(job: Job, prompts: pa.Table) -> pa.Table | None:
    """By what a shard's prompts are compared; None where the config asks for no comparison."""
    return None


def clusters_of(job: Job, shards: int) -> pd.DataFrame | None:
    """Of every prompt: `cluster` (the least id of those that belong together), `twin_of` (the prompt of which it is
    another copy, or None) and `contaminated` (the benchmark file that has it, or None); index: prompt_id."""
    return None
