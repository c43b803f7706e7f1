"""`prefdata queue`: the pairs that people should look at first, and what their answers say of the labels."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands import Commands, above_zero, command
from prefdata.commands.showing import finished, put_out
from prefdata.errors import InputError, PrefdataError
from prefdata.review.formats import FORMATS

if TYPE_CHECKING:
    from prefdata.review.task import Task
    from prefdata.shards import RunDir

EPILOG = """
First come the pairs that labels wait for (`labels.conflicts: relabel`, `labels.cycles: relabel`), then pairs drawn by
score (uncertain, disputed, in strata short of pairs). One row in ten is drawn by lot alone, from the pairs that labels
do not wait for. Each row has the probability with which it was drawn. Pairs that the run was built with answers to are
not asked again. A file that holds answers is never written over.

formats:
  jsonl          rows of `prefdata schema review`: write "winner" (left, right, tie, both_bad) and "judge" into them
  label_studio   tasks to import; FILE.xml is the labelling interface. Export the project as JSON
  argilla        records for `records.from_json`; FILE.settings.json are the settings. Export with `records.to_json`

Answers are inputs like any other: name the file among the config's inputs and build again. What people answered
settles the label of a pair: its other votes count for nothing. Whether it is exported, selection and cycles still
decide as for any pair. --answers says before that how right the run's exported labels are.

examples:
  prefdata queue runs/build --out queue.jsonl --count 200 --by question_type
  prefdata queue runs/build --answers queue.jsonl --by question_type
  prefdata queue runs/build --out more.json --format label_studio --skip queue.jsonl
"""


def add(commands: Commands) -> None:
    parser = command(commands, "queue", run, "Choose pairs for people to review, or weigh their answers.", EPILOG)
    parser.add_argument("run_dir", type=Path, metavar="RUN", help="the run directory")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE", help="write questions for people")
    what.add_argument("--answers", type=Path, metavar="FILE", help="say what a queue's answers tell of the labels")
    parser.add_argument("--by", nargs="+", default=[], metavar="TAG", help="tags that make strata")
    parser.add_argument("--count", type=above_zero, metavar="N", help="how many questions (default: 100)")
    parser.add_argument("--format", choices=list(FORMATS), help="whose tool shows them (default: jsonl)")
    parser.add_argument("--skip", nargs="+", type=Path, metavar="FILE", help="earlier queues, not to be asked again")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the run's report with what the answers tell")


def run(options: argparse.Namespace) -> int:
    folder = finished(options.run_dir)
    _check(options)
    return _ask(folder, options) if options.out else _weigh(folder, options)


def _check(options: argparse.Namespace) -> None:
    """Every option must mean something."""
    idle = ("count", "format", "skip") if options.answers else ("html",)
    for name in idle:
        if getattr(options, name) is not None:
            beside = "--answers" if options.answers else "--out"
            raise PrefdataError(f"--{name} means nothing beside {beside}. To mend it: leave it out.")
    if options.out in (options.skip or []) or (options.html and options.html == options.answers):
        raise PrefdataError(f"{options.out or options.html} is one of the files to read. To mend it: name another.")


def _ask(run: RunDir, options: argparse.Namespace) -> int:
    from prefdata.review.earlier import pairs
    from prefdata.review.pool import pool
    from prefdata.review.queue import queue

    _refuse_answered(options.out)
    earlier = set().union(*(pairs(path) for path in options.skip or []))
    tasks = queue(run, options.count or 100, options.by, earlier)
    if not tasks:
        why = "every pair was asked about before" if len(pool(run)) else "nothing that could be shown was compared"
        raise PrefdataError(f"{run.path} has no pair to ask about: {why}. To mend it: build with more candidates.")
    for line in _told(tasks):
        print(line)
    for path in FORMATS[options.format or "jsonl"](tasks, options.out):
        print(f"questions {path}")
    return 0


def _refuse_answered(out: Path) -> None:
    """Answers take people hours, and a queue is a command away: they are never written over, nor is another file."""
    from prefdata.review.earlier import untouched

    if out.is_file() and out.stat().st_size and not untouched(out):
        problem = f"{out} is there already, and is no queue without answers"
        raise PrefdataError(f"{problem}. To mend it: name another file, or move this one away.")


def _told(tasks: Sequence[Task]) -> list[str]:
    """How many questions there are, and why."""
    reasons = sorted({task.reason for task in tasks})
    counts = [f"{sum(task.reason == reason for task in tasks):>10,}  {reason}" for reason in reasons]
    return [*counts, f"{len(tasks):>10,}  questions on {len({task.prompt_id for task in tasks}):,} prompts"]


def _weigh(run: RunDir, options: argparse.Namespace) -> int:
    from prefdata.report.review import shown
    from prefdata.review.estimate import review
    from prefdata.review.pool import answers, pool
    from prefdata.review.reading import answered

    given = answered(options.answers)
    if given["vote_id"].isin(answers(run)["vote_id"]).any():
        remedy = "name the run that the queue was made from"
        raise PrefdataError(f"{run.path} was built with these answers, and agrees with them. To mend it: {remedy}.")
    told = review(given, pool(run, options.by))
    if not told["pairs"]:
        remedy = "name the run that the queue was made from"
        raise InputError(str(options.answers), f"it answers nothing of {run.path}, only pairs of other runs", remedy)
    facts = shown(told)
    if options.html:
        _render(run, facts, options.html)
    for line in _lines(facts):
        print(line)
    return 0


def _render(run: RunDir, facts: dict[str, Any], out: Path) -> None:
    from prefdata.report.page import render
    from prefdata.shards import read_json

    put_out(out, render({**read_json(run.summary), "review": facts}))


def _lines(facts: dict[str, Any]) -> list[str]:
    people = "1 person" if facts["people"] == 1 else f"{facts['people']:,} people"
    told = f"{facts['answers']:,} answers by {people} on {facts['pairs']:,} pairs"
    changes = [f"{row['pairs']:>10,}  {row['what']}" for row in facts["changes"]]
    rows = [f"{row['stratum']:<40}{row['pairs']:>8,}  {row['text']}" for row in facts["accuracy"]]
    return [told, *changes, f"{'exported labels':<40}{'pairs':>8}  right (95 % interval)", *rows]
