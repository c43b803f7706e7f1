"""A dimension that nobody spoke of in a whole run: its weight or floor does nothing, and its name may be a slip."""

from __future__ import annotations

from functools import reduce
from typing import Any

from prefdata.casting.dimensions import check_scored, scored
from prefdata.plan import Job
from prefdata.report.numbers import add


def check_heard(job: Job) -> None:
    """Raise InputError for such a name in the config, once all shards are labelled.

    What a judge of the config scores is known, whatever became of its answers; weights of a tag may be for prompts that
    are not there, and are refused only where they look like a slip.
    """
    labels = (job.finished("label", shard) for shard in range(job.shards))
    found: dict[str, Any] = reduce(add, [manifest.facts["objectives"] for manifest in labels if manifest], {})
    if not found:
        return
    path, objectives = job.config.path, job.config.objectives
    rated = sorted({*found["spoken"]["rating"], *scored(job.config.judges)})
    known = sorted({*rated, *found["spoken"]["vote"]})
    weightings = [objectives.weights, *objectives.conditions.values()]
    check_scored(path, "objectives", sorted({name for weights in weightings for name in weights}), known, False)
    check_scored(path, "objectives.floors", objectives.floors, rated, False)
    check_scored(path, "objectives.by_tag", objectives.dimensions, known, True)
