"""What prompts get on top of the config in the next attempt, while there are fewer pairs than the target."""

from __future__ import annotations

import pandas as pd

from prefdata.plan import Job
from prefdata.selection.growing import grown
from prefdata.selection.pairing import Selected
from prefdata.steps.extra import extra_rows
from prefdata.steps.filling import Filling, together
from prefdata.steps.prompting import prompt_ids
from prefdata.steps.ways import SAMPLE


def growth(job: Job, found: Selected, lacks: Filling) -> pd.DataFrame | None:
    """The rows of a plan; None where there is no target, or enough, or nobody may get more.

    Where quotas are short, the prompts and sources get more that can fill them; else any prompts get more samples.
    """
    config, target = job.config, job.config.selection.target_pairs
    if target is None or not (len(lacks.new) or len(found.pairs) < target):
        return None
    if len(lacks.new):
        return lacks.rows
    more = _more_samples(job, found, target - len(found.pairs)) if config.policies else lacks.new
    return together(lacks.rows, more) if len(more) else None


def _more_samples(job: Job, found: Selected, missing: int) -> pd.DataFrame:
    """The prompts that get more samples, and how many more."""
    sampling, extra = job.config.sampling, extra_rows(job).to_pandas()
    on_top = extra[extra["source"] == SAMPLE].set_index("prompt_id")["count"]
    prompts = pd.DataFrame({"prompt_id": sorted(prompt_ids(job))})
    prompts["samples"] = sampling.per_prompt + prompts["prompt_id"].map(on_top).fillna(0).astype(int)
    prompts["pairs"] = prompts["prompt_id"].map(found.pairs["prompt_id"].value_counts()).fillna(0).astype(int)
    more = grown(prompts, missing, sampling, job.config.selection.most_pairs)
    counts = more["samples"] - prompts["samples"].reindex(more.index)
    return more[["prompt_id"]].assign(source=SAMPLE, count=counts, because="target_pairs")
