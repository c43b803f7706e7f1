"""`prefdata calibrate`: learn from gold labels what the judges of a run are worth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefdata.commands import Commands, command
from prefdata.commands.showing import finished
from prefdata.errors import InputError, PrefdataError

if TYPE_CHECKING:
    from prefdata.labels.calibration.gold import Gold

NAMED = 5  # judges in a message

EPILOG = """
The gold is a file of votes, or of any format that `prefdata audit` reads, on pairs of the run: whoever votes there is
right. Nothing is learned from fewer than 50 labelled pairs, and judges count alike until then. With --by, the strata
that have 50 labels get weights of their own; all labels together serve the rest. Judges with fewer than 20 labelled
pairs share a weight; where they have fewer than 20 together, they count as the average judge.

Writes FILE (trust.json) and a page beside it (trust.html) with reliability diagrams. To use it, say in the config
  labels: {trust: trust.json}
and build again: votes are then weighed by what their judges are worth, and probabilities are those of gold.

example:
  prefdata calibrate runs/demo --gold gold.jsonl --by question_type --out trust.json
"""


def add(commands: Commands) -> None:
    summary = "Learn from gold labels what the judges of a run are worth."
    parser = command(commands, "calibrate", run, summary, EPILOG)
    parser.add_argument("run_dir", type=Path, metavar="RUN", help="the run directory")
    parser.add_argument("--gold", type=Path, required=True, metavar="FILE", help="labels of pairs of the run")
    parser.add_argument("--by", metavar="TAG", help="the tag of the prompts whose values are strata")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: trust.json in the run directory")


def run(options: argparse.Namespace) -> int:
    from prefdata.keys import file_key
    from prefdata.labels.calibration.file import facts
    from prefdata.labels.calibration.run import Run
    from prefdata.report.calibration_page import render
    from prefdata.shards import write_json, write_text

    folder = finished(options.run_dir)
    out = options.out or folder.path / "trust.json"
    page = out.with_suffix(".html")
    _check_free(options.gold, out, page)
    gold = _gold(options.gold)
    found = facts(Run(folder), gold, options.by)
    _check(options, found)
    found["gold"] |= {"file": options.gold.name, "sha256": file_key(options.gold)}
    write_json(out, found)
    write_text(page, render(found))
    print("\n".join(_table(found)))
    print(f"trust     {out}\npage      {page}")
    return 0


def _check_free(gold: Path, out: Path, page: Path) -> None:
    """Nothing is written over but what an earlier calibration wrote."""
    from prefdata.labels.trust_file import Trust

    remedy = "To mend it: give --out another name, ending in .json."
    if gold.resolve() in (out.resolve(), page.resolve()) or out == page:
        raise PrefdataError(f"{out} cannot be written. {remedy}")
    if there := [path for path in (out, page) if path.exists()]:
        try:
            Trust.load(out)
        except InputError:
            raise PrefdataError(f"{there[0]} exists and no calibration made it. {remedy}") from None


def _gold(path: Path) -> Gold:
    from prefdata.evidence import gather, link
    from prefdata.labels.calibration.gold import gold
    from prefdata.sources.imports.intake import Intake

    found = gold(link(gather(Intake(path, path.name).chunks())))
    if not len(found.side):
        problem, remedy = "no pair has a winner", "give votes of which the winner is a or b"
        raise InputError(str(path), problem, remedy, None, "winner")
    return found


def _check(options: argparse.Namespace, found: dict[str, Any]) -> None:
    labels = found["gold"]
    if not labels["matched"]:
        names = ", ".join(labels["judges"][:NAMED]) + (", …" if len(labels["judges"]) > NAMED else "")
        others = f"nobody but those who give the gold ({names})"
        problem = f"{others} has voted in {options.run_dir} on any of its {labels['labels']:,} pairs"
        remedy = "use the prompt and candidate ids of the run, and as gold the labels of somebody who is no judge of it"
        raise InputError(str(options.gold), problem, remedy)
    if options.by and not found["labels"]:
        remedy = "name a tag of the prompts, as the report's coverage shows them"
        raise PrefdataError(f'no labelled prompt has the tag "{options.by}". To mend it: {remedy}.')
    if labels["matched"] < labels["labels"]:
        missing = labels["labels"] - labels["matched"]
        print(f"note: {missing:,} of {labels['labels']:,} labelled pairs have no vote in the run", file=sys.stderr)


def _table(found: dict[str, Any]) -> Iterator[str]:
    """A line a judge, for all labels and for each stratum."""
    groups = {"all labels": found["pooled"], **found["strata"]}
    for name, group in groups.items():
        if group is None:
            yield f"{_why_not(found['gold']['matched'], found['gate'])}: nothing is learned, and judges count alike"
            continue
        whole = group["combination"]
        yield f"{name}: {group['labels']:,} labels"
        yield f"  {'judge':<28}{'weight':>9}{'right':>8}{'interval':>16}{'worth':>8}{'pairs':>8}"
        yield from (_row(judge, of) for judge, of in group["judges"].items())
        yield (
            f"  held out: {whole['accuracy']:.3f} right; majority {whole['majority_accuracy']:.3f}, "
            f"best judge {whole['best_judge_accuracy']:.3f} ({whole['best_judge']})"
        )
    for name, labels in found["labels"].items():
        if found["pooled"] and name not in found["strata"]:
            yield f"{name}: {_why_not(labels, found['gate'])}: weighed as all labels are"


def _why_not(labels: int, gate: int) -> str:
    """Why nothing is learned from so many labels."""
    return f"{labels:,} labels, " + (f"fewer than {gate}" if labels < gate else "all on one prompt")


def _row(name: str, judge: dict[str, Any]) -> str:
    accuracy = "—" if judge["accuracy"] is None else f"{judge['accuracy']:.3f}"
    interval = f"{judge['accuracy_low']:.3f} – {judge['accuracy_high']:.3f}"
    worth = "—" if judge["worth"] is None else f"{judge['worth']:+.3f}"
    return f"  {name:<28}{judge['weight']:>9.3f}{accuracy:>8}{interval:>16}{worth:>8}{judge['pairs']:>8,}"
