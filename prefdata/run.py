"""Running one step, and running a plan to its end. The only executor: the CLI and the flows call this."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from prefdata.calls.request import RETRIES_USED_UP, BudgetError
from prefdata.errors import InputError, PrefdataError
from prefdata.plan import Job, Step, plan
from prefdata.shards import Manifest, RunDir
from prefdata.steps import exporting, generating, importing, labelling, publishing, selecting
from prefdata.workshop import Live

RUNNERS: dict[str, Callable[[Job, Step], Manifest]] = {
    "import": importing.run,
    "generate": generating.run,
    "label": labelling.run,
    "select": selecting.run,
    "export": exporting.run,
    "publish": publishing.run,
}


def run_step(job: Job, step: Step) -> Manifest:
    """Run one step and return its manifest, which is on disk by then."""
    return RUNNERS[step.kind](replace(job, attempt=step.attempt), step)


def run_plan(
    job: Job, done: Callable[[Step], None] = lambda step: None, watch: Callable[[Live], None] = lambda live: None
) -> Manifest:
    """Run what is left of the plan, one step after the other; the lock must be held."""
    while steps := plan(job):
        if steps[0].kind != "generate":
            for step in steps:
                run_step(job, step)
                done(step)
            continue
        try:
            generating.run_wave(replace(job, attempt=steps[0].attempt), steps, done, watch)
        except PrefdataError as error:
            job = with_what_there_is(job, steps[0], error)
    manifest = job.run.finished("publish")
    assert manifest is not None
    return manifest


def with_what_there_is(job: Job, step: Step, error: PrefdataError) -> Job:
    """The job without further attempts if the budget ended in one; any other error is raised."""
    if step.attempt and isinstance(error.__cause__, BudgetError):
        return replace(job, most_attempts=step.attempt)
    raise error


@contextmanager
def guarded(run: RunDir) -> Iterator[None]:
    """Hold the run's lock; if the inputs prove bad before a first data set exists, leave nothing behind."""
    with run.locked():
        run.ask_again(RETRIES_USED_UP)
        try:
            yield
        except InputError:
            if not run.manifest.exists():
                shutil.rmtree(run.work, ignore_errors=True)
                shutil.rmtree(run.dataset, ignore_errors=True)
            raise
