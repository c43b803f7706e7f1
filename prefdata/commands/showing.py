"""What several commands print: figures, a run's outcome, a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.errors import PrefdataError

if TYPE_CHECKING:
    from prefdata.plan import Job, Step
    from prefdata.shards import RunDir


def show_figures(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if name == "drops":
            for reason, rows in value.items():
                print(f"  {reason:<38}{rows:>14,}")
        else:
            print(f"{name:<40}{_shown(value):>14}")


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.4f}" if isinstance(value, float) else f"{value:,}"


def note_ignored(files: list[tuple[str, list[str]]]) -> None:
    """Say which fields were not read, for they may be misspelt."""
    for name, fields in files:
        if fields:
            print(f"note: {name}: fields that the schema does not have: {', '.join(sorted(fields))}", file=sys.stderr)


def show_run(run: RunDir) -> None:
    """What a finished run put out and left out."""
    from prefdata.shards import read_json

    facts = read_json(run.summary)
    note_ignored([(source["file"], source["ignored_fields"]) for source in facts["sources"]])
    for drop in facts["drops"]:
        print(f"dropped at {drop['stage']:<8}{drop['reason']:<28}{drop['rows']:>10,}")
    print(f"{facts['compared']:,} compared pairs in, {facts['pairs']:,} training pairs out")
    if not facts["pairs"]:
        most = max(facts["drops"], key=lambda drop: drop["rows"], default=None)
        why = f"; most was left out as {most['reason']}" if most else ""
        hint = ": the inputs hold no such prompts" if most and most["reason"] == "missing_prompt" else ""
        print(f"warning: the data set is empty{why}{hint}", file=sys.stderr)
    print(f"data set  {run.dataset}\nreport    {run.report}")


def finished(path: Path) -> RunDir:
    """The folder of a complete run."""
    from prefdata.shards import RunDir

    run = RunDir(path)
    if not run.manifest.exists():
        raise PrefdataError(
            f"{path} holds no complete run. To mend it: run `prefdata build CONFIG --run-dir {path}` to its end."
        )
    return run


@contextmanager
def progress(work: Job) -> Iterator[Callable[[Step], None]]:
    """A bar over the steps on a terminal; nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(total=len(work.inputs) + 2 * work.shards + 2, unit="step", disable=None, leave=False) as bar:

        def done(step: Step) -> None:
            bar.set_postfix_str(step.name)
            bar.update()

        yield done
