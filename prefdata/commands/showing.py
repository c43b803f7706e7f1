"""What several commands print: figures, a run's outcome, a progress bar."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands.lacking import show_lacks
from prefdata.errors import PrefdataError

if TYPE_CHECKING:
    from tqdm import tqdm

    from prefdata.plan import Job, Step
    from prefdata.shards import RunDir
    from prefdata.workshop import Live


def put_out(path: Path, text: str) -> None:
    """Write to a file, or to standard output for "-"."""
    from prefdata.shards import write_text

    if str(path) == "-":
        sys.stdout.write(text)
    else:
        write_text(path, text)


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
        print(f"dropped at {drop['stage']:<10}{drop['reason']:<28}{drop['rows']:>10,}")
    print(f"{facts['compared']:,} compared pairs in, {facts['pairs']:,} training pairs out")
    if not facts["pairs"]:
        _warn_empty(facts["drops"])
    if failed := sum(drop["rows"] for drop in facts["drops"] if drop["reason"] == "retries_used_up"):
        again = "the same command asks for them again"
        print(f"warning: {failed:,} answers could not be had (retries_used_up); {again}", file=sys.stderr)
    if facts["pairs"] < (facts["target_pairs"] or 0):
        why = "the budget is spent" if facts["can_grow"] else "no prompt may get more (candidates.max_per_prompt)"
        print(
            f"warning: {facts['pairs']:,} pairs, not the {facts['target_pairs']:,} of target_pairs: {why}",
            file=sys.stderr,
        )
    trust = (facts["reliability"] or {}).get("trust")
    if trust and not trust["applies"]:
        print(f"warning: labels.trust changes nothing: {trust['words']}", file=sys.stderr)
    show_lacks(facts["coverage"], run.gaps)
    if run.progress.exists():
        print(f"paid      {spending(read_json(run.progress))}")
    print(f"data set  {run.dataset}\nreport    {run.report}")


def _warn_empty(drops: list[dict[str, Any]]) -> None:
    most = max(drops, key=lambda drop: drop["rows"], default=None)
    why = f"; most was left out as {most['reason']}" if most else ""
    hint = ": the inputs hold no such prompts" if most and most["reason"] == "missing_prompt" else ""
    print(f"warning: the data set is empty{why}{hint}", file=sys.stderr)


def finished(path: Path) -> RunDir:
    """The folder of a complete run."""
    from prefdata.shards import RunDir

    run = RunDir(path)
    if not run.manifest.exists():
        raise PrefdataError(
            f"{path} holds no complete run. To mend it: run `prefdata build CONFIG --run-dir {path}` to its end."
        )
    return run


class Progress:
    """Bars on a terminal, one over the steps and one over the prompts of live work; nothing elsewhere."""

    def __init__(self, work: Job) -> None:
        from tqdm import tqdm

        self._bar = partial(tqdm, disable=None, leave=False)
        each = 3 if work.config.live else 2
        self._steps = self._bar(total=len(work.inputs) + each * work.shards + 2, unit="step")
        self._prompts: tqdm[Any] | None = None

    def step(self, step: Step) -> None:
        self._steps.set_postfix_str(step.name)
        self._steps.update()

    def live(self, live: Live) -> None:
        """The bar's own clock gives the time that is left."""
        if self._prompts is None:
            self._prompts = self._bar(unit="prompt")
        self._prompts.total, self._prompts.n = live.prompts, live.prompts_done
        self._prompts.set_postfix_str(spending(live._asdict()))

    def close(self) -> None:
        for bar in filter(None, (self._prompts, self._steps)):
            bar.close()


def spending(live: dict[str, Any]) -> str:
    """Calls, tokens and money in a line."""
    failed = f", {live['failed']:,} failed tries" if live["failed"] else ""
    money = f"${live['cost']:,.2f}" if live["cost"] >= 1 else f"${live['cost']:.4g}"
    return f"{live['calls']:,} calls{failed}, {live['tokens']:,} tokens, {money}"
