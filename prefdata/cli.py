"""The `prefdata` command: parse → run → exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from prefdata import __version__
from prefdata.commands import (
    audit,
    build,
    calibrate,
    calibrate_detector,
    demo,
    export,
    init,
    metrics,
    queue,
    report,
    schema,
    status,
    tinyworld,
    weights,
)
from prefdata.errors import PrefdataError

COMMANDS = (
    audit,
    build,
    status,
    export,
    report,
    metrics,
    schema,
    init,
    demo,
    tinyworld,
    calibrate,
    calibrate_detector,
    weights,
    queue,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0 when done, 2 for what the user can mend, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's stop is as gentle as Ctrl-C
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except PrefdataError as error:
        return _fail(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        where, why = error.filename or "standard output", error.strerror or str(error)
        return _fail(f"{where}: {why}. To mend it: check the path, its permissions and the space on the disk.")
    except KeyboardInterrupt:
        print("prefdata: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return code


def _fail(message: str) -> int:
    print(f"prefdata: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prefdata",
        description="Turns prompts, candidates and votes, or prompts and models, into audited preference data.",
        epilog="Start with `prefdata demo`; then `prefdata init votes > build.yaml` and `prefdata build build.yaml`.",
    )
    parser.add_argument("--version", action="version", version=f"prefdata {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(commands)
    return parser
