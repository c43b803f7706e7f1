"""`prefdata init`: a commented config to start from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from prefdata.commands import Commands, command
from prefdata.errors import PrefdataError

RECIPES = Path(__file__).parent.parent / "recipes"


def recipes() -> dict[str, str]:
    """The name of each recipe and the first line of its file."""
    paths = sorted(RECIPES.glob("*.yaml"))
    return {path.stem: path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ") for path in paths}


def add(commands: Commands) -> None:
    known = recipes()
    listed = "\nrecipes:\n" + "\n".join(f"  {name:<19} {line}" for name, line in known.items())
    parser = command(commands, "init", run, "Write a commented config to start from.", listed)
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", choices=list(known), help=", ".join(known))
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write FILE, which must not exist, instead of printing"
    )


def run(options: argparse.Namespace) -> int:
    if options.recipe is None:
        print("\n".join(f"{name:<19} {line}" for name, line in recipes().items()))
        return 0
    text = (RECIPES / f"{options.recipe}.yaml").read_text(encoding="utf-8")
    if options.out is None:
        sys.stdout.write(text)
        return 0
    try:
        with open(options.out, "x", encoding="utf-8") as handle:
            handle.write(text)
    except FileExistsError:
        raise PrefdataError(f"{options.out} exists already. To mend it: choose another --out.") from None
    print(f"wrote {options.out}; edit it, then run `prefdata build {options.out}`")
    return 0
