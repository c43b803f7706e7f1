"""`prefdata report`: write a finished run's report again."""

from __future__ import annotations

import argparse
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.commands.showing import finished, show_figures, show_run


def add(commands: Commands) -> None:
    parser = command(commands, "report", run, "Write a finished run's report.html again and print its figures.")
    parser.add_argument("run_dir", type=Path, metavar="RUN", help="the run directory")


def run(options: argparse.Namespace) -> int:
    from prefdata.report.page import render
    from prefdata.shards import read_json, write_text

    folder = finished(options.run_dir)
    facts = read_json(folder.summary)
    write_text(folder.report, render(facts))
    show_figures(facts["figures"])
    show_run(folder)
    return 0
