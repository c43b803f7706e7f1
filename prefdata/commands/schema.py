"""`prefdata schema`: print a JSON Schema."""

from __future__ import annotations

import argparse
import sys

from prefdata.commands import Commands, command
from prefdata.records import SCHEMAS


def add(commands: Commands) -> None:
    parser = command(commands, "schema", run, "Print the JSON Schema of a kind of row.")
    parser.add_argument("name", metavar="NAME", choices=SCHEMAS, help=", ".join(SCHEMAS))


def run(options: argparse.Namespace) -> int:
    from prefdata import contracts

    sys.stdout.write((contracts.folder() / f"{options.name}.schema.json").read_text(encoding="utf-8"))
    return 0
