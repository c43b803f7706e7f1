"""The build as a Prefect flow: the CLI's plan, each step a task, a shard a task where there are shards.

Prefect shows and schedules; what is done is known by the manifests in the run directory alone, so a
new flow run on the same directory goes on where the last one stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task, unmapped
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait

import flows  # noqa: F401  (its settings must stand before prefect is imported)
from prefdata.config import load
from prefdata.errors import PrefdataError
from prefdata.plan import Job, Step, job, plan
from prefdata.run import guarded, run_step, with_what_there_is
from prefdata.shards import RunDir, read_json


def _worth_retrying(task: Any, run: Any, state: Any) -> bool:
    """Bad input stays bad; anything else may pass (a full disk, a network file system)."""
    return not isinstance(state.result(raise_on_failure=False), PrefdataError | AssertionError)


@task(
    task_run_name="{step.name}",
    retries=2,
    retry_delay_seconds=[2, 10],
    retry_jitter_factor=0.5,
    retry_condition_fn=_worth_retrying,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def step_task(work: Job, step: Step) -> int:
    """Run one step; returns the rows it put out."""
    return run_step(work, step).rows_out


@flow(name="prefdata-build")
def build(config: str, run_dir: str | None = None) -> str:
    """Build the data set of `config`; returns the run directory."""
    settings = load(Path(config))
    run = RunDir(Path(run_dir) if run_dir else settings.run_dir)
    with guarded(run):
        work = job(settings, run)
        while steps := plan(work):
            try:
                futures = step_task.map(unmapped(work), steps)
                wait(futures)  # of all, before an error of one lets go of the run
                futures.result()
            except PrefdataError as error:
                work = with_what_there_is(work, steps[0], error)
        _show(run)
    return str(run.path)


def _show(run: RunDir) -> None:
    """Artifacts: what was dropped, the card, links to the report and the data set."""
    facts = read_json(run.summary)
    create_table_artifact(
        facts["drops"] or [{"stage": "", "reason": "nothing was dropped", "rows": 0}],
        key="prefdata-drops",
        description="Rows left out, by stage and reason",
    )
    create_markdown_artifact(
        run.card.read_text(encoding="utf-8"), key="prefdata-card", description="The data set's card"
    )
    create_link_artifact(run.report.resolve().as_uri(), key="prefdata-report", link_text="report.html")
    create_link_artifact(run.dataset.resolve().as_uri(), key="prefdata-dataset", link_text="dataset")
