"""select: the comparisons of all shards → pairs, the one step that looks at the whole set."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow as pa

from prefdata.errors import InputError
from prefdata.objectives.unheard import check_heard
from prefdata.objectives.views import loss_weights, views
from prefdata.plan import Job, Step, records_of
from prefdata.report.coverage import coverage
from prefdata.report.likeness import likeness
from prefdata.selection.pairing import select
from prefdata.selection.placing import curriculum_rank, split_of
from prefdata.shards import GAPS, Manifest, read_table, write_table
from prefdata.steps.compared import UNSEEN, Compared
from prefdata.steps.extra import with_goal
from prefdata.steps.filling import filling
from prefdata.steps.growth import growth
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


def run(job: Job, step: Step) -> Manifest:
    config, compared = job.config, Compared(job)
    _check_vote_ids(job)
    check_heard(job)
    clusters = clusters_of(job, job.shards)
    found = select(compared.frame(clusters), config.selection)
    pairs, lacks = _finished(job, found.pairs), filling(job, found)
    growing = growth(job, found, lacks)
    outputs = [_write(job, f"pairs-{shard:04d}", _rows(compared, pairs, shard)) for shard in range(step.of)]
    outputs += [_write(job, "growing-0000", _asked(growing))] if growing is not None else []
    outputs += [_write(job, "gaps", with_goal(_asked(lacks.rows), lacks.goal))] if config.selection.quotas else []
    facts = {
        "target_pairs": config.selection.target_pairs,
        "growing": 0 if growing is None else len(growing),
        "likeness": likeness(clusters),
        "coverage": coverage(found, config.selection, lacks.told),
        "objectives": asdict(config.objectives),
    }
    return job.run.finish(step.name, step.key, (compared.rows, len(pairs)), found.drops, outputs, facts)


def _finished(job: Job, pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with rank, split, weight and type."""
    config, seen = job.config, views(job.config.objectives)
    # The styles of one prompt fall into one split, and prompts that are nearly the same.
    asked = pairs["cluster"].str.rsplit("/", n=1).str[0] if config.styles else pairs["cluster"]
    kind = pairs["view"].map({view.name: view.pair_type for view in seen})
    return pairs.assign(
        curriculum_rank=curriculum_rank(pairs),
        split=split_of(asked, config.splits, config.seed),
        weight=pairs["length_weight"] * loss_weights(seen, pairs["view"].tolist(), pairs["tags"].tolist()),
        pair_type=kind.mask(pairs["hard"], "hard_negative"),
    )


def _rows(compared: Compared, pairs: pd.DataFrame, shard: int) -> pa.Table:
    """The pairs of a shard as rows of its file."""
    own = compared.of_shard(pairs, shard)
    known = pa.schema([column for column in PAIR if column.name not in UNSEEN])
    seen, unseen = pa.Table.from_pandas(own[known.names], known, preserve_index=False), compared.unseen(own, shard)
    columns = {name: (unseen if name in UNSEEN else seen)[name] for name in PAIR.names}
    return pa.table(columns).cast(PAIR)


def _asked(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows.sort_values(["prompt_id", "source"]), schema=GAPS, preserve_index=False)


def _write(job: Job, name: str, table: pa.Table) -> Path:
    path = job.folder("select") / f"{name}.parquet"
    write_table(path, table)
    return path


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
