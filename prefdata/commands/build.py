"""`prefdata build`: from a config to a data set."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.commands.showing import Progress, show_run

EPILOG = """
The run directory gets
  dataset/{train,validation,test}-*.parquet   the triplets
  drops.parquet                               every row left out: stage, reason, where it came from
  manifest.json, README.md, report.html       numbers, the data set's card, a page to look at

After a crash, or a changed input or setting, the same command does what is still to do; what models were
paid for is not paid for again. Ctrl-C once lets calls in flight end, twice leaves them.
`prefdata init votes > build.yaml` writes a config to start from; `prefdata schema config` explains it.
"""


def add(commands: Commands) -> None:
    parser = command(
        commands, "build", run, "Build a data set: import, generate and judge, label, repair, select, export.", EPILOG
    )
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a YAML file")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="where to build (default: runs/NAME beside CONFIG)")
    parser.add_argument("--on-bad-row", choices=("fail", "drop"), help="overrides the config")


def run(options: argparse.Namespace) -> int:
    build(options.config, options.run_dir, options.on_bad_row)
    return 0


def build(config: Path, run_dir: Path | None, on_bad_row: str | None = None) -> None:
    """Build, with a progress bar, and print what came out."""
    from prefdata.memory import keep_small

    keep_small()  # before threads begin
    from prefdata.config import load
    from prefdata.plan import job
    from prefdata.run import guarded, run_plan
    from prefdata.shards import RunDir

    settings = load(config, on_bad_row)
    folder = RunDir(run_dir or settings.run_dir)
    with guarded(folder):
        work = job(settings, folder)
        with closing(Progress(work)) as progress:
            run_plan(work, progress.step, progress.live)
    show_run(folder)
