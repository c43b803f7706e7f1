"""What every peer is told: `PYTHON peers/NAME_run.py --url URL --requests N --at-once C --folder DIR [--poison]`.

The folder is for everything the peer keeps; the same command with the same folder goes on where the last one stopped.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

MAX_TOKENS, TEMPERATURE = 64, 1.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True, help="up to and with /v1")
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--poison", action="store_true", help="one prompt that the server refuses")
    parser.add_argument("--buffer", type=int, help="Data Designer's buffer_size instead of its default")
    return parser.parse_args()


GIVEN = _arguments()


def questions() -> list[str]:
    """The prompts that live_build.py writes."""
    poison = GIVEN.requests // 2 if GIVEN.poison else None
    return [f"Question number {n}?" + (" POISON" if n == poison else "") for n in range(GIVEN.requests)]


def report(answers: Iterable[str | None]) -> None:
    """Print how many rows came out and how many of them hold an answer."""
    found = list(answers)
    print("\n" + json.dumps({"rows": len(found), "answered": sum(bool(answer) for answer in found)}), flush=True)
