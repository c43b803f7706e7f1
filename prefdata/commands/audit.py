"""`prefdata audit`: count what is in files, as they are."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.commands.showing import note_ignored, put_out, show_figures
from prefdata.errors import PrefdataError

EPILOG = """
examples:
  prefdata audit votes.jsonl
  prefdata audit votes.parquet candidates.jsonl --json audit.json --html audit.html
  prefdata audit votes.parquet --deep --per-prompt prompts.parquet --json audit.json

--deep also measures every prompt: its conflict rate and three-cycles, the sizes of its strongly connected components
and of its Smith set (the fewest candidates that beat all others), the weight of its minimum feedback arc set, what
part of the votes no ranking explains (cyclicity, HodgeRank); and Bradley-Terry strengths. The JSON has the means and
histograms: of shares ten bins from 0 to 1, of sizes how many have each.

formats (found by looking at the rows, or given with --format):
  vote, candidate, prompt, rating   prefdata's own rows, JSONL or Parquet; see `prefdata schema vote`
  trl             {prompt?, chosen, rejected}, texts or messages, as on the Hugging Face hub
  hh              HH-RLHF transcripts ("\\n\\nHuman: … \\n\\nAssistant: …")
  ultrafeedback   {instruction, completions: [{model, response, annotations}]}
  llama_factory   LLaMA-Factory's ranking data, alpaca or sharegpt style
  pandalm         {instruction, response1, response2, annotator1 …}
  mtbench         {question_id, turn, model_a, model_b, winner, judge}

Text files are JSONL or one JSON array, UTF-8, plain or .gz. A bad row ends the audit with exit code 2
and a line that says where it is and how to mend it.
"""


def add(commands: Commands) -> None:
    parser = command(
        commands, "audit", run, "Count votes, conflicts, cycles and agreement in files, as they are.", EPILOG
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="any number of files that belong together")
    parser.add_argument("--format", default="auto", help="the format of all FILEs (default: found by looking)")
    parser.add_argument(
        "--on-bad-row", choices=("fail", "drop"), default="fail", help="stop at a bad row, or leave it out and count it"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures as JSON (- for standard output)")
    parser.add_argument(
        "--html", type=Path, metavar="OUT", help="write a report as one self-contained page (- for standard output)"
    )
    parser.add_argument("--deep", action="store_true", help="also measure every prompt and fit Bradley-Terry strengths")
    parser.add_argument(
        "--per-prompt", type=Path, metavar="OUT", help="write the measures of every prompt as Parquet (with --deep)"
    )


def run(options: argparse.Namespace) -> int:
    from prefdata.audit import audit

    if options.per_prompt and not options.deep:
        raise PrefdataError("--per-prompt writes what only --deep measures. To mend it: give both.")
    for out in (options.json, options.html, options.per_prompt):
        if out is not None and out.resolve() in {path.resolve() for path in options.files}:
            raise PrefdataError(f"{out} is one of the files to audit. To mend it: write to another file.")
    found = audit(options.files, options.format, options.on_bad_row, options.deep)
    note_ignored([(intake.name, intake.facts()["ignored_fields"]) for intake in found.intakes])
    figures = found.figures()
    if options.json:
        put_out(options.json, json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    if options.html:
        from prefdata.report.page import render

        put_out(options.html, render(found.facts()))
    if options.per_prompt and found.measures is not None:
        from prefdata.shards import write_table

        write_table(options.per_prompt, found.measures)
    if "-" not in (str(options.json), str(options.html)):
        show_figures({name: value for name, value in figures.items() if name != "histograms"})
    return 0
