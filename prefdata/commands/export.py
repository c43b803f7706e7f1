"""`prefdata export`: a finished data set in another tool's format."""

from __future__ import annotations

import argparse
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.commands.showing import finished
from prefdata.export.formats import FORMATS, export


def add(commands: Commands) -> None:
    listed = "\nformats:\n" + "\n".join(f"  {name:<15} {writer.summary}" for name, writer in FORMATS.items())
    parser = command(commands, "export", run, "Write a finished run's data set in another tool's format.", listed)
    parser.add_argument("run_dir", type=Path, metavar="RUN", help="the run directory")
    parser.add_argument("--format", required=True, choices=list(FORMATS))
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="a new folder; gets one file a split")


def run(options: argparse.Namespace) -> int:
    for written in export(finished(options.run_dir), options.format, options.out):
        print(f"{written.rows:>10,} rows  {written.path}")
        if written.left_out:
            what = "images, or responses that bring earlier turns of their own"
            print(f"{written.left_out:>10,} pairs left out: they have {what}, which this format cannot hold")
    return 0
