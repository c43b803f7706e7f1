"""select: the comparisons of all shards → pairs, the one step that looks at the whole set."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa

from prefdata.errors import InputError
from prefdata.objectives.views import views
from prefdata.plan import Job, Step, records_of
from prefdata.selection.growing import grown
from prefdata.selection.pairing import curriculum_rank, select, split_of
from prefdata.shards import Manifest, read_table, write_table
from prefdata.steps.prompting import prompt_ids, samples_of
from prefdata.steps.signing import clusters_of

TEXTS = ("prompt_id", "chosen_id", "rejected_id", "split", "pair_type", "view", "dimensions", "tags", "tag_origin")
PAIR = pa.schema(
    [
        *[(name, pa.string()) for name in (*TEXTS, "difficulty")],
        *[(name, pa.float64()) for name in ("probability", "strength", "margin", "weight", "implicit_margin")],
        *[(name, pa.int64()) for name in ("curriculum_rank", "wins_chosen", "wins_rejected", "ties")],
        ("judges", pa.list_(pa.struct([("judge", pa.string()), *((side, pa.int64()) for side in ("a", "b", "tie"))]))),
        ("chosen_is_a", pa.bool_()),
    ]
)


GROWING = pa.schema([("prompt_id", pa.string()), ("samples", pa.int64())])


def run(job: Job, step: Step) -> Manifest:
    config = job.config
    _check_vote_ids(job)
    shards = [read_table(job.folder("label", shard) / "comparisons.parquet").to_pandas() for shard in range(step.of)]
    comparisons = pd.concat(shards, keys=range(step.of), names=["shard", "row"])
    clusters = clusters_of(job, step.of)
    pairs, drops = select(_joined(comparisons, clusters), config.selection)
    pairs["curriculum_rank"] = curriculum_rank(pairs)
    # The styles of one prompt fall into one split, and prompts that are nearly the same.
    asked = pairs["cluster"].str.rsplit("/", n=1).str[0] if config.styles else pairs["cluster"]
    pairs["split"] = split_of(asked, config.splits, config.seed)
    seen = {view.name: view for view in views(config.objectives)}
    pairs["weight"] = pairs["view"].map({name: view.weight for name, view in seen.items()})
    pairs["pair_type"] = pairs["view"].map({name: view.pair_type for name, view in seen.items()})
    growing = _growing(job, pairs)
    outputs = [_write(job, "pairs", shard, _pairs_of(pairs, shard)) for shard in range(step.of)]
    outputs += [_write(job, "growing", 0, growing)] if len(growing) else []
    facts = {"target_pairs": config.selection.target_pairs, "growing": len(growing)}
    return job.run.finish(step.name, step.key, (len(comparisons), len(pairs)), drops, outputs, facts)


def _joined(comparisons: pd.DataFrame, clusters: pd.DataFrame | None) -> pd.DataFrame:
    """The comparisons with what is known of their prompts' likeness to others; each stands alone if nothing is."""
    if clusters is None:
        return comparisons.assign(cluster=comparisons["prompt_id"], twin_of=None, contaminated=None)
    return comparisons.join(clusters, on="prompt_id")


def _pairs_of(pairs: pd.DataFrame, shard: int) -> pa.Table:
    own = pairs[pairs.index.get_level_values("shard") == shard].sort_values(
        ["prompt_id", "view", "chosen_id", "rejected_id"]
    )
    return pa.Table.from_pandas(own[PAIR.names], schema=PAIR, preserve_index=False)


def _write(job: Job, what: str, shard: int, table: pa.Table) -> Path:
    path = job.folder("select") / f"{what}-{shard:04d}.parquet"
    write_table(path, table)
    return path


def _growing(job: Job, pairs: pd.DataFrame) -> pa.Table:
    """How many samples each prompt gets in the next attempt, for those that ever got more; empty if there is none."""
    config = job.config
    missing = (config.selection.target_pairs or 0) - len(pairs)
    if missing <= 0 or not config.policies:
        return GROWING.empty_table()
    prompts = pd.DataFrame({"prompt_id": sorted(prompt_ids(job))})
    before = samples_of(job)
    prompts["samples"] = [before.get(name, config.sampling.per_prompt) for name in prompts["prompt_id"]]
    prompts["pairs"] = prompts["prompt_id"].map(pairs["prompt_id"].value_counts()).fillna(0).astype(int)
    more = grown(prompts, missing, config.sampling, config.selection.max_pairs_per_prompt)
    samples = {**before, **dict(zip(more["prompt_id"], more["samples"].tolist(), strict=True))} if len(more) else {}
    rows = [{"prompt_id": name, "samples": count} for name, count in sorted(samples.items())]
    return pa.Table.from_pylist(rows, schema=GROWING)


def _check_vote_ids(job: Job) -> None:
    """A vote_id names one vote in all shards; within each shard `evidence.link` has seen to it."""
    if job.shards == 1:
        return
    shards = [_named_votes(job, shard) for shard in range(job.shards)]
    named = pd.concat(shards, ignore_index=True)
    if (again := named["vote_id"].duplicated()).any():
        vote_id, file, line = named[again].iloc[0]
        problem = f'the id "{vote_id}" is already used for a vote on another prompt'
        raise InputError(file, problem, "give each its own id", f"line {line}", "vote_id", "duplicate_id")


def _named_votes(job: Job, shard: int) -> pd.DataFrame:
    """vote_id, file and line of the votes of a shard that have an id, each id once."""
    columns = ["vote_id", "file", "line"]
    names = [name for name in records_of(job, shard) if "/vote-" in name]
    found = [read_table(job.run.path / name, columns).to_pandas().dropna() for name in names]
    return pd.concat([pd.DataFrame(columns=columns), *found]).drop_duplicates("vote_id")
