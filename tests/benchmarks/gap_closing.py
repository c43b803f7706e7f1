"""How much of what quotas lack the next build has, if it executes the gap plan of the first; on generated prompts.

    python -m tests.benchmarks.gap_closing [--seeds 10] [--prompts 60]

A served stub answers, rates and compares by chance (tests/live/server.py). Each scene of tests/live/gap_scenes.py is
built twice a seed, the second time with `candidates.plan`. Prints per scene: the pairs that the first runs miss, the
part that the second ones have of them (mean and least over seeds), and how many candidates that took.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from ..live.gap_scenes import SCENES, build, closed, coverage, sections, write_prompts

SERVER = Path(__file__).parents[1] / "live" / "server.py"
ASKED = ("pointwise", "pairwise")
KEY = "PREFDATA_TEST_KEY"


class Told(NamedTuple):
    missing: int
    left: int
    closed: float
    candidates: int


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of a stub server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(SERVER), str(port), "0", "0", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield f"http://127.0.0.1:{port}/v1"
        process.terminate()


def write_config(folder: Path, url: str, scene: str) -> Path:
    reached = {"base_url": url, "model": "m", "revision": "r1", "api_key_env": KEY, "concurrency": 8}
    given = sections(scene)
    given["policies"] = [{**reached, **policy} for policy in given["policies"]]
    given["judges"] = [{**(reached if judge["kind"] in ASKED else {}), **judge} for judge in given["judges"]]
    path = folder / "build.yaml"
    path.write_text(yaml.safe_dump({"prompts": {"path": "prompts.jsonl"}, **given}), encoding="utf-8")
    return path


def measured(folder: Path, url: str, scene: str, prompts: int, seed: int) -> Told:
    path = write_config(folder, url, scene)
    write_prompts(folder, prompts, seed)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        first = build(path, folder / "first")
        second = build(path, folder / "second", candidates={"plan": "first/gaps.parquet"})
    told = coverage(first)
    missing, left = (sum(row["missing"] for row in told[name]) for name in ("gaps", "left"))
    return Told(missing, left, closed(first, second), told["plan"]["candidates"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--prompts", type=int, default=60)
    options = parser.parse_args()
    os.environ[KEY] = "right"
    print(f"{'scene':<20}{'missing':>9}{'left open':>11}{'closed':>9}{'least':>8}{'candidates':>12}")
    with served() as url:
        for scene in SCENES:
            found = []
            for seed in range(options.seeds):
                with tempfile.TemporaryDirectory() as folder:
                    found.append(measured(Path(folder), url, scene, options.prompts, seed))
            report(scene, found)


def report(scene: str, found: list[Told]) -> None:
    missing, left, candidates = (
        sum(getattr(each, name) for each in found) for name in ("missing", "left", "candidates")
    )
    share = [each.closed for each in found]
    print(f"{scene:<20}{missing:>9}{left:>11}{sum(share) / len(share):>9.1%}{min(share):>8.1%}{candidates:>12}")


if __name__ == "__main__":
    main()
