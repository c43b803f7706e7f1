"""What prompts get on top of what the config says: by a plan that it names, and by attempts that fell short."""

from __future__ import annotations

import pyarrow as pa

from prefdata.errors import InputError
from prefdata.plan import Job, growing_of
from prefdata.shards import GAPS, read_table
from prefdata.steps.prompting import prompt_ids

GOAL = "pairs"


def extra_rows(job: Job) -> pa.Table:
    """How many candidates of which source prompts get in this attempt on top of what the config says: the config's plan
    and what earlier attempts found missing."""
    plan = job.config.sampling.plan
    tables = [read_table(job.run.path / name) for name in growing_of(job)]
    if not tables and plan:
        tables = [read_table(plan, GAPS.names)]
    return pa.concat_tables([GAPS.empty_table(), *(table.cast(GAPS) for table in tables)])


def planned_pairs(job: Job) -> int | None:
    """How many pairs the config's plan was made for."""
    plan = job.config.sampling.plan
    return goal_of(read_table(plan)) if plan else None


def with_goal(rows: pa.Table, pairs: int) -> pa.Table:
    """A plan that remembers for how many pairs it was made, so that what fills it can be measured by that."""
    return rows.replace_schema_metadata({GOAL: str(pairs)})


def goal_of(plan: pa.Table) -> int | None:
    found = (plan.schema.metadata or {}).get(GOAL.encode())
    return int(found) if found else None


def extra_of(job: Job) -> dict[str, dict[str, int]]:
    """The same by prompt: source → candidates."""
    found: dict[str, dict[str, int]] = {}
    for row in extra_rows(job).select(["prompt_id", "source", "count"]).to_pylist():
        found.setdefault(row["prompt_id"], {})[row["source"]] = row["count"]
    return found


def check_plan(job: Job) -> None:
    """The config's plan must be of these prompts, and not the one that this run writes. Raises InputError."""
    plan = job.config.sampling.plan
    if plan is None:
        return
    if plan.resolve() == job.run.gaps.resolve():
        remedy = "build into another --run-dir, or name a copy of the plan"
        raise InputError(str(plan), "this run would write over its own plan", remedy, None, "candidates.plan")
    known, planned = prompt_ids(job), set(read_table(plan, ["prompt_id"])["prompt_id"].to_pylist())
    if unknown := sorted(planned - known):
        problem = f'{len(unknown)} of its {len(planned)} prompts are not among the inputs, such as "{unknown[0]}"'
        raise InputError(str(plan), problem, "name the plan of a run of the same prompts", reason="unknown_prompt")
