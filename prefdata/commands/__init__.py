"""The commands of `prefdata`, one a file: each adds its parser and runs. Heavy imports wait in `run`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Commands = argparse._SubParsersAction  # what add_subparsers() returns
Run = Callable[[argparse.Namespace], int]


def command(commands: Commands, name: str, run: Run, summary: str, epilog: str = "") -> argparse.ArgumentParser:
    """Add a command whose `run` takes the parsed options and returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def above_zero(text: str) -> int:
    """A number of things, for `type=`."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number; name one above zero') from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above zero")
    return number
