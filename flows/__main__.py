"""`python -m flows build CONFIG`: a build as a Prefect flow run."""

from __future__ import annotations

import argparse
import sys

from prefdata.errors import PrefdataError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m flows", description="Runs prefdata's builds under Prefect.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    build = commands.add_parser(
        "build",
        help="run one build",
        description="Run one build: the same steps and the same data set as `prefdata build`.",
    )
    build.add_argument("config", metavar="CONFIG")
    build.add_argument("--run-dir", metavar="DIR")
    options = parser.parse_args()

    from flows.build import build as flow

    try:
        print(flow(options.config, options.run_dir))
    except PrefdataError as error:
        print(f"prefdata: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
