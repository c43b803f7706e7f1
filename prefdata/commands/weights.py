"""`prefdata weights`: what counts how much for a user, learned from past choices."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from prefdata.commands import Commands, command
from prefdata.commands.showing import put_out
from prefdata.errors import PrefdataError

if TYPE_CHECKING:
    from prefdata.objectives.choices import Choices
    from prefdata.objectives.learning import Accuracies, Fit
    from prefdata.objectives.settings import Weights

EPILOG = """
examples:
  prefdata weights runs/ratings --choices picks.jsonl --user ana --out weights.json
  prefdata weights ratings.jsonl --choices picks.jsonl --toward standard --out weights.json

A choice is a vote for one of two candidates. The ratings of the run, or of the files, say how the two differ in each
dimension, and the weights are those that explain the choices best. They are drawn toward equal weights, or toward those
of --toward, as strongly as ten choices would. At least 10 choices a dimension, and 30 in all, are asked for.

Name the file in a config to use the weights:  objectives: {learned: weights.json}
"""


def add(commands: Commands) -> None:
    parser = command(commands, "weights", run, "Learn the weights of dimensions from a user's past choices.", EPILOG)
    parser.add_argument("sources", nargs="+", type=Path, metavar="RUN_OR_FILE", help="a run, or files with ratings")
    parser.add_argument("--choices", required=True, type=Path, metavar="VOTES", help="a file of votes")
    parser.add_argument("--user", metavar="NAME", help="only the votes of this judge")
    parser.add_argument("--toward", metavar="PRESET_OR_FILE", help="standard, safety_first, or a file of weights")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="where the weights go (- for standard output)"
    )


def run(options: argparse.Namespace) -> int:
    from prefdata.objectives.choices import choices
    from prefdata.objectives.learning import cross_validated, equal, learned

    if options.out.resolve() in {path.resolve() for path in (*options.sources, options.choices)}:
        raise PrefdataError(f"{options.out} is one of the files to learn from. To mend it: write to another file.")
    given = _toward(options.toward)
    known = choices(options.sources, options.choices, options.user, tuple(given))
    toward = given or equal(known.dimensions)
    fit = learned(known, toward)
    right = cross_validated(known, toward)
    put_out(options.out, _file(options, known, fit, right))
    if str(options.out) != "-":
        _show(known, fit, toward, right)
    return 0


def _toward(given: str | None) -> Weights:
    """The weights of a preset or a file; none without either."""
    from prefdata.objectives.learned import read
    from prefdata.objectives.weights import PRESETS

    if given is None:
        return {}
    if given not in PRESETS and not Path(given).exists():
        remedy = f"write {' or '.join(PRESETS)}, or the file that `prefdata weights` wrote"
        raise PrefdataError(f'--toward: "{given}" is no preset, and there is no such file. To mend it: {remedy}.')
    return PRESETS[given] if given in PRESETS else read(Path(given))


def _file(options: argparse.Namespace, known: Choices, fit: Fit, right: Accuracies) -> str:
    from prefdata.keys import canonical_json, file_key

    facts = {
        "weights": fit.weights,
        "steepness": round(fit.steepness, 6),
        "user": options.user,
        "choices": len(known.gap),
        "left_out": known.left_out,
        "accuracy": {name: round(share, 6) for name, share in right._asdict().items()},
        "choices_sha256": file_key(options.choices),
    }
    return canonical_json(facts) + "\n"


def _show(known: Choices, fit: Fit, toward: Weights, right: Accuracies) -> None:
    print(f"{'dimension':<24}{'weight':>8}{'toward':>8}")
    for name, weight in sorted(fit.weights.items(), key=lambda item: (-item[1], item[0])):
        print(f"{name:<24}{weight:>8.3f}{toward.get(name, 0.0):>8.3f}")
    print(f"{len(known.gap):,} choices on {len(set(known.prompt)):,} prompts")
    for why, number in known.left_out.items():
        print(f"{number:,} votes left out: {why}")
    print(f"choices foretold on other prompts: {right.learned:.3f} learned, {right.equal:.3f} with equal weights")
    if right.learned <= right.equal:
        print("warning: these weights foretell choices no better than equal weights do", file=sys.stderr)
