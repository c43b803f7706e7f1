"""Names that nothing in a whole run bears: their weights or floors do nothing, and they may be slips."""

from __future__ import annotations

from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import Any

from prefdata.casting.dimensions import SLIP, check_scored, scored
from prefdata.errors import InputError
from prefdata.objectives.settings import Weights
from prefdata.plan import Job
from prefdata.report.numbers import add


def check_heard(job: Job) -> None:
    """Raise InputError for such a name in the config, once all shards are labelled.

    What a judge of the config scores is known, whatever became of its answers; weights of a tag's value may be for
    prompts that are not there, and are refused only where they look like a slip.
    """
    labels = [one for shard in range(job.shards) if (one := job.finished("label", shard))]
    found: dict[str, Any] = reduce(add, [label.facts["objectives"] for label in labels], {})
    if not found:
        return
    path, objectives = job.config.path, job.config.objectives
    rated = sorted({*found["spoken"]["rating"], *scored(job.config.judges)})
    known = sorted({*rated, *found["spoken"]["vote"]})
    weightings = [objectives.weights, *objectives.conditions.values()]
    check_scored(path, "objectives", sorted({name for weights in weightings for name in weights}), known, False)
    check_scored(path, "objectives.floors", objectives.floors, rated, False)
    check_scored(path, "objectives.by_tag", objectives.dimensions, known, True)
    if any(label.facts["prompts"] for label in labels):
        check_tags(path, objectives.by_tag, reduce(add, [label.facts["strata"] for label in labels]))


def check_tags(path: Path, by_tag: dict[str, dict[str, Weights]], known: dict[str, dict[str, int]]) -> None:
    """Raise InputError for a tag that no prompt has, and for a value that looks like a slip of one that some have."""
    for tag, values in by_tag.items():
        if tag not in known:
            remedy = f"name one of {', '.join(known)}" if known else "give prompts tags, or leave by_tag out"
            _refuse(path, f'no prompt has the tag "{tag}"', remedy, "objectives.by_tag")
        others = [value for value in known[tag] if value not in values]
        for value in (value for value in values if value not in known[tag]):
            if close := get_close_matches(value, others, 1, SLIP):
                problem = f'no prompt has the value "{value}" of "{tag}"'
                _refuse(path, problem, f'write "{close[0]}"', f"objectives.by_tag.{tag}")


def _refuse(path: Path, problem: str, remedy: str, where: str) -> None:
    raise InputError(str(path), problem, remedy, None, where, "unknown_value")
