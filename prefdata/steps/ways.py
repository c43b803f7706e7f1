"""The ways to more candidates: the policies' samples and the config's sources, and how much of each prompts may get."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prefdata.models import Source
from prefdata.plan import Job, imported_of
from prefdata.selection.supply import Way
from prefdata.shards import read_table
from prefdata.sources.drafting import STARTS_AFRESH

SAMPLE, IMPORT = "sample", "import"


def ways_of(job: Job, names: pd.Index, extra: pd.DataFrame) -> list[Way]:
    """One for the samples, if there are policies, and one for each source, in their order.

    names: of all prompts [P]; extra: what prompts got on top of the config. Of no source a prompt gets more than
    `max_per_prompt`, of what is made from imported candidates no more than it has of these.
    """
    sampling = job.config.sampling
    found: dict[str, Way] = {}
    if job.config.policies:
        made = sampling.per_prompt + _on_top(extra, SAMPLE, names)
        most = np.maximum(made, sampling.max_per_prompt)
        found[SAMPLE] = Way(SAMPLE, made, most, each=sampling.per_prompt)
    for source in job.config.sources:
        made = source.count + _on_top(extra, source.name, names)
        most = np.minimum(np.maximum(made, sampling.max_per_prompt), _bases(job, source, found, names))
        found[source.name] = Way(source.name, made, most, source.of if _is_made_from(source, found) else None)
    return list(found.values())


def _on_top(extra: pd.DataFrame, source: str, names: pd.Index) -> np.ndarray:
    rows = extra[extra["source"] == source].set_index("prompt_id")["count"]
    return rows.reindex(names, fill_value=0).to_numpy(np.int64)


def _is_made_from(source: Source, ways: dict[str, Way]) -> bool:
    return source.kind not in STARTS_AFRESH and source.of in ways


def _bases(job: Job, source: Source, ways: dict[str, Way], names: pd.Index) -> np.ndarray:
    """The most candidates that a source can start from [P]."""
    if source.kind == "reference":
        return np.ones(len(names), np.int64)
    if source.kind in STARTS_AFRESH:
        return np.full(len(names), np.iinfo(np.int64).max)
    return _imported(job, names) if source.of == IMPORT else ways[source.of].most


def _imported(job: Job, names: pd.Index) -> np.ndarray:
    """How many candidates the inputs give each prompt [P]."""
    files = [name for shard in range(job.shards) for name in imported_of(job, shard) if "/candidate-" in name]
    columns = [read_table(job.run.path / name, ["prompt_id"]).to_pandas() for name in files]
    found = pd.concat([pd.DataFrame({"prompt_id": []}), *columns])["prompt_id"].value_counts()
    return found.reindex(names, fill_value=0).to_numpy(np.int64)
