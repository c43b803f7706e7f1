"""`prefdata demo`: the main job on a small real sample."""

from __future__ import annotations

import argparse
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.commands.build import build

SAMPLE = Path(__file__).parent.parent / "sample" / "demo.yaml"


def add(commands: Commands) -> None:
    summary = "Build a data set from a small real sample that comes with prefdata (PandaLM, Apache-2.0)."
    parser = command(commands, "demo", run, summary)
    parser.add_argument(
        "--run-dir", type=Path, default=Path("demo-run"), metavar="DIR", help="where to build (default: demo-run)"
    )


def run(options: argparse.Namespace) -> int:
    build(SAMPLE, options.run_dir)
    return 0
